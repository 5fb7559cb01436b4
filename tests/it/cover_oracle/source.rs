//! Footage whose every 4x4 block says by its brightness in which frame and where it is, coded without loss: what of
//! it is left in a clip can be told pixel by pixel.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::footage::lossless;

use super::case::{Dice, Frame};

pub const DARK: u8 = 30;
pub const BRIGHT: u8 = 225;

/// The kinds of source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// 4:2:0 at 10 frames a second.
    Slow,
    /// 4:2:0 at 25 frames a second.
    Fast,
    /// 4:4:4, an odd size.
    Odd444,
    /// Stored on its side, shown turned clockwise.
    Turned,
    /// Two fields a frame.
    Interlaced,
}

impl Source {
    pub fn fps(self) -> f64 {
        if self == Self::Fast { 25.0 } else { 10.0 }
    }

    pub fn frames(self) -> usize {
        if self == Self::Fast { 60 } else { 36 }
    }

    /// Stored columns and rows.
    pub fn size(self) -> (usize, usize) {
        if self == Self::Odd444 { (321, 241) } else { (320, 240) }
    }

    fn turned(self) -> bool {
        self == Self::Turned
    }

    pub fn frame(self) -> Frame {
        let grid = match self {
            Self::Odd444 => (1, 1),
            Self::Interlaced => (2, 4),
            _ => (2, 2),
        };
        Frame {
            size: self.size(),
            grid,
            quarters: u8::from(self.turned()),
            mirrored: false,
            fps: self.fps(),
            count: self.frames(),
        }
    }

    /// The brightness of every stored pixel of a frame.
    pub fn luma(self, frame: usize) -> Vec<u8> {
        let (width, height) = self.size();
        let across = width.div_ceil(4);
        let mut dice = Dice(frame as u64 + 1000);
        let blocks: Vec<u8> =
            (0..across * height.div_ceil(4)).map(|_| if dice.next() & 1 == 0 { DARK } else { BRIGHT }).collect();
        (0..width * height).map(|place| blocks[place / width / 4 * across + place % width / 4]).collect()
    }

    /// Codes it into a file.
    pub fn write(self, folder: &Path) -> PathBuf {
        let path = folder.join(format!("{self:?}.mp4"));
        let (width, height) = self.size();
        let (format, chroma) =
            if self == Self::Odd444 { ("yuv444p", 2 * width * height) } else { ("yuv420p", width * height / 2) };
        let special = match self {
            Self::Interlaced => "-flags +ilme+ildct -x264opts tff=1",
            _ => "",
        };
        let frames = (0..self.frames()).map(|frame| {
            let mut planes = self.luma(frame);
            planes.resize(planes.len() + chroma, 128);
            planes
        });
        lossless(&path, (width, height), self.fps(), format, special, frames);
        if self.turned() {
            return turn(&path);
        }
        path
    }
}

/// A copy that players turn clockwise by a quarter.
fn turn(path: &Path) -> PathBuf {
    let turned = path.with_extension("turned.mp4");
    let copied = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-c", "copy", "-metadata:s:v:0", "rotate=270"])
        .arg(&turned)
        .status();
    assert!(copied.unwrap().success());
    turned
}
