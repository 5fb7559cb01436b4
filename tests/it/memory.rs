//! Memory follows the picture, not the length of the clip.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::common::{command, mask, write_tracks};
use crate::scene::ffmpeg_is_missing;

/// The most memory that a run of so many seconds held at once, in KiB, as the kernel counted it.
fn peak(folder: &Path, seconds: u32) -> u64 {
    let footage = folder.join(format!("{seconds}.mp4"));
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", &format!("testsrc2=size=320x240:rate=10:duration={seconds}")])
        .args("-pix_fmt yuv420p -c:v libx264 -preset ultrafast -crf 30 -g 20".split_whitespace())
        .arg(&footage)
        .status();
    assert!(made.unwrap().success());
    let tracks = write_tracks(folder, &mask(100, 100, 40, 60));
    let out = folder.join(format!("out-{seconds}"));
    let mut child = command("clip", &footage, &tracks, &out, "--from 0 --to 9999 --threads 1").spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    let done = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        most = most.max(line.map_or(0, |l| l.trim().trim_end_matches(" kB").parse().unwrap()));
        if let Some(done) = child.try_wait().unwrap() {
            break done;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(done.success() && most > 0);
    most
}

#[test]
fn five_minutes_take_no_more_memory_than_one() {
    if ffmpeg_is_missing() || !Path::new("/proc/self/status").exists() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (short, long) = (peak(folder.path(), 60), peak(folder.path(), 300));
    eprintln!("peak memory: {short} KiB for one minute, {long} KiB for five");
    assert!(long * 10 <= short * 11, "{short} KiB for one minute, {long} KiB for five");
}
