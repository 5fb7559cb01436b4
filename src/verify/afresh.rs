//! The footage's pictures, decoded afresh beside the clip's: all of them, or, where they were noted while the clip was
//! made, a few of each stretch, so that the notes are not all there is to go by.

use std::borrow::Cow;
use std::ops::Range;

use super::expected::ExpectedClip;
use super::witness::Source;
use crate::error::Result;
use crate::media::{Converter, FrameReader, Target};
use crate::picture::Picture;
use crate::render::{Finish, cut};

/// Frames of a stretch that are decoded afresh.
const FEW: usize = 5;

/// The places in the clip, in order, of a few frames of each stretch that the clip was made in. They begin at a key
/// frame, so that nothing is decoded for nothing, and if there is one, at one that decoding went through and did not
/// begin at while the clip was made.
pub(super) fn few(source: &Source<'_>, expected: &ExpectedClip) -> Vec<Range<usize>> {
    let Source { footage, plan } = source;
    let rendered = expected.rendered().into_iter().filter_map(|r| plan.selection.frames.get(r));
    let few = rendered.flat_map(|frames| cut(footage, frames)).filter_map(|stretch| {
        let Range { start, end } = stretch.frames;
        let key = |&f: &usize| footage.can_start(f);
        let first = (start + 1..end).find(key).unwrap_or(start);
        let place = source.place(first)?;
        Some(place..place + FEW.min(end - first))
    });
    few.collect()
}

/// Reads frames that are asked for in order.
pub(super) struct Afresh<'a> {
    source: Source<'a>,
    reader: FrameReader<'a>,
    converter: Converter,
    finish: Finish,
    decoded: Picture,
}

impl<'a> Afresh<'a> {
    /// To begin with the frame at a place in the clip.
    ///
    /// # Errors
    /// `Failed` when the footage cannot be opened.
    pub fn open(source: Source<'a>, place: usize) -> Result<Self> {
        let footage = source.footage;
        let first = source.plan.selection.frames.get(place).copied().unwrap_or(0);
        Ok(Self {
            source,
            reader: FrameReader::open(footage, first)?,
            converter: Converter::new(footage.layout, &footage.colour, Target::Yuv420)?,
            finish: Finish::new(footage),
            decoded: Picture::grey(footage.layout),
        })
    }

    /// The footage's picture for a place in the clip, as it would be encoded without a cover. One that does not decode
    /// stays the last one: its frame is covered whole, so nothing of it counts.
    ///
    /// # Errors
    /// `Failed` when the footage cannot be read.
    pub fn picture(&mut self, place: usize) -> Result<Cow<'_, Picture>> {
        let wanted = self.source.plan.selection.frames.get(place).copied().unwrap_or(usize::MAX);
        // A reader reads one file; the next one has its own.
        if !self.reader.part().frames.contains(&wanted) && wanted < self.source.footage.frames.len() {
            self.reader = FrameReader::open(self.source.footage, wanted)?;
        }
        while let Some(decoded) = self.reader.next_if_needed(wanted, &mut self.decoded)? {
            if decoded.index >= wanted {
                break;
            }
        }
        self.source.finished(wanted, &self.decoded, &self.finish, &mut self.converter)
    }
}
