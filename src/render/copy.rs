//! Frames that nothing covers, copied as they were coded.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::media::avcc::Avcc;
use crate::media::{Coded, PictureReader};
use crate::plan::Plan;

/// Passes on the coded pictures of a copied segment, in coding order, as they are to be written.
///
/// # Errors
/// `Failed` when the footage cannot be read; `Unverified` when its coded pictures are not those of the plan.
pub fn copy(
    footage: &Footage,
    plan: &Plan,
    frames: &Range<usize>,
    stop: &AtomicBool,
    out: &mut dyn FnMut(Coded) -> Result<()>,
) -> Result<()> {
    let origin = footage.frames[plan.selection.frames[0]].ticks;
    each_copied(footage, frames, |frame, idr, data| {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::interrupted());
        }
        out(Coded { data, ticks: footage.frames[frame].ticks - origin, key: idr })
    })?;
    Ok(())
}

/// Reads the coded pictures of a copied segment: each one's frame, whether it is an IDR picture, and its slices. Gives
/// the parameter sets that they use.
///
/// # Errors
/// `Failed` when the footage cannot be read; `Unverified` when its coded pictures are not those of the plan; what `take`
/// gives.
pub fn each_copied(
    footage: &Footage,
    frames: &Range<usize>,
    mut take: impl FnMut(usize, bool, Vec<u8>) -> Result<()>,
) -> Result<Avcc> {
    let changed =
        || Error::unverified(format!("{}: the footage changed while it was read", footage.part(frames.start).name));
    let mut reader = PictureReader::open(footage, frames.start)?;
    let mut taken = 0;
    while taken < frames.len() {
        let picture = reader.read()?.ok_or_else(changed)?;
        match picture.frame.filter(|f| frames.contains(f)) {
            Some(frame) if picture.sound && (picture.idr || taken > 0) => {
                reader.will_copy(&picture);
                take(frame, picture.idr, picture.data)?;
            }
            None if taken == 0 => continue,
            _ => return Err(changed()),
        }
        taken += 1;
    }
    reader.sets()
}
