//! Draws the footage in `fixtures/` with its tracks and requests: `make fixtures`.
//!
//! Needs the `ffmpeg` command of Debian 12 (5.1): later versions write the rotation another way.

mod catalogue;
mod encode;
mod requests;
mod tracks;

use std::error::Error;
use std::fs;
use std::path::Path;

use cctv_redact::scene::{Scene, SceneOptions};
use sha2::{Digest, Sha256};

use catalogue::{FIXTURES, Fixture};

/// Anything that can go wrong ends the run; half a folder of fixtures is of no use.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    fs::create_dir_all(folder.join("tracks"))?;
    for fixture in FIXTURES {
        let bytes = make(fixture, &folder)?;
        println!("{:16} {:4} frames {:8} bytes", fixture.file, fixture.frames, bytes);
    }
    requests::write(&folder)?;
    fs::write(folder.join("README.md"), catalogue::readme())?;
    Ok(())
}

/// Writes one piece of footage and its tracks. Returns the footage's size.
fn make(fixture: &Fixture, folder: &Path) -> Result<usize> {
    let (width, height) = fixture.drawn;
    let scene = Scene::new(SceneOptions { width, height, fps: fixture.fps, ..Default::default() })?;
    let path = folder.join(fixture.file);
    encode::write(&scene, fixture, &path)?;
    let bytes = fs::read(&path)?;
    let seen = tracks::Seen::of(&scene, fixture);
    let stem = folder.join("tracks").join(fixture.file);
    let file = |ending: &str| format!("{}.{ending}", stem.display());
    fs::write(file("json"), seen.native(&sha256(&bytes)))?;
    fs::write(file("mot.txt"), seen.mot())?;
    fs::write(file("cvat.xml"), seen.cvat())?;
    Ok(bytes.len())
}

/// SHA-256 in lower-case hex.
fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
