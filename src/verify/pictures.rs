//! The pictures of a written clip, decoded afresh: under every cover what the method leaves there, outside it what the
//! footage shows.

use std::ops::Range;

use super::afresh::{Afresh, few};
use super::clip::Against;
use super::compare::{Blocks, Difference, Noise, OUTSIDE_TOLERANCE};
use super::expected::ExpectedClip;
use super::means::Means;
use super::witness::{Recall, Source};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::obscure::Method;
use crate::picture::Picture;
use crate::progress::Progress;
use crate::render::{Event, Stretch, cut, decode, in_stretches};

/// What decoding the clip found.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    /// Rendered frames.
    pub frames: usize,
    /// Copied frames.
    pub copied: usize,
    /// Frames with a cover.
    pub covered: usize,
    /// Under the covers.
    pub inside: Difference,
    /// Outside them.
    pub outside: Difference,
    /// Frames of the footage that were decoded afresh.
    pub afresh: usize,
    /// Of these, outside the cover.
    pub noise: Noise,
}

impl Found {
    fn merge(self, other: Self) -> Self {
        Self {
            frames: self.frames + other.frames,
            copied: self.copied + other.copied,
            covered: self.covered + other.covered,
            inside: self.inside.merge(other.inside),
            outside: self.outside.merge(other.outside),
            afresh: self.afresh + other.afresh,
            noise: self.noise.merge(other.noise),
        }
    }
}

/// What of the clip is decoded: everything; or, where copied pictures are proved already, everything else, with the
/// frame before and the frame behind every join.
fn to_decode(written: &Footage, expected: &ExpectedClip, proved: bool) -> Vec<Stretch> {
    let count = written.frames.len();
    let frames = |range: Range<usize>| cut(written, &range.collect::<Vec<_>>());
    if !proved {
        return frames(0..count);
    }
    let with_joins = |r: Range<usize>| r.start.saturating_sub(1)..(r.end + 1).min(count);
    expected.rendered().into_iter().map(with_joins).flat_map(frames).collect()
}

/// Decodes what is not proved otherwise, and checks every frame of it.
///
/// # Errors
/// `Unverified`, naming the first frame that is not as it must be; `Failed` when a file cannot be read; `Interrupted`.
pub(super) fn decode_all(
    written: &Footage,
    expected: &ExpectedClip,
    method: &Method,
    against: Option<Against<'_>>,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Found> {
    let stretches = to_decode(written, expected, against.is_some());
    let parts = in_stretches(&stretches, threads, |stretch| {
        let mut outside = against.map(|a| Outside::new(a, expected));
        let mut found = Found::default();
        decode(written, stretch, |event| match event {
            Event::Spoiled(frames) => Err(Error::unverified(format!(
                "frame {} of the clip does not decode cleanly",
                frames.first().copied().unwrap_or(0)
            ))),
            Event::Frame(frame, picture) => {
                progress.step(1)?;
                found = found.merge(if expected.is_copied(frame) {
                    check_copied(frame, picture, outside.as_mut())?
                } else {
                    check_frame(frame, picture, expected, method, outside.as_mut())?
                });
                Ok(())
            }
        })?;
        Ok(found)
    })?;
    let total = parts.into_iter().fold(Found::default(), Found::merge);
    let rendered = expected.frames() - expected.copied_frames();
    if total.frames != rendered || against.is_none() && total.copied != expected.copied_frames() {
        return Err(Error::unverified(format!(
            "{} of {} frames of the clip decode",
            total.frames + total.copied,
            expected.frames()
        )));
    }
    Ok(total)
}

/// What was decoded, in words.
pub(super) fn decoded(found: &Found, expected: &ExpectedClip) -> String {
    match expected.copied_frames() {
        0 => format!("{} of {}", found.frames, expected.frames()),
        copied => format!(
            "{} of {} rendered frames, and {} of {copied} copied ones",
            found.frames,
            expected.frames() - copied,
            found.copied
        ),
    }
}

/// A copied frame beside a join decodes to what it is in the footage, sample for sample.
fn check_copied(frame: usize, picture: &Picture, outside: Option<&mut Outside<'_>>) -> Result<Found> {
    if let Some(outside) = outside
        && outside.afresh(frame)?.picture(frame)?.planes != picture.planes
    {
        return Err(Error::unverified(format!("frame {frame} of the clip was copied, but does not decode as it did")));
    }
    Ok(Found { copied: 1, ..Found::default() })
}

/// One frame of the clip; `picture` is covered again in its place.
fn check_frame(
    frame: usize,
    picture: &mut Picture,
    expected: &ExpectedClip,
    method: &Method,
    outside: Option<&mut Outside<'_>>,
) -> Result<Found> {
    let mut found = Found { frames: 1, ..Found::default() };
    let (cover, [width, height]) = (expected.cover(frame), expected.size);
    let blocks = Blocks::new(&cover, width, height);
    let shown = Means::of(picture, width, height)?;
    if let Some(outside) = outside {
        outside.check(frame, picture, &shown, &blocks, &mut found)?;
    }
    if !cover.is_empty() {
        found.covered = 1;
        method.apply(picture, &cover);
        let again = Means::of(picture, width, height)?;
        found.inside = blocks.inside.compare(&shown, &again);
        if !found.inside.is_within(u32::from(method.tolerance)) {
            let at = blocks.inside.worst_at(&shown, &again, width);
            return Err(Error::unverified(format!(
                "frame {frame} of the clip: what is under the cover at column {}, row {} is not what '{}' leaves ({} levels off)",
                at.0, at.1, method.name, found.inside.worst
            )));
        }
    }
    Ok(found)
}

/// What the clip's frames are held against outside the covers, for one stretch of the clip.
struct Outside<'a> {
    source: Source<'a>,
    /// What was noted, and the places that are decoded afresh all the same.
    noted: Option<(Recall<'a>, Vec<std::ops::Range<usize>>)>,
    afresh: Option<Afresh<'a>>,
}

impl<'a> Outside<'a> {
    fn new(against: Against<'a>, expected: &ExpectedClip) -> Self {
        match against {
            Against::Footage(source) => Self { source, noted: None, afresh: None },
            Against::Witness(witness) => {
                let source = witness.source();
                Self { source, noted: Some((witness.recall(), few(&source, expected))), afresh: None }
            }
        }
    }

    fn check(
        &mut self,
        frame: usize,
        picture: &Picture,
        shown: &Means,
        blocks: &Blocks,
        found: &mut Found,
    ) -> Result<()> {
        let mut wanted = true;
        if let Some((recall, few)) = &mut self.noted {
            found.outside = same_outside(frame, shown, &recall.means(frame)?, blocks)?;
            wanted = few.iter().any(|places| places.contains(&frame));
        }
        if !wanted {
            self.afresh = None;
            return Ok(());
        }
        let original = self.afresh(frame)?.picture(frame)?;
        found.afresh = 1;
        found.noise = blocks.noise(picture, &original);
        let means = Means::of(&original, blocks.width, blocks.height)?;
        found.outside = same_outside(frame, shown, &means, blocks)?;
        Ok(())
    }

    /// A reader of the footage that has not passed this frame.
    fn afresh(&mut self, frame: usize) -> Result<&mut Afresh<'a>> {
        match &mut self.afresh {
            Some(afresh) => Ok(afresh),
            none => Ok(none.insert(Afresh::open(self.source, frame)?)),
        }
    }
}

fn same_outside(frame: usize, shown: &Means, original: &Means, blocks: &Blocks) -> Result<Difference> {
    let found = blocks.outside.compare(shown, original);
    if found.is_within(OUTSIDE_TOLERANCE) {
        return Ok(found);
    }
    let at = blocks.outside.worst_at(shown, original, blocks.width);
    Err(Error::unverified(format!(
        "frame {frame} of the clip: the picture at column {}, row {} is not the footage's ({} levels off)",
        at.0, at.1, found.worst
    )))
}
