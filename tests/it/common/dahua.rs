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

/// What a recorder writes of a recording at 10 frames a second.
pub struct Film<'a> {
    /// Columns and rows.
    pub size: (u16, u16),
    /// Year, month, day.
    pub day: (u32, u32, u32),
    /// When the first frame is, in milliseconds of that day.
    pub begins: u32,
    /// Every so many frames a key frame.
    pub key: usize,
    /// A tenth of a second of A-law, 8000 samples a second, written after every picture.
    pub sound: Option<&'a [u8]>,
}

impl Film<'_> {
    /// Writes H.264 pictures, the first of which has this number; `skip` leaves out milliseconds before a frame, as where
    /// nothing was recorded.
    pub fn write(&self, path: &Path, pictures: &[Vec<u8>], first: usize, skip: impl Fn(usize) -> u32) {
        let (mut file, mut clock) = (Vec::new(), self.begins);
        let (w, h) = (self.size.0.to_le_bytes(), self.size.1.to_le_bytes());
        let about_picture = [0x81, 0, 8, 10, 0x82, 0, 0, 0, w[0], w[1], h[0], h[1]];
        for (number, picture) in pictures.iter().enumerate().map(|(at, picture)| (first + at, picture)) {
            clock += skip(number);
            let kind = if number % self.key == 0 { 0xfd } else { 0xfc };
            let sound = self.sound.map(|sound| (0xf0, &[0x83, 1, 0x0e, 0][..], sound));
            for (kind, about, body) in [(kind, &about_picture[..], &picture[..])].into_iter().chain(sound) {
                let length = (24 + about.len() + body.len() + 8) as u32;
                file.extend_from_slice(b"DHAV");
                file.extend_from_slice(&[kind, 0, 0, 0]);
                for word in [number as u32, length, packed(self.day, clock / 1000)] {
                    file.extend_from_slice(&word.to_le_bytes());
                }
                file.extend_from_slice(&(clock as u16).to_le_bytes());
                file.extend_from_slice(&[about.len() as u8, 0]);
                file.extend_from_slice(about);
                file.extend_from_slice(body);
                file.extend_from_slice(b"dhav");
                file.extend_from_slice(&length.to_le_bytes());
            }
            clock += 100;
        }
        std::fs::write(path, file).unwrap();
    }
}

/// Writes these frames of a test pattern, 10 a second, the first one so many milliseconds into that day; `skip` as in
/// [`Film::write`].
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
    let picture =
        |(n, &start): (usize, &usize)| bytes[start..starts.get(n + 1).copied().unwrap_or(bytes.len())].to_vec();
    let pictures: Vec<Vec<u8>> = starts.iter().enumerate().skip(frames.start).map(picture).collect();
    let film = Film { size: (320, 240), day, begins, key: 10, sound: None };
    film.write(path, &pictures, frames.start, skip);
}
