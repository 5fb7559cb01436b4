//! A written clip, opened afresh: every byte, every time, every picture.

use std::fs::File;
use std::path::Path;

use super::compare::OUTSIDE_TOLERANCE;
use super::expected::ExpectedClip;
use super::pictures::{decode_all, decoded};
use super::witness::{Source, Witness};
use super::{Check, Report, copied, mp4, sound};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::media::bitstream::{Framing, h264_type, nal, split, stray};
use crate::media::h264::slice::{Sets, picture};
use crate::media::{ProbeOptions, probe};
use crate::obscure::Method;
use crate::progress::Progress;

/// What shows whether the picture outside the covers is the footage's.
#[derive(Clone, Copy)]
pub enum Against<'a> {
    /// The footage itself, every frame decoded afresh.
    Footage(Source<'a>),
    /// What was noted of every frame while the clip was made, and a few frames of each stretch decoded afresh.
    Witness(&'a Witness<'a>),
}

impl<'a> Against<'a> {
    pub(super) fn source(self) -> Source<'a> {
        match self {
            Self::Footage(source) => source,
            Self::Witness(witness) => witness.source(),
        }
    }
}

/// Proves a clip. Copied pictures that are the footage's, byte for byte, are not decoded but beside every join.
///
/// # Errors
/// `Unverified`, naming what is not as it must be and where; `Failed` when a file cannot be read.
pub fn clip(
    path: &Path,
    expected: &ExpectedClip,
    method: &Method,
    against: Option<Against<'_>>,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Report> {
    let mut file = File::open(path).map_err(|e| Error::io("cannot read", path, &e))?;
    let walked = mp4::walk(&mut file)?;
    let mut report = Report::default();
    let (pictures, heard) =
        (walked.video.samples.len(), walked.audio.as_ref().map_or(0, |(track, _)| track.samples.len()));
    let streams = if heard > 0 { format!("one stream and {heard} of sound") } else { "one stream".to_owned() };
    report.passed("every byte accounted for", format!("{pictures} samples, {streams}"));
    sound::check_packets(&mut file, &walked, expected.sound.as_ref())?;
    report.checks.push(check_times(&walked, expected)?);
    // Copied pictures that are the footage's own were read to their last bit before they were copied.
    let read_before = |index: usize| against.is_some() && expected.is_copied(index);
    report.checks.push(check_units(&mut file, &walked, read_before)?);
    if !expected.is_sound() {
        return Err(Error::unverified("what is said to be copied is no run of frames without a cover"));
    }
    copied::check_alone(&mut file, &walked, expected)?;
    match against.map(Against::source) {
        _ if expected.copied.is_empty() => {}
        Some(source) => {
            copied::check(&mut file, &walked, expected, source)?;
            report
                .passed("copied pictures", format!("{} are the footage's, slice for slice", expected.copied_frames()));
        }
        None => report.unchecked.push("that copied pictures are the footage's (needs --footage)".to_owned()),
    }
    let written = probe(path, ProbeOptions::default())
        .map_err(|e| Error::unverified(format!("the clip does not open again: {}", e.what())))?;
    check_header(&written, expected)?;
    let found = decode_all(&written, expected, method, against, threads, progress)?;
    report.passed("every frame decodes", decoded(&found, expected));
    if let Some(expected) = &expected.sound {
        report.checks.push(sound::check_decoded(&written, expected)?);
    }
    report.passed(
        "covered regions",
        format!(
            "{} frames with a cover; blocks differ by {:.1} levels on average, {} at most; {} are allowed on a frame's average",
            found.covered,
            found.inside.mean(),
            found.inside.worst,
            method.tolerance
        ),
    );
    match against {
        Some(_) => {
            report.passed(
                "outside the cover",
                format!(
                    "blocks differ by {:.1} levels on average, {} at most; {OUTSIDE_TOLERANCE} are allowed on a frame's average; {} of {} frames of the footage were decoded afresh for this, and the noise ratio is theirs",
                    found.outside.mean(),
                    found.outside.worst,
                    found.afresh,
                    found.frames
                ),
            );
            report.psnr_outside = found.noise.psnr();
        }
        None => report.unchecked.push("the picture outside the covers (needs --footage)".to_owned()),
    }
    Ok(report)
}

/// Every frame at its time, by the file's own tables, edit list applied.
fn check_times(walked: &mp4::Mp4, expected: &ExpectedClip) -> Result<Check> {
    let mut found: Vec<i64> = walked.video.samples.iter().map(|s| s.pts).collect();
    found.sort_unstable();
    let scale = walked.video.timescale;
    let wanted = expected.times_in(scale);
    if found.len() != wanted.len() {
        return Err(Error::unverified(format!("the clip holds {} frames, not {}", found.len(), wanted.len())));
    }
    if let Some(place) = (0..found.len()).find(|&i| i128::from(found[i]) != wanted[i]) {
        return Err(Error::unverified(format!(
            "frame {place} of the clip is at {}/{scale} s, not {}/{scale} s",
            found[place], wanted[place]
        )));
    }
    let last = wanted.last().copied().unwrap_or(0);
    let end = last + i128::from(expected.last.in_scale(expected.base(), i64::from(scale)));
    if i128::from(walked.video.media_duration) != end {
        let stated = walked.video.media_duration;
        return Err(Error::unverified(format!(
            "the clip says that it ends at {stated}/{scale} s, not {end}/{scale} s"
        )));
    }
    Ok(Check {
        name: "frames and times".to_owned(),
        passed: true,
        detail: format!("{} of {}", found.len(), wanted.len()),
    })
}

/// Nothing but coded slices in the samples, each read to its last bit unless that was done before, and together whole
/// pictures.
fn check_units(file: &mut File, walked: &mp4::Mp4, read_before: impl Fn(usize) -> bool) -> Result<Check> {
    let avcc = &walked.picture.avcc;
    let mut sets = Sets::default();
    for unit in avcc.sps.iter().chain(&avcc.pps) {
        sets.take(unit).map_err(|fault| Error::unverified(fault.to_string()))?;
    }
    let mut data = Vec::new();
    for index in 0..walked.video.samples.len() {
        let wrong = |what: &str| Error::unverified(format!("sample {index} of the clip {what}"));
        copied::read(file, &walked.video.samples[index], &mut data)?;
        let units =
            split(&data, Framing::Lengths(avcc.length_size)).ok_or_else(|| wrong("is not a sequence of NAL units"))?;
        if let Some(unit) = units.iter().find(|u| !matches!(h264_type(u), Some(nal::SLICE | nal::IDR))) {
            let kind = h264_type(unit);
            return Err(wrong(&format!("holds a NAL unit of type {kind:?}: only coded slices belong there")));
        }
        if stray(&units).is_some() {
            return Err(wrong("has padding behind a slice"));
        }
        if !read_before(index) {
            picture(&sets, units).map_err(|fault| wrong(&format!("is not a whole picture: {fault}")))?;
        }
    }
    Ok(Check {
        name: "only coded pictures".to_owned(),
        passed: true,
        detail: "every slice read to its last bit; no SEI, no parameter sets in band, no filler".to_owned(),
    })
}

fn check_header(written: &Footage, expected: &ExpectedClip) -> Result<()> {
    let size = [written.layout.width, written.layout.height];
    let same = size == expected.size
        && written.orientation.quarter_turns == expected.quarter_turns
        && !written.orientation.mirrored;
    let file = &written.parts[0];
    let streams = 1 + usize::from(expected.sound.is_some());
    if same && file.codec == "h264" && file.streams.len() == streams && written.frames.len() == expected.frames() {
        return Ok(());
    }
    Err(Error::unverified(format!(
        "the clip opens as {} {size:?}, turned {} times, {} streams, {} frames; it must be h264 {:?}, turned {} times, {streams} streams, {} frames",
        file.codec,
        written.orientation.quarter_turns,
        file.streams.len(),
        written.frames.len(),
        expected.size,
        expected.quarter_turns,
        expected.frames()
    )))
}

#[cfg(test)]
mod tests;
