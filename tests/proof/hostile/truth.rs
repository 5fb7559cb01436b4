//! What a recording's frames show, by the `ffmpeg` command's decoder, and whether a clip shows anything else.

use std::path::Path;
use std::process::{Command, Stdio};

use cctv_redact::picture::{Layout, Picture, Plane, Planes};
use cctv_redact::scene::read_frame_number;

use crate::decode::Luma;

/// The box that every run covers: left, top, width, height.
pub const MASK: [usize; 4] = [100, 120, 64, 48];
/// How far from the box anything of the cover can be.
const AROUND: usize = 16;
/// Side of the blocks that are compared.
const BLOCK: usize = 8;
/// How far the mean of a block may be from what it was, in luma steps, after being coded once more.
const STEPS: u32 = 14;

/// A decoded frame.
pub struct Shown {
    /// Milliseconds in the file.
    pub at: i64,
    pub luma: Luma,
}

/// Every frame of a recording.
pub struct Truth {
    pub frames: Vec<Shown>,
    /// Whether each says its number.
    pub painted: bool,
}

/// What of a clip is not as the recording has it.
#[derive(Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A picture that the recording does not have: frame of the clip, and how.
    Picture(usize, String),
    /// Its pictures are the recording's, at other times.
    Times(String),
}

impl Truth {
    pub fn of(path: &Path, before: String, painted: bool) -> Self {
        let frames = decode(path, &before);
        assert!(!frames.is_empty(), "{}", path.display());
        Self { frames, painted }
    }

    /// Compares a clip whose frames in `whole` are covered whole, and must be.
    pub fn wrong(&self, clip: &[Shown], whole: impl Fn(usize) -> bool) -> Option<Wrong> {
        let mut open = Vec::new();
        for (place, shown) in clip.iter().enumerate() {
            if whole(place) {
                let (least, most) = shown.luma.samples.iter().fold((255, 0), |(a, b), &s| (a.min(s), b.max(s)));
                if most - least > 40 {
                    return Some(Wrong::Picture(place, "is said to be covered whole, and is not".into()));
                }
            } else {
                open.push((place, shown));
            }
        }
        // Which of the recording's frames each can be.
        let mut candidates = Vec::new();
        for (place, shown) in &open {
            match self.candidates(&shown.luma) {
                Ok(found) => candidates.push((*shown, found)),
                Err(how) => return Some(Wrong::Picture(*place, how)),
            }
        }
        // A clip of everything begins with the first frame.
        let (Some(first), Some(start)) = (clip.first(), self.frames.first()) else { return None };
        let there = |(shown, found): &(&Shown, Vec<usize>)| {
            found.iter().any(|&n| (self.frames[n].at - start.at - (shown.at - first.at)).abs() <= 2)
        };
        let said = || candidates.iter().map(|(s, found)| format!("{}: {found:?}", s.at)).collect::<Vec<_>>().join(", ");
        (!candidates.iter().all(there)).then(|| Wrong::Times(said()))
    }

    /// The frames that a picture is, outside the cover.
    fn candidates(&self, luma: &Luma) -> Result<Vec<usize>, String> {
        let number = if self.painted { Some(number(luma).ok_or("shows no number")? as usize) } else { None };
        let of_number = |n: &usize| number.is_none_or(|number| number == self.number(*n));
        let near: Vec<(usize, u32)> =
            (0..self.frames.len()).filter(of_number).map(|n| (n, apart(&self.frames[n].luma, luma))).collect();
        let found: Vec<usize> = near.iter().filter(|(_, apart)| *apart <= STEPS).map(|(n, _)| *n).collect();
        let least = near.iter().map(|(_, apart)| *apart).min();
        if found.is_empty() { Err(format!("number {number:?}, {least:?} steps from the nearest")) } else { Ok(found) }
    }

    fn number(&self, n: usize) -> usize {
        number(&self.frames[n].luma).map_or(usize::MAX, |n| n as usize)
    }
}

/// How far the block that differs most is off, outside the cover.
fn apart(a: &Luma, b: &Luma) -> u32 {
    let size = (a.width.min(b.width), a.height.min(b.height));
    // An odd side is padded by one.
    if a.width.abs_diff(b.width) > 1 || a.height.abs_diff(b.height) > 1 {
        return u32::MAX;
    }
    let near = |at: usize, from: usize, length: usize| at + BLOCK + AROUND > from && at < from + length + AROUND;
    let mut most = 0;
    for y in (0..size.1 / BLOCK).map(|y| y * BLOCK) {
        for x in (0..size.0 / BLOCK).map(|x| x * BLOCK) {
            if near(x, MASK[0], MASK[2]) && near(y, MASK[1], MASK[3]) {
                continue;
            }
            let sum = |l: &Luma| -> u32 {
                (y..y + BLOCK).flat_map(|y| &l.samples[y * l.width + x..][..BLOCK]).map(|&s| u32::from(s)).sum()
            };
            most = most.max(sum(a).abs_diff(sum(b)) / (BLOCK * BLOCK) as u32);
        }
    }
    most
}

fn number(luma: &Luma) -> Option<u32> {
    let (width, height) = (luma.width as u32, luma.height as u32);
    let layout =
        Layout { width, height, chroma_shift_x: 0, chroma_shift_y: 0, depth: 8, grey: true, full_range: false };
    let plane = Plane { width: luma.width, height: luma.height, samples: luma.samples.clone() };
    read_frame_number(&Picture { layout, planes: Planes::Eight(vec![plane]) })
}

/// Every frame that the command decodes, damaged ones too, with its time; stops quietly where it stops.
pub fn decode(path: &Path, before: &str) -> Vec<Shown> {
    // Luma as stored, its range untouched; one line on standard error for each frame's time.
    let done = Command::new("ffmpeg")
        .args(["-v", "info", "-nostats", "-nostdin", "-flags", "unaligned", "-threads", "1"])
        .args(before.split_whitespace())
        .arg("-i")
        .arg(path)
        .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-copyts"])
        .args(["-vf", "showinfo=checksum=0,extractplanes=y", "-f", "yuv4mpegpipe", "-strict", "-1", "-"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let mut lines = said.lines().filter(|line| line.contains("Parsed_showinfo"));
    let base =
        lines.clone().find_map(|line| line.split("config in time_base: ").nth(1)?.split(',').next()?.split_once('/'));
    let (num, den): (i64, i64) = base.map_or((1, 1), |(num, den)| (num.parse().unwrap(), den.parse().unwrap()));
    let ticks = |line: &str| line.split(" pts:").nth(1)?.split_whitespace().next()?.parse::<i64>().ok();
    let times: Vec<i64> = lines.by_ref().filter_map(ticks).map(|t| (2000 * t * num + den) / (2 * den)).collect();
    times.into_iter().zip(pictures(&done.stdout)).map(|(at, luma)| Shown { at, luma }).collect()
}

/// The pictures of a YUV4MPEG2 stream of 8-bit luma.
fn pictures(stream: &[u8]) -> Vec<Luma> {
    let Some(end) = stream.iter().position(|&b| b == b'\n') else { return Vec::new() };
    let header = String::from_utf8_lossy(&stream[..end]);
    let side = |mark: char| header.split_whitespace().find_map(|w| w.strip_prefix(mark)?.parse::<usize>().ok());
    let (Some(width), Some(height), true) = (side('W'), side('H'), header.contains("Cmono")) else { return Vec::new() };
    let mark = b"FRAME\n";
    let frames = stream[end + 1..].chunks_exact(mark.len() + width * height);
    frames.map(|frame| Luma { width, height, samples: frame[mark.len()..].to_vec() }).collect()
}
