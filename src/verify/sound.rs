//! A clip's sound: exactly the packets that were made, from the first picture on, and silence where it was asked for.

use std::fs::File;

use sha2::{Digest, Sha256};

use super::expected::ExpectedSound;
use super::mp4::Mp4;
use super::mp4::samples::Sample;
use super::{Check, copied};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::media::{PRIMING, SoundReader};
use crate::time::Position;

/// How loud silence may decode, of 1.
const SILENCE: f32 = 1e-4;

/// Samples beside a silent stretch that share coded blocks with what is heard: their noise may reach into it.
const BLOCKS: u64 = 2 * 1024;

/// What the file's tables say of the sound, and its packets.
///
/// # Errors
/// `Unverified`, naming what is not as it must be.
pub fn check_packets(file: &mut File, walked: &Mp4, expected: Option<&ExpectedSound>) -> Result<()> {
    let (track, sound, expected) = match (&walked.audio, expected) {
        (None, None) => return Ok(()),
        (Some((track, sound)), Some(expected)) => (track, sound, expected),
        (Some(_), None) => return Err(Error::unverified("the clip has sound that was not asked for")),
        (None, Some(_)) => return Err(Error::unverified("the clip lacks its sound")),
    };
    let wrong = |what: String| Error::unverified(format!("the clip's sound {what}"));
    let whole = expected.samples as i64;
    if (track.timescale, sound.rate) != (expected.rate, expected.rate) {
        return Err(wrong(format!("has {} samples a second, not {}", sound.rate, expected.rate)));
    }
    if track.edit.unwrap_or(0) != PRIMING || track.samples.first().map(|s| s.pts) != Some(-PRIMING) {
        return Err(wrong("does not begin with the first picture".to_owned()));
    }
    let end = track.samples.last().map_or(0, |s| s.pts + i64::from(s.duration));
    let apart = |pair: &[Sample]| pair[0].pts + i64::from(pair[0].duration) != pair[1].pts;
    if end != whole || track.samples.windows(2).any(apart) {
        return Err(wrong(format!("has {end} samples in a row, not {whole}")));
    }
    let (mut hash, mut data) = (Sha256::new(), Vec::new());
    for sample in &track.samples {
        copied::read(file, sample, &mut data)?;
        hash.update(&data);
    }
    if hex::encode(hash.finalize()) != expected.sha256 {
        return Err(wrong("is not what was made".to_owned()));
    }
    Ok(())
}

/// Decodes the clip's sound: every sample is there, and silence is silent.
///
/// # Errors
/// `Unverified`, naming what is not as it must be.
pub fn check_decoded(written: &Footage, expected: &ExpectedSound) -> Result<Check> {
    let wrong = |what: String| Error::unverified(format!("the clip's sound {what}"));
    let part = &written.parts[0];
    let mut reader =
        SoundReader::open(written, part, Position::ZERO)?.ok_or_else(|| wrong("cannot be found".to_owned()))?;
    let mut heard = 0u64;
    while let Some(piece) = reader.hear()? {
        if (piece.sampling.rate, piece.sampling.channels) != (expected.rate, expected.channels) {
            return Err(wrong(format!("decodes as {:?}", piece.sampling)));
        }
        let loud = piece.channels.iter().flat_map(|c| (heard..).zip(c)).filter(|(_, v)| v.abs() > SILENCE);
        for (at, _) in loud {
            let silent = |m: &&[u64; 2]| m[0] + BLOCKS <= at && at + BLOCKS < m[1];
            if let Some(m) = expected.muted.iter().find(silent) {
                return Err(wrong(format!("is heard at sample {at}, in the silence from {} to {}", m[0], m[1])));
            }
        }
        heard += piece.channels[0].len() as u64;
    }
    // The last packet is coded whole; what is behind its last sample is not presented.
    if !(expected.samples..expected.samples + BLOCKS / 2).contains(&heard) {
        return Err(wrong(format!("decodes to {heard} samples, not {}", expected.samples)));
    }
    let muted: u64 = expected.muted.iter().map(|m| m[1] - m[0]).sum();
    let seconds = |samples: u64| samples as f64 / f64::from(expected.rate.max(1));
    Ok(Check {
        name: "sound".to_owned(),
        passed: true,
        detail: format!(
            "{:.3} s from the first picture on, as it was coded; {:.3} s of it silenced",
            seconds(expected.samples),
            seconds(muted)
        ),
    })
}
