//! A written clip, opened afresh: every byte, every time, every picture.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::compare::{Blocks, Difference, OUTSIDE_TOLERANCE, Where};
use super::expected::ExpectedClip;
use super::{Check, Report, mp4};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::media::bitstream::{Framing, h264_type, split, stray};
use crate::media::{Converter, FrameReader, ProbeOptions, Target, probe};
use crate::obscure::Method;
use crate::picture::Picture;
use crate::progress::Progress;
use crate::render::{Event, Finish, Stretch, decode, each_stretch};

/// The footage to hold a clip against, and which of its frames the clip shows.
pub struct Source<'a> {
    /// The footage.
    pub footage: &'a Footage,
    /// The clip's frames, by their numbers in the footage.
    pub frames: &'a [usize],
}

/// Proves a clip.
///
/// # Errors
/// `Unverified`, naming what is not as it must be and where; `Failed` when a file cannot be read.
pub fn clip(
    path: &Path,
    expected: &ExpectedClip,
    method: &Method,
    source: Option<Source<'_>>,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Report> {
    let mut file = File::open(path).map_err(|e| Error::io("cannot read", path, &e))?;
    let walked = mp4::walk(&mut file)?;
    let mut report = Report::default();
    report.passed("every byte accounted for", format!("{} samples, one stream", walked.video.samples.len()));
    report.checks.push(check_times(&walked, expected)?);
    report.checks.push(check_units(&mut file, &walked)?);
    let written = probe(path, ProbeOptions::default())
        .map_err(|e| Error::unverified(format!("the clip does not open again: {}", e.what())))?;
    check_header(&written, expected)?;
    let found = decode_all(&written, expected, method, source.as_ref(), threads, progress)?;
    report.passed("every frame decodes", format!("{} of {}", found.frames, expected.frames()));
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
    match source {
        Some(_) => {
            report.passed(
                "outside the cover",
                format!(
                    "blocks differ by {:.1} levels on average, {} at most; {OUTSIDE_TOLERANCE} are allowed on a frame's average",
                    found.outside.mean(),
                    found.outside.worst
                ),
            );
            report.psnr_outside = found.outside.psnr();
        }
        None => report.unchecked.push("the picture outside the covers (needs --footage)".to_owned()),
    }
    Ok(report)
}

/// Every frame at its time, by the file's own tables, edit list applied.
fn check_times(walked: &mp4::Mp4, expected: &ExpectedClip) -> Result<Check> {
    let mut found: Vec<i64> = walked.video.samples.iter().map(|s| s.pts).collect();
    found.sort_unstable();
    let (base, scale) = (expected.base(), i64::from(walked.video.timescale));
    let in_file = |ticks: i64| i128::from(ticks) * i128::from(base.num) * i128::from(scale) / i128::from(base.den);
    let wanted: Vec<i128> = expected.ticks().into_iter().map(in_file).collect();
    if found.len() != wanted.len() {
        return Err(Error::unverified(format!("the clip holds {} frames, not {}", found.len(), wanted.len())));
    }
    if let Some(place) = (0..found.len()).find(|&i| i128::from(found[i]) != wanted[i]) {
        return Err(Error::unverified(format!(
            "frame {place} of the clip is at {}/{scale} s, not {}/{scale} s",
            found[place], wanted[place]
        )));
    }
    let last = in_file(expected.ticks().last().copied().unwrap_or(0));
    let end = last + i128::from(expected.last.in_scale(base, scale));
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

/// Nothing but coded slices in the samples.
fn check_units(file: &mut File, walked: &mp4::Mp4) -> Result<Check> {
    let unreadable = |e: std::io::Error| Error::failed(format!("reading the clip again: {e}"));
    let mut data = Vec::new();
    for (index, sample) in walked.video.samples.iter().enumerate() {
        data.resize(sample.size as usize, 0);
        file.seek(SeekFrom::Start(sample.offset)).and_then(|_| file.read_exact(&mut data)).map_err(unreadable)?;
        let units = split(&data, Framing::Lengths(walked.picture.avcc.length_size))
            .ok_or_else(|| Error::unverified(format!("sample {index} of the clip is not a sequence of NAL units")))?;
        if let Some(unit) = units.iter().find(|u| !matches!(h264_type(u), Some(1 | 5))) {
            return Err(Error::unverified(format!(
                "sample {index} of the clip holds a NAL unit of type {:?}: only coded slices belong there",
                h264_type(unit)
            )));
        }
        if stray(&units).is_some() {
            return Err(Error::unverified(format!("sample {index} of the clip has padding behind a slice")));
        }
    }
    Ok(Check {
        name: "only coded pictures".to_owned(),
        passed: true,
        detail: "no SEI, no parameter sets in band, no filler".to_owned(),
    })
}

fn check_header(written: &Footage, expected: &ExpectedClip) -> Result<()> {
    let size = [written.layout.width, written.layout.height];
    let same = size == expected.size
        && written.orientation.quarter_turns == expected.quarter_turns
        && !written.orientation.mirrored;
    if same && written.codec == "h264" && written.streams.len() == 1 && written.frames.len() == expected.frames() {
        return Ok(());
    }
    Err(Error::unverified(format!(
        "the clip opens as {} {size:?}, turned {} times, {} streams, {} frames; it must be h264 {:?}, turned {} times, 1 stream, {} frames",
        written.codec,
        written.orientation.quarter_turns,
        written.streams.len(),
        written.frames.len(),
        expected.size,
        expected.quarter_turns,
        expected.frames()
    )))
}

/// What decoding the clip found.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    frames: usize,
    covered: usize,
    inside: Difference,
    outside: Difference,
}

fn decode_all(
    written: &Footage,
    expected: &ExpectedClip,
    method: &Method,
    source: Option<&Source<'_>>,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Found> {
    let all: Vec<usize> = (0..written.frames.len()).collect();
    let parts = each_stretch(written, &all, threads, |stretch| {
        decode_stretch(written, expected, method, source, stretch, progress)
    })?;
    let total = parts.into_iter().fold(Found::default(), |a, b| Found {
        frames: a.frames + b.frames,
        covered: a.covered + b.covered,
        inside: a.inside.merge(b.inside),
        outside: a.outside.merge(b.outside),
    });
    if total.frames != expected.frames() {
        return Err(Error::unverified(format!("{} of {} frames of the clip decode", total.frames, expected.frames())));
    }
    Ok(total)
}

fn decode_stretch(
    written: &Footage,
    expected: &ExpectedClip,
    method: &Method,
    source: Option<&Source<'_>>,
    stretch: &Stretch,
    progress: &dyn Progress,
) -> Result<Found> {
    let mut original = source.map(|s| Original::open(s, stretch)).transpose()?;
    let mut found = Found::default();
    decode(written, stretch, |event| {
        let (frame, picture) = match event {
            Event::Spoiled(frames) => {
                return Err(Error::unverified(format!(
                    "frame {} of the clip does not decode cleanly",
                    frames.first().copied().unwrap_or(0)
                )));
            }
            Event::Frame(frame, picture) => (frame, picture),
        };
        progress.step(1)?;
        found.frames += 1;
        let cover = expected.cover(frame);
        let blocks = Blocks::new(&cover, picture.layout.width, picture.layout.height);
        if !cover.is_empty() {
            found.covered += 1;
            let mut again = picture.clone();
            method.apply(&mut again, &cover);
            let inside = blocks.compare(picture, &again, Where::Inside);
            if !inside.is_within(u32::from(method.tolerance)) {
                return Err(Error::unverified(format!(
                    "frame {frame} of the clip: what is under the cover at column {}, row {} is not what '{}' leaves ({} levels off)",
                    inside.at.0, inside.at.1, method.name, inside.worst
                )));
            }
            found.inside = found.inside.merge(inside);
        }
        if let Some(original) = &mut original {
            let original = original.picture(frame)?;
            let outside = blocks.compare(picture, &original, Where::Outside);
            if !outside.is_within(OUTSIDE_TOLERANCE) {
                return Err(Error::unverified(format!(
                    "frame {frame} of the clip: the picture at column {}, row {} is not the footage's ({} levels off)",
                    outside.at.0, outside.at.1, outside.worst
                )));
            }
            found.outside = found.outside.merge(outside);
        }
        Ok(())
    })?;
    Ok(found)
}

/// The footage's frames, read beside the clip's.
struct Original<'a> {
    source: &'a Source<'a>,
    reader: FrameReader<'a>,
    converter: Converter,
    finish: Finish,
    decoded: Picture,
}

impl<'a> Original<'a> {
    fn open(source: &'a Source<'a>, stretch: &Stretch) -> Result<Self> {
        let footage = source.footage;
        let first = source.frames.get(stretch.frames.start).copied().unwrap_or(0);
        Ok(Self {
            source,
            reader: FrameReader::open(footage, first)?,
            converter: Converter::new(footage.layout, &footage.colour, Target::Yuv420)?,
            finish: Finish::new(footage),
            decoded: Picture::grey(footage.layout),
        })
    }

    /// The footage's picture for a frame of the clip, as it would be encoded without a cover. Frames are asked for
    /// in order. One that does not decode stays the last one: its frame is covered whole, so nothing of it counts.
    fn picture(&mut self, frame: usize) -> Result<Cow<'_, Picture>> {
        let wanted = self.source.frames.get(frame).copied().unwrap_or(usize::MAX);
        while let Some(decoded) = self.reader.next_if_needed(wanted, &mut self.decoded)? {
            if decoded.index >= wanted {
                break;
            }
        }
        self.finish.apply(&self.decoded, &mut self.converter)
    }
}
