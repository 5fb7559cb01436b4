//! What the `ffmpeg` and `ffprobe` commands make of a file: decoders that are not ours.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A time in seconds, exact.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    num: i128,
    den: i128,
}

impl Time {
    pub fn new(num: i64, den: i64) -> Self {
        Self { num: num.into(), den: den.into() }
    }

    pub fn since(self, earlier: Self) -> Self {
        Self { num: self.num * earlier.den - earlier.num * self.den, den: self.den * earlier.den }
    }

    pub fn plus(self, other: Self) -> Self {
        Self { num: self.num * other.den + other.num * self.den, den: self.den * other.den }
    }

    /// To the nearest nanosecond, as typed.
    pub fn typed(self) -> String {
        let nanos = (self.num * 2_000_000_000 + self.den) / (2 * self.den);
        assert!(nanos >= 0);
        format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
    }

    pub fn seconds(self) -> f64 {
        self.num as f64 / self.den as f64
    }
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.num * other.den == other.num * self.den
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        (self.num * other.den).partial_cmp(&(other.num * self.den))
    }
}

fn probe(path: &Path, entries: &str) -> Value {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v:0", "-of", "json", "-show_entries", entries])
        .arg(path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Seconds a tick of the first video stream.
fn base(probed: &Value) -> (i64, i64) {
    let (num, den) = probed["streams"][0]["time_base"].as_str().unwrap().split_once('/').unwrap();
    (num.parse().unwrap(), den.parse().unwrap())
}

/// The decoded frames' times in the file, in order of presentation.
pub fn frame_times(path: &Path) -> Vec<Time> {
    let probed = probe(path, "stream=time_base:frame=best_effort_timestamp");
    let (num, den) = base(&probed);
    let ticks = |frame: &Value| Time::new(frame["best_effort_timestamp"].as_i64().unwrap() * num, den);
    probed["frames"].as_array().unwrap().iter().map(ticks).collect()
}

/// When the video ends: as the container says, else when the last frame does.
pub fn end(path: &Path) -> Time {
    let probed = probe(path, "stream=time_base,start_pts,duration_ts:frame=best_effort_timestamp,pkt_duration");
    let (num, den) = base(&probed);
    let stream = &probed["streams"][0];
    let ticks = stream["duration_ts"].as_i64().map_or_else(
        || {
            let last = probed["frames"].as_array().unwrap().last().unwrap();
            last["best_effort_timestamp"].as_i64().unwrap() + last["pkt_duration"].as_i64().unwrap()
        },
        |duration| stream["start_pts"].as_i64().unwrap() + duration,
    );
    Time::new(ticks * num, den)
}

/// The luma of one picture, as decoded.
pub struct Luma {
    pub width: usize,
    pub height: usize,
    pub samples: Vec<u8>,
}

/// Decodes the luma of every frame with the `ffmpeg` command, one at a time. `before` are options before the input,
/// `filter` what comes before the luma is taken.
pub struct Lumas {
    child: Child,
    pipe: BufReader<ChildStdout>,
    size: (usize, usize),
}

pub fn lumas(path: &Path, before: &str, filter: &str) -> Lumas {
    let mut child = Command::new("ffmpeg")
        .args(["-v", "error"])
        .args(before.split_whitespace())
        .arg("-i")
        .arg(path)
        .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-vf", &format!("{filter},extractplanes=y")])
        .args(["-f", "yuv4mpegpipe", "-strict", "-1", "-"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = BufReader::new(child.stdout.take().unwrap());
    let mut header = String::new();
    pipe.read_line(&mut header).unwrap();
    assert!(header.contains("Cmono"), "{}: '{header}' is not 8-bit luma", path.display());
    let side =
        |mark: char| header.split_whitespace().find_map(|word| word.strip_prefix(mark)).unwrap().parse().unwrap();
    Lumas { size: (side('W'), side('H')), child, pipe }
}

impl Iterator for Lumas {
    type Item = Luma;

    fn next(&mut self) -> Option<Luma> {
        let mut line = Vec::new();
        self.pipe.read_until(b'\n', &mut line).unwrap();
        if line.is_empty() {
            assert!(self.child.wait().unwrap().success(), "ffmpeg found fault with the file");
            return None;
        }
        let (width, height) = self.size;
        let mut samples = vec![0; width * height];
        self.pipe.read_exact(&mut samples).unwrap();
        Some(Luma { width, height, samples })
    }
}

impl Drop for Lumas {
    fn drop(&mut self) {
        // Where a test fails before the last frame, the command must not be left waiting.
        drop((self.child.kill(), self.child.wait()));
    }
}
