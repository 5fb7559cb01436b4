//! Any frame of the footage, quickly: decodes on from where it is, or from the key frame before, and keeps what it decoded
//! on the way, so that stepping back costs nothing.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::media::FrameReader;
use crate::picture::{Picture, Planes};

/// Memory for decoded pictures, in bytes.
const KEPT: usize = 320 << 20;

/// A decoded frame.
struct Kept {
    picture: Picture,
    damaged: bool,
}

/// Shows frames of one piece of footage.
pub struct Cinema<'a> {
    footage: &'a Footage,
    /// What decodes on, and the frame that it gave last.
    running: Option<(FrameReader<'a>, Option<usize>)>,
    kept: BTreeMap<usize, Kept>,
}

impl<'a> Cinema<'a> {
    /// With nothing decoded yet.
    pub fn new(footage: &'a Footage) -> Self {
        Self { footage, running: None, kept: BTreeMap::new() }
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
        let part = footage.part(frame).frames.clone();
        let start = (part.start..=frame).rev().find(|&f| footage.can_start(f)).unwrap_or(part.start);
        // Going on is quicker than starting anew unless a key frame lies between.
        let goes_on = self.running.as_ref().and_then(|r| r.1).is_some_and(|last| last < frame && last + 1 >= start);
        if !goes_on {
            self.running = Some((FrameReader::open(footage, frame)?, None));
        }
        let Some((reader, last)) = &mut self.running else { return Ok(()) };
        loop {
            let mut picture = Picture::grey(footage.layout);
            let decoded = reader.next(&mut picture)?;
            let complained = !reader.take_bad().is_empty();
            let Some(decoded) = decoded else {
                self.running = None;
                return Ok(());
            };
            *last = Some(decoded.index);
            self.kept.entry(decoded.index).or_insert(Kept { picture, damaged: decoded.damaged || complained });
            forget_far_from(frame, &mut self.kept);
            if decoded.index >= frame {
                return Ok(());
            }
        }
    }
}

fn forget_far_from(frame: usize, kept: &mut BTreeMap<usize, Kept>) {
    let size = kept.values().next().map_or(1, |k| bytes(&k.picture));
    while kept.len() > (KEPT / size.max(1)).max(8) {
        let ends = (kept.keys().next().copied(), kept.keys().next_back().copied());
        let (Some(first), Some(last)) = ends else { return };
        kept.remove(if frame.abs_diff(first) >= frame.abs_diff(last) { &first } else { &last });
    }
}

fn bytes(picture: &Picture) -> usize {
    match &picture.planes {
        Planes::Eight(planes) => planes.iter().map(|p| p.samples.len()).sum(),
        Planes::Sixteen(planes) => planes.iter().map(|p| 2 * p.samples.len()).sum(),
    }
}
