//! Pictures through a pipe into the `ffmpeg` command.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use cctv_redact::picture::Planes;
use cctv_redact::scene::Scene;

use crate::Result;
use crate::catalogue::Fixture;

/// Draws all frames and has them written to `path`.
pub fn write(scene: &Scene, fixture: &Fixture, path: &Path) -> Result<()> {
    let (width, height) = fixture.drawn;
    let input = format!(
        "-v error -y -f rawvideo -pix_fmt yuv420p -video_size {width}x{height} -framerate {}/{} -color_range tv \
         -colorspace bt709 -color_primaries bt709 -color_trc bt709 -i -",
        fixture.fps.0, fixture.fps.1
    );
    let colour = "-colorspace bt709 -color_primaries bt709 -color_trc bt709";
    let words = [&input, fixture.options, colour].into_iter().flat_map(str::split_whitespace);
    if fixture.turned == 0 {
        return pipe(scene, fixture, words, path);
    }
    // FFmpeg 5.1 writes a rotation only where it copies, and counts it anticlockwise there.
    let upright = path.with_extension("upright.mp4");
    pipe(scene, fixture, words, &upright)?;
    let turn = format!("rotate={}", 360 - fixture.turned);
    let copied = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-i"])
        .arg(&upright)
        .args(["-c", "copy", "-metadata:s:v:0", &turn])
        .arg(path)
        .status()?;
    fs::remove_file(upright)?;
    succeeded(copied, path)
}

fn pipe<'a>(scene: &Scene, fixture: &Fixture, words: impl Iterator<Item = &'a str>, path: &Path) -> Result<()> {
    let mut ffmpeg = Command::new("ffmpeg").args(words).arg(path).stdin(Stdio::piped()).spawn()?;
    {
        let mut pipe = BufWriter::new(ffmpeg.stdin.take().ok_or("ffmpeg has no input")?);
        for n in 0..fixture.frames {
            if let Planes::Eight(planes) = scene.frame_at(n, fixture.time_of(scene, n)).planes {
                planes.iter().try_for_each(|plane| pipe.write_all(&plane.samples))?;
            }
        }
        pipe.flush()?;
    }
    succeeded(ffmpeg.wait()?, path)
}

fn succeeded(status: ExitStatus, path: &Path) -> Result<()> {
    if status.success() { Ok(()) } else { Err(format!("ffmpeg could not write {}", path.display()).into()) }
}
