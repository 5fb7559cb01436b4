//! Any frame of the footage, quickly: decodes on from where it is, or from the key frame before, and keeps what it decoded
//! on the way, so that stepping back costs nothing.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::media::FrameReader;
use crate::picture::{Picture, Planes};

/// Memory for decoded pictures, in bytes.
const KEPT: usize = 320 << 20;

/// Frames kept before one that is gone to, for whoever steps back from it.
const BEFORE: usize = 24;

/// A decoded frame.
struct Kept {
    picture: Picture,
    /// The decoder complained of it, or of what it passed over on the way to it.
    damaged: bool,
}

/// Shows frames of one piece of footage.
pub struct Cinema<'a> {
    footage: &'a Footage,
    /// What decodes on, and the frame that it gave last.
    running: Option<(FrameReader<'a>, Option<usize>)>,
    kept: BTreeMap<usize, Kept>,
    /// One to decode into: fresh memory costs as much as filling it.
    spare: Option<Picture>,
}

impl<'a> Cinema<'a> {
    /// With nothing decoded yet.
    pub fn new(footage: &'a Footage) -> Self {
        Self { footage, running: None, kept: BTreeMap::new(), spare: None }
    }

    /// A frame as it was decoded, and whether the decoder complained of it.
    ///
    /// # Errors
    /// `Failed` when there is no such frame, or it does not decode.
    pub fn frame(&mut self, frame: usize) -> Result<(&Picture, bool)> {
        if frame >= self.footage.frames.len() {
            return Err(Error::usage(format!("there is no frame {frame}")));
        }
        if !self.kept.contains_key(&frame) {
            self.decode_to(frame)?;
        }
        let missing = || {
            Error::failed(format!("frame {frame} does not decode"))
                .hint("the recording is damaged here; export it again if the recorder still holds it")
        };
        self.kept.get(&frame).map(|kept| (&kept.picture, kept.damaged)).ok_or_else(missing)
    }

    fn decode_to(&mut self, frame: usize) -> Result<()> {
        let footage = self.footage;
        let start = footage.start_of(frame);
        // Going on is quicker than starting anew unless a key frame lies between.
        let goes_on = |running: &(FrameReader<'_>, Option<usize>)| {
            running.1.is_some_and(|last| last < frame && last + 1 >= start)
        };
        let (mut reader, mut last) = match self.running.take() {
            Some(running) if goes_on(&running) => running,
            Some((mut reader, _)) => {
                reader.go_to(frame)?;
                (reader, None)
            }
            None => (FrameReader::open(footage, frame)?, None),
        };
        reader.pass_over_before(frame.saturating_sub(BEFORE));
        while last.is_none_or(|last| last < frame) {
            let mut picture = self.spare.take().unwrap_or_else(|| Picture::grey(footage.layout));
            let decoded = reader.next(&mut picture)?;
            let complained = !reader.take_bad().is_empty();
            let Some(decoded) = decoded else { return Ok(()) };
            last = Some(decoded.index);
            self.keep(frame, decoded.index, Kept { picture, damaged: decoded.damaged || complained });
        }
        self.running = Some((reader, last));
        Ok(())
    }

    /// Keeps a picture, and gives up the one farthest from the wanted frame where there are too many.
    fn keep(&mut self, wanted: usize, frame: usize, new: Kept) {
        let most = (KEPT / bytes(&new.picture).max(1)).max(8);
        self.kept.entry(frame).or_insert(new);
        let ends = (self.kept.keys().next().copied(), self.kept.keys().next_back().copied());
        if let (true, (Some(first), Some(last))) = (self.kept.len() > most, ends) {
            let farthest = if wanted.abs_diff(first) >= wanted.abs_diff(last) { first } else { last };
            self.spare = self.kept.remove(&farthest).map(|kept| kept.picture);
        }
    }
}

fn bytes(picture: &Picture) -> usize {
    match &picture.planes {
        Planes::Eight(planes) => planes.iter().map(|p| p.samples.len()).sum(),
        Planes::Sixteen(planes) => planes.iter().map(|p| 2 * p.samples.len()).sum(),
    }
}
