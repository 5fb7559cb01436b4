//! Recordings that say in every frame which one it is and where things are, coded by the `ffmpeg` command; and what a
//! clip of them must show, read back with that command's decoder.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::common::decode::{Luma, Time, frame_times, lumas};
use crate::frames::number;
use crate::tool::{Answer, Desk, native, read_json};

/// Frames a second of most films.
pub const FPS: i64 = 25;
/// Frames of most films.
pub const FRAMES: usize = 60;
/// The side of the person, which is to be covered, and of the mark, which is to be seen.
const PERSON: usize = 24;
const MARK: usize = 16;
/// Rows in which nothing is bright but the mark.
const MARK_ROWS: std::ops::Range<usize> = 172..224;
/// What `fill` leaves in 8 bits of broadcast range: a quarter of the luma range.
const FILLED: u8 = 71;
/// H.264 as most recorders write it, with B-frames, a key frame every second.
pub const X264: &str = "-c:v libx264 -preset veryfast -crf 16 -bf 2 -b_strategy 0 -g 25 -keyint_min 25 -sc_threshold 0";

/// A film: columns, rows, frames.
#[derive(Clone, Copy)]
pub struct Film {
    pub width: usize,
    pub height: usize,
    pub frames: usize,
}

pub const FILM: Film = Film { width: 320, height: 240, frames: FRAMES };

/// Left and top of the person in a frame.
pub fn person(n: usize) -> (usize, usize) {
    (40 + 2 * n, 70 + n % 20)
}

fn mark(n: usize) -> (usize, usize) {
    (240 - 3 * n, 190 + n % 7)
}

/// A picture in 4:2:0, planes one after another, that can be painted on.
pub struct Canvas {
    width: usize,
    height: usize,
    pub bytes: Vec<u8>,
}

impl Canvas {
    /// A dim slope with the frame's number, as `read_frame_number` describes it.
    pub fn new(width: usize, height: usize, number: u32) -> Self {
        let slope = |at: usize| 60 + (40 * (at % width + at / width) / (width + height)) as u8;
        let chroma = 2 * width.div_ceil(2) * height.div_ceil(2);
        let bytes = (0..width * height).map(slope).chain(std::iter::repeat_n(128, chroma)).collect();
        let mut this = Self { width, height, bytes };
        let crc = number.to_be_bytes()[1..].iter().fold(0x5au8, |crc, byte| {
            (0..8).fold(crc ^ byte, |c, _| if c & 0x80 == 0 { c << 1 } else { c << 1 ^ 0x07 })
        });
        let code = number << 8 | u32::from(crc);
        for (column, row) in (0..17).flat_map(|column| [(column, 0), (column, 1)]) {
            let white = match column {
                0 => row == 0,
                _ => code >> (31 - (row * 16 + column - 1)) & 1 == 1,
            };
            let corner = |c: usize, r: usize| (width * (23 + c) / 40, height * r / 30);
            let (from, to) = (corner(column, row), corner(column + 1, row + 1));
            this.paint(from, (to.0 - from.0, to.1 - from.1), |_, _| if white { 235 } else { 16 });
        }
        this
    }

    pub fn paint(&mut self, at: (usize, usize), size: (usize, usize), luma: impl Fn(usize, usize) -> u8) {
        for (y, x) in (0..size.1).flat_map(|y| (0..size.0).map(move |x| (y, x))) {
            self.bytes[(at.1 + y) * self.width + at.0 + x] = luma(x, y);
        }
    }

    /// The first chroma plane under an area of luma.
    pub fn tint(&mut self, at: (usize, usize), size: (usize, usize), value: u8) {
        let first = self.width * self.height;
        for y in at.1 / 2..(at.1 + size.1) / 2 {
            let row = first + y * self.width.div_ceil(2);
            self.bytes[row + at.0 / 2..row + (at.0 + size.0) / 2].fill(value);
        }
    }

    pub fn person(&mut self, at: (usize, usize)) {
        self.paint(at, (PERSON, PERSON), |x, y| if (x / 4 + y / 4) % 2 == 0 { 235 } else { 16 });
    }

    pub fn mark(&mut self, at: (usize, usize)) {
        let (width, rows) = (self.width, MARK_ROWS.len());
        self.paint((0, MARK_ROWS.start), (width, rows), |_, _| 30);
        self.paint(at, (MARK, MARK), |_, _| 235);
    }
}

impl Film {
    fn picture(&self, n: usize) -> Vec<u8> {
        let mut canvas = Canvas::new(self.width, self.height, n as u32);
        canvas.person(person(n));
        canvas.mark(mark(n));
        canvas.bytes
    }

    /// Codes it with these options, at 25 frames a second.
    pub fn code(&self, desk: &Desk, name: &str, options: &str) -> String {
        let pictures = (0..self.frames).map(|n| self.picture(n));
        code(desk, name, (self.width, self.height), &format!("{FPS}"), options, pictures)
    }

    /// Each frame's number and time, as coded.
    pub fn shown(&self) -> Vec<(usize, Time)> {
        (0..self.frames).map(|n| (n, Time::new(n as i64, FPS))).collect()
    }
}

/// Codes raw 4:2:0 pictures.
pub fn code(
    desk: &Desk,
    name: &str,
    (width, height): (usize, usize),
    rate: &str,
    options: &str,
    pictures: impl Iterator<Item = Vec<u8>>,
) -> String {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-framerate", rate]);
    command.args(["-video_size", &format!("{width}x{height}"), "-i", "-"]).args(options.split_whitespace());
    let mut child = command.arg(name).current_dir(desk.path("")).stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pictures.for_each(|picture| pipe.write_all(&picture).unwrap());
    drop(pipe);
    assert!(child.wait().unwrap().success(), "{command:?}");
    name.to_owned()
}

/// Asks for a clip, the person covered in every frame that the recording presents.
pub fn clip(desk: &Desk, name: &str, options: &[&str], shown: &[(usize, Time)], from: &str, to: &str) -> Answer {
    let key = |(place, (number, _)): (usize, &(usize, Time))| {
        let (x, y) = person(*number);
        json!({ "frame": place, "box": [x, y, PERSON, PERSON] })
    };
    let keys: Vec<Value> = shown.iter().enumerate().map(key).collect();
    asked(desk, name, options, &json!([{ "id": "1", "sampling": "every-frame", "keyframes": keys }]), from, to)
}

/// Asks for a clip with these tracks.
pub fn asked(desk: &Desk, name: &str, options: &[&str], tracks: &Value, from: &str, to: &str) -> Answer {
    let tracks = desk.json("tracks.json", &native(tracks.as_array().unwrap()));
    let _ = std::fs::remove_dir_all(desk.path("out"));
    let args = ["clip", name, "--from", from, "--to", to, "--tracks", &tracks, "--method", "fill"];
    desk.make(&[&args[..], options].concat())
}

pub fn clip_of(desk: &Desk) -> PathBuf {
    desk.pack("R").join("send/clip.mp4")
}

pub fn item(desk: &Desk) -> Value {
    read_json(&desk.pack("R").join("keep/disclosure-log.json"))["items"][0].take()
}

pub fn probed(desk: &Desk, name: &str, options: &[&str]) -> Value {
    serde_json::from_str(&desk.run(&[&["probe", name, "--json"], options].concat()).ready().out).unwrap()
}

/// Asks for all of a recording and for a part that begins and ends between key frames: every frame is there once, at
/// its time, the person covered and the mark in place.
pub fn every_frame_is_there(desk: &Desk, name: &str, options: &[&str], shown: &[(usize, Time)]) {
    let count = shown.len();
    assert_eq!(probed(desk, name, probe_options(options))["frames"], json!(count), "{name}");
    for (from, to) in [(0, count), (count / 3 + 1, 2 * count / 3)] {
        let wanted = &shown[from..to];
        let end = shown.get(to).map_or("9999".to_owned(), |f| f.1.typed());
        clip(desk, name, options, shown, &wanted[0].1.typed(), &end).ready();
        let pictures: Vec<Luma> = lumas(&clip_of(desk), "", "format=yuv420p").collect();
        for (luma, (n, _)) in pictures.iter().zip(wanted) {
            assert_eq!(fault(luma, *n), None, "{name}");
        }
        assert_eq!(pictures.len(), wanted.len(), "{name}");
        let expected: Vec<Time> = wanted.iter().map(|f| f.1.since(wanted[0].1)).collect();
        assert_eq!(frame_times(&clip_of(desk)), expected, "{name}");
        // The check sees a frame that is another's.
        assert!(fault(&pictures[0], wanted[0].0 + 1).is_some(), "{name}");
    }
}

/// Of the options of a clip those that `probe` takes.
fn probe_options<'a>(options: &'a [&'a str]) -> &'a [&'a str] {
    if options.first().is_some_and(|o| ["--fps", "--stream"].contains(o)) { &options[..2] } else { &[] }
}

/// Asks for more than a broken recording holds, damaged frames covered whole: every frame shows what belongs to its
/// time, or nothing. Returns how many show something, and how many nothing.
pub fn nothing_wrong_is_shown(desk: &Desk, name: &str) -> (usize, usize) {
    // Everywhere that the person ever is: where frames are lost, numbers do not tell which one it is.
    let mask = json!([{ "id": "1", "whole": true, "keyframes": [{ "frame": 0, "box": [30, 60, 170, 65] }] }]);
    asked(desk, name, &["--damaged", "cover"], &mask, "0", "9").ready();
    let times = frame_times(&clip_of(desk));
    let (mut good, mut blank) = (0, 0);
    let pictures: Vec<Luma> = lumas(&clip_of(desk), "", "format=yuv420p").collect();
    assert_eq!(pictures.len(), times.len(), "{name}");
    for (luma, time) in pictures.iter().zip(times) {
        if luma.samples.iter().all(|v| v.abs_diff(FILLED) < 25) {
            blank += 1;
            continue;
        }
        assert_eq!(fault(luma, (time.seconds() * FPS as f64).round() as usize), None, "{name}");
        good += 1;
    }
    (good, blank)
}

/// What is wrong with a picture that must be frame `n`.
pub fn fault(luma: &Luma, n: usize) -> Option<String> {
    let at = |x: usize, y: usize| luma.samples[y * luma.width + x];
    let copy = Luma { samples: luma.samples.clone(), ..*luma };
    let found = number(copy);
    if found != Some(n as u32) {
        return Some(format!("shows frame {found:?}, not {n}"));
    }
    let bright: Vec<(usize, usize)> =
        MARK_ROWS.flat_map(|y| (0..luma.width).map(move |x| (x, y))).filter(|&(x, y)| at(x, y) > 140).collect();
    let mean = |axis: fn(&(usize, usize)) -> usize| {
        bright.iter().map(axis).sum::<usize>() as f64 / bright.len().max(1) as f64 - (MARK - 1) as f64 / 2.0
    };
    let (found, wanted) = ((mean(|p| p.0), mean(|p| p.1)), mark(n));
    if (found.0 - wanted.0 as f64).abs() > 1.0 || (found.1 - wanted.1 as f64).abs() > 1.0 {
        return Some(format!("frame {n} has its mark at {found:?}, not {wanted:?}"));
    }
    let (left, top) = person(n);
    let uncovered = (top..top + PERSON)
        .flat_map(|y| (left..left + PERSON).map(move |x| (x, y)))
        .find(|&(x, y)| at(x, y).abs_diff(FILLED) > 30);
    uncovered.map(|at| format!("frame {n} shows the person at {at:?}"))
}
