//! Stretches: parts of the wanted frames that can be decoded on their own, and their decoding with every sign of
//! damage told.

use std::ops::Range;

use crate::error::Result;
use crate::footage::Footage;
use crate::media::FrameReader;
use crate::picture::Picture;

/// Frames a stretch has at least, while there are key frames to cut at: enough that starting an encoder anew costs
/// little, few enough that a minute keeps several cores busy.
const ENOUGH: usize = 100;

/// A run of frames that one task decodes, covers and encodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Frame numbers.
    pub frames: Range<usize>,
}

/// Cuts frames (in order, each once) into stretches that begin at key frames, each in one file. What is decided here depends on the
/// footage and the request only.
pub fn cut(footage: &Footage, frames: &[usize]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for &frame in frames {
        let goes_on =
            |s: &Stretch| !(footage.opens_part(frame) || footage.can_start(frame) && s.frames.len() >= ENOUGH);
        match stretches.last_mut() {
            Some(stretch) if goes_on(stretch) => stretch.frames.end = frame + 1,
            _ => stretches.push(Stretch { frames: frame..frame + 1 }),
        }
    }
    stretches
}

/// What decoding tells.
pub enum Event<'a> {
    /// The next frame of the stretch. A frame that did not decode comes as plain grey, after its `Spoiled`.
    Frame(usize, &'a mut Picture),
    /// These frames, in order, cannot be trusted: a packet they depend on is damaged (CONTRACT: from the bad packet
    /// to the next frame that decoding can start from). May come after some of them.
    Spoiled(Vec<usize>),
}

/// Decodes every frame of a stretch, in order.
///
/// # Errors
/// What reading gives, and what `each` gives.
pub fn decode(footage: &Footage, stretch: &Stretch, mut each: impl FnMut(Event<'_>) -> Result<()>) -> Result<()> {
    let Range { start, end } = stretch.frames;
    let mut reader = FrameReader::open(footage, start)?;
    let mut picture = Picture::grey(footage.layout);
    let until = last_needed(footage, &stretch.frames);
    let mut expected = reader.start();
    // One damaged part is told once, however often the decoder complains within it.
    let mut told: Option<Range<u32>> = None;
    let mut spoil = |bad: usize, each: &mut dyn FnMut(Event<'_>) -> Result<()>| {
        let order = footage.frames.get(bad).map_or(0, |f| f.order);
        if told.as_ref().is_some_and(|t| t.contains(&order)) {
            return Ok(());
        }
        let (orders, mut frames) = footage.spoiled_by(bad);
        told = Some(orders);
        frames.retain(|f| stretch.frames.contains(f));
        if frames.is_empty() { Ok(()) } else { each(Event::Spoiled(frames)) }
    };
    while expected <= until {
        let decoded = reader.next(&mut picture)?;
        for ticks in reader.take_bad() {
            let part = reader.part();
            let known = if part.counted { None } else { footage.shown_or_decoded_at(part, ticks) };
            let place = known.unwrap_or(expected);
            // Of counted footage it is one of those between what is to come next and the packet's own number: frames
            // come out of the decoder later than their packets go in, or not at all.
            let sent =
                usize::try_from(ticks).ok().and_then(|n| (part.frames.start + n).checked_sub(part.repeated.len()));
            let sent = sent.unwrap_or(place).min(part.frames.end.saturating_sub(1));
            let last = if part.counted { sent.max(place) } else { place };
            // Frames shown before the key frame that decoding began at lack what they refer to; that harms no other.
            for place in (place..=last).filter(|&place| place >= reader.start()) {
                spoil(place, &mut each)?;
            }
        }
        let found = decoded.map_or(footage.frames.len(), |d| d.index);
        // Frames that should have come by now and did not.
        for missing in expected..found.min(until + 1) {
            spoil(missing, &mut each)?;
            if stretch.frames.contains(&missing) {
                each(Event::Frame(missing, &mut Picture::grey(footage.layout)))?;
            }
        }
        let Some(decoded) = decoded else { break };
        if decoded.index < expected {
            continue; // twice the same time: the first one counts
        }
        if decoded.damaged {
            spoil(decoded.index, &mut each)?;
        }
        if (start..end).contains(&decoded.index) {
            each(Event::Frame(decoded.index, &mut picture))?;
        }
        expected = decoded.index + 1;
    }
    Ok(())
}

/// The last frame to look at: frames shown after the stretch can be what its last ones refer to.
fn last_needed(footage: &Footage, frames: &Range<usize>) -> usize {
    let order = footage.frames[frames.clone()].iter().map(|f| f.order).max().unwrap_or(0);
    let mut last = frames.end.saturating_sub(1);
    for (index, frame) in footage.frames.iter().enumerate().skip(frames.end).take(32) {
        if frame.order <= order {
            last = index;
        }
    }
    last
}
