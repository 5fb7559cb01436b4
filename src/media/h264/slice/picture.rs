//! The slices of one coded picture, together: ITU-T H.264 section 7.4.1.2.4.

use std::collections::BTreeMap;

use super::{Fault, SliceFacts, SliceHeader, SliceStart, read};
use crate::media::bitstream::{h264_type, nal};
use crate::media::h264::{Pps, Sps};

/// Parameter sets by their ids.
#[derive(Debug, Clone, Default)]
pub struct Sets {
    sps: BTreeMap<u8, Sps>,
    pps: BTreeMap<u8, Pps>,
}

impl Sets {
    /// Takes a parameter set, in place of an earlier one of its id; other units are left alone.
    ///
    /// # Errors
    /// `Broken` for a set that cannot be read.
    pub fn take(&mut self, unit: &[u8]) -> Result<(), Fault> {
        match h264_type(unit) {
            Some(nal::SPS) => {
                let sps = Sps::parse(unit).ok_or(Fault::Broken("a sequence parameter set"))?;
                self.sps.insert(sps.id, sps);
            }
            Some(nal::PPS) => {
                let pps = Pps::parse(unit).ok_or(Fault::Broken("a picture parameter set"))?;
                self.pps.insert(pps.id, pps);
            }
            _ => {}
        }
        Ok(())
    }

    /// The picture parameter set of an id, and the sequence parameter set it builds on.
    pub fn get(&self, pps: u8) -> Option<(&Sps, &Pps)> {
        let pps = self.pps.get(&pps)?;
        Some((self.sps.get(&pps.sps)?, pps))
    }

    /// The `frame_num` after `number`, for pictures that use this picture parameter set: section 7.4.3.
    pub fn next_number(&self, pps: u8, number: u32) -> u32 {
        let bits = self.get(pps).map_or(0, |(sps, _)| u32::from(sps.frame_number_bits));
        (number + 1) & ((1 << bits) - 1)
    }
}

/// A coded picture of which every bit is known, and every macroblock there once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureFacts {
    /// What its first slice says; of the picture, all say the same.
    pub header: SliceHeader,
    /// How many slices it has.
    pub slices: usize,
}

/// Reads the slices of a picture, whole NAL units without padding, in their order.
///
/// # Errors
/// As [`read`], and `Broken` when a set or slice is missing, a slice is there twice, or one is of another picture.
pub fn picture<'u>(sets: &Sets, units: impl IntoIterator<Item = &'u [u8]>) -> Result<PictureFacts, Fault> {
    let mut whole: Option<PictureFacts> = None;
    let (mut next, mut macroblocks) = (0, 0);
    for unit in units {
        let start = SliceStart::parse(unit).ok_or(Fault::Broken("its header"))?;
        let (sps, pps) = sets.get(start.pps).ok_or(Fault::Broken("it uses a parameter set that is not there"))?;
        let SliceFacts { header, macroblocks: read } = read(sps, pps, unit)?;
        match &mut whole {
            Some(whole) if !same_picture(&whole.header, &header) => {
                return Err(Fault::Broken("it is of another picture than the one before"));
            }
            Some(whole) => whole.slices += 1,
            None => whole = Some(PictureFacts { header, slices: 1 }),
        }
        if header.first_macroblock != next {
            return Err(Fault::Broken("it does not start where the one before ends"));
        }
        next += read;
        macroblocks = sps.macroblocks();
    }
    match whole {
        Some(whole) if next == macroblocks => Ok(whole),
        _ => Err(Fault::Broken("a slice is missing at the end of the picture")),
    }
}

fn same_picture(a: &SliceHeader, b: &SliceHeader) -> bool {
    let of_picture = |h: &SliceHeader| {
        (
            h.idr,
            h.importance,
            h.pps,
            h.frame_number,
            h.idr_id,
            h.order_count,
            h.order_deltas,
            h.drops_earlier,
            h.long_term,
        )
    };
    of_picture(a) == of_picture(b)
}
