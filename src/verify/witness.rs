//! What the footage shows outside the covers, noted while the clip is made: before a frame is covered, and apart from
//! what becomes of it. So that the footage need not be decoded again to verify what was written.

use std::borrow::Cow;
use std::path::Path;

use super::compare::Blocks;
use super::expected::ExpectedClip;
use super::means::{Means, count};
use super::spool::Spool;
use crate::error::Result;
use crate::footage::Footage;
use crate::media::Converter;
use crate::obscure;
use crate::picture::Picture;
use crate::plan::Plan;
use crate::render::Finish;

/// Frames that are written to disk together: enough to be small there, few enough to hold in memory.
const TOGETHER: usize = 16;

/// The footage that a clip is of, and what is shown of it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The footage.
    pub footage: &'a Footage,
    /// Which of its frames, and what is covered.
    pub plan: &'a Plan,
}

impl Source<'_> {
    /// A frame's place in the clip.
    pub(super) fn place(&self, frame: usize) -> Option<usize> {
        self.plan.selection.frames.binary_search(&frame).ok()
    }

    /// A frame of the footage as it would be encoded without a cover. Where it has to be converted for that, the filter
    /// is given nothing of what is covered.
    pub(super) fn finished<'p>(
        &self,
        frame: usize,
        picture: &'p Picture,
        finish: &Finish,
        converter: &mut Converter,
    ) -> Result<Cow<'p, Picture>> {
        match self.plan.cover(frame) {
            Some(cover) if converter.filters() && !cover.is_empty() => {
                let mut clear = picture.clone();
                obscure::erase(&mut clear, cover);
                Ok(Cow::Owned(finish.apply(&clear, converter)?.into_owned()))
            }
            _ => finish.apply(picture, converter),
        }
    }
}

/// Every frame's block means outside its cover.
#[derive(Debug)]
pub struct Witness<'a> {
    source: Source<'a>,
    expected: &'a ExpectedClip,
    spool: Spool,
}

impl<'a> Witness<'a> {
    /// Nothing noted yet. `folder` is on the disk where the notes are kept, without a name.
    ///
    /// # Errors
    /// `Failed` when the disk refuses.
    pub fn new(source: Source<'a>, expected: &'a ExpectedClip, folder: &Path) -> Result<Self> {
        let [width, height] = expected.size;
        Ok(Self { source, expected, spool: Spool::create(folder, count(width, height))? })
    }

    /// What is witnessed.
    pub fn source(&self) -> Source<'a> {
        self.source
    }

    /// For the frames of one stretch, which are noted in order.
    pub fn notes(&self) -> Notes<'_> {
        Notes { witness: self, first: 0, frames: 0, levels: Vec::new() }
    }

    /// For reading frames in order.
    pub(super) fn recall(&self) -> Recall<'_> {
        Recall { spool: &self.spool, first: 0, levels: Vec::new() }
    }
}

/// The notes on one stretch.
pub struct Notes<'a> {
    witness: &'a Witness<'a>,
    /// The place in the clip of the first frame that is not on disk yet.
    first: usize,
    frames: usize,
    levels: Vec<u8>,
}

impl Notes<'_> {
    /// Notes a frame of the footage as it was decoded, uncovered. What lies under its cover is not kept.
    ///
    /// # Errors
    /// `Failed` when the picture cannot be converted or the disk is full.
    pub fn note(&mut self, frame: usize, picture: &Picture, finish: &Finish, converter: &mut Converter) -> Result<()> {
        let Witness { source, expected, .. } = self.witness;
        let Some(place) = source.place(frame) else { return Ok(()) };
        let [width, height] = expected.size;
        let mut means = Means::of(&*source.finished(frame, picture, finish, converter)?, width, height)?;
        Blocks::new(&expected.cover(place), width, height).outside.blank_others(&mut means);
        if self.frames == TOGETHER || place != self.first + self.frames {
            self.flush()?;
        }
        if self.frames == 0 {
            self.first = place;
        }
        self.levels.append(&mut means.levels);
        self.frames += 1;
        Ok(())
    }

    /// Nothing more comes.
    ///
    /// # Errors
    /// `Failed` when the disk is full.
    pub fn finish(mut self) -> Result<()> {
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        if self.frames > 0 {
            self.witness.spool.write(self.first, &mut self.levels)?;
        }
        self.levels.clear();
        self.frames = 0;
        Ok(())
    }
}

/// What was noted, frame by frame.
pub(super) struct Recall<'a> {
    spool: &'a Spool,
    first: usize,
    levels: Vec<u8>,
}

impl Recall<'_> {
    /// What was noted of the frame at a place in the clip.
    pub fn means(&mut self, place: usize) -> Result<Means> {
        let size = self.spool.size();
        let at = |first: usize| place.checked_sub(first).map(|n| n * size..(n + 1) * size);
        if at(self.first).and_then(|r| self.levels.get(r)).is_none() {
            (self.first, self.levels) = self.spool.read(place)?;
        }
        let levels = at(self.first).and_then(|r| self.levels.get(r)).unwrap_or_default().to_vec();
        Ok(Means { levels })
    }
}
