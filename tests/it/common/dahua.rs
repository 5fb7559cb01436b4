//! Dahua's DAV (DHAV), which FFmpeg reads but cannot write: a header before every coded picture, with the recorder's
//! local time. After FFmpeg's own reader, libavformat/dhav.c.

use std::ops::Range;
use std::path::Path;
use std::process::Command;

/// The header's packed local date and time.
fn packed((year, month, day): (u32, u32, u32), second: u32) -> u32 {
    let parts =
        [(second % 60, 0), (second / 60 % 60, 6), (second / 3600 % 24, 12), (day, 17), (month, 22), (year - 2000, 26)];
    parts.into_iter().map(|(part, at)| part << at).sum()
}

/// Writes these frames of a test pattern, 10 a second, the first one so many milliseconds into that day; `skip` leaves
/// out milliseconds before a frame, as where nothing was recorded.
pub fn write(path: &Path, frames: Range<usize>, day: (u32, u32, u32), begins: u32, skip: impl Fn(usize) -> u32) {
    let coded = path.with_extension("h264");
    let source = format!("testsrc=size=320x240:rate=10:duration={}", frames.end as f64 / 10.0);
    let options = "-c:v libx264 -preset ultrafast -g 10 -bf 0 -x264-params aud=1:sliced-threads=0 -pix_fmt yuv420p";
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", &source])
        .args(options.split_whitespace())
        .arg(&coded)
        .status()
        .unwrap();
    assert!(done.success());
    let bytes = std::fs::read(&coded).unwrap();
    std::fs::remove_file(&coded).unwrap();
    // A picture begins with its delimiter.
    let starts: Vec<usize> = (0..bytes.len() - 5).filter(|&i| bytes[i..i + 5] == [0, 0, 0, 1, 9]).collect();
    assert_eq!(starts.len(), frames.end);
    let (mut file, mut clock) = (Vec::new(), begins);
    for (number, &start) in starts.iter().enumerate().skip(frames.start) {
        let picture = &bytes[start..starts.get(number + 1).copied().unwrap_or(bytes.len())];
        clock += skip(number);
        // H.264 at 10 frames a second, 320x240.
        let about = [0x81, 0, 8, 10, 0x82, 0, 0, 0, 0x40, 1, 0xf0, 0];
        let length = (24 + about.len() + picture.len() + 8) as u32;
        file.extend_from_slice(b"DHAV");
        file.extend_from_slice(&[if number % 10 == 0 { 0xfd } else { 0xfc }, 0, 0, 0]);
        for word in [number as u32, length, packed(day, clock / 1000)] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        file.extend_from_slice(&(clock as u16).to_le_bytes());
        file.extend_from_slice(&[about.len() as u8, 0]);
        file.extend_from_slice(&about);
        file.extend_from_slice(picture);
        file.extend_from_slice(b"dhav");
        file.extend_from_slice(&length.to_le_bytes());
        clock += 100;
    }
    std::fs::write(path, file).unwrap();
}
