//! Smart rendering: what is copied is the footage's own, bit for bit; what is covered is not; and where the footage
//! does not allow it, the clip is rendered in full and the log says why.

mod browser;
mod copies;
mod falls_back;
mod hidden;
mod openh264;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{Run, fixture, run, write_tracks};

/// The drawn car park, 250 frames at 12.5 a second with their numbers painted in, coded anew by the `ffmpeg` command
/// with an IDR picture every 25 frames (`-x264-params` and others may say otherwise), with somebody from frame 120 to
/// 139.
struct Coded {
    folder: tempfile::TempDir,
    footage: PathBuf,
    tracks: PathBuf,
}

impl Coded {
    fn new(name: &str, options: &str) -> Self {
        Self::with_track(name, options, (120, 140))
    }

    fn with_track(name: &str, options: &str, (first, end): (u32, u32)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let footage = folder.path().join(name);
        transcode(&fixture("car-park.mp4"), &footage, options);
        let tracks = write_tracks(
            folder.path(),
            &json!([{ "id": "1", "keyframes": [
                { "frame": first, "box": [40, 380, 60, 120] },
                { "frame": end, "box": [120, 380, 60, 120], "end": true } ] }]),
        );
        Self { folder, footage, tracks }
    }

    fn clip(&self, options: &str) -> Run {
        run("clip", &self.footage, &self.tracks, &format!("--render smart {options}")).ready()
    }
}

fn transcode(from: &Path, to: &Path, options: &str) {
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-i"])
        .arg(from)
        .args("-map 0:v -c:v libx264 -preset veryfast -crf 28 -g 25 -keyint_min 25 -sc_threshold 0".split_whitespace())
        .args(options.split_whitespace())
        .arg(to)
        .status();
    assert!(done.unwrap().success(), "{options}");
}

/// How the log says that the clip was rendered.
fn rendering(made: &Run) -> Value {
    made.log()["items"][0]["rendering"].clone()
}

/// The clip's frames that were copied, by their numbers in the clip.
fn copied(made: &Run) -> Vec<usize> {
    let ranges = made.log()["items"][0]["expected_clip"]["copied"].as_array().unwrap().clone();
    let frames = |r: &Value| r[0].as_u64().unwrap() as usize..r[1].as_u64().unwrap() as usize;
    ranges.iter().flat_map(frames).collect()
}
