//! Sound in and out: a file's first audio stream decoded to floats on the recording's clock, and AAC.

mod aac;
mod reader;

pub use aac::{CodedSound, PRIMING, SoundEncoder, supports_rate};
pub use reader::SoundReader;

use crate::time::Position;

/// How sound is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// Samples a second of each channel.
    pub rate: u32,
    /// 1 or 2.
    pub channels: u16,
}

impl Sampling {
    /// How many samples a length of time has, rounded down.
    pub fn samples(self, nanos: i64) -> i64 {
        (i128::from(nanos) * i128::from(self.rate)).div_euclid(1_000_000_000) as i64
    }

    /// How long so many samples are, in nanoseconds.
    pub fn nanos(self, samples: u64) -> i64 {
        (i128::from(samples) * 1_000_000_000 / i128::from(self.rate.max(1))) as i64
    }
}

/// A piece of sound.
#[derive(Debug, Clone)]
pub struct Heard {
    /// When its first sample is; where the file gives no time, it follows on the piece before.
    pub at: Option<Position>,
    /// How it is sampled.
    pub sampling: Sampling,
    /// Each channel's samples, -1 to 1, as many in each; at least one channel.
    pub channels: Vec<Vec<f32>>,
}
