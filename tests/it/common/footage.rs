//! Footage whose every decoded sample is known, because it is coded without loss.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Codes raw planar pictures into an MP4 with the `ffmpeg` command: H.264 without loss and without B-frames, a key
/// frame every 12 frames whatever is in them. `special` are further options.
pub fn lossless(
    path: &Path,
    (width, height): (usize, usize),
    fps: f64,
    format: &str,
    special: &str,
    frames: impl Iterator<Item = Vec<u8>>,
) {
    let mut child = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "rawvideo", "-pix_fmt", format])
        .args(["-video_size", &format!("{width}x{height}"), "-framerate", &fps.to_string(), "-i", "-"])
        .args("-c:v libx264 -preset ultrafast -qp 0 -g 12 -sc_threshold 0 -threads 1".split_whitespace())
        .args(special.split_whitespace())
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    for frame in frames {
        pipe.write_all(&frame).unwrap();
    }
    drop(pipe);
    assert!(child.wait().unwrap().success());
}
