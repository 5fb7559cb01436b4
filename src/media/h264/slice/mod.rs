//! Reads H.264 slices syntax element by syntax element, without making pictures of them, so that every bit is accounted
//! for: a slice that ends anywhere but where its unit ends is damaged or hides something. ITU-T H.264 sections 7.3.3 to
//! 7.3.5 and 9, for 8-bit 4:2:0 frames.

mod around;
mod cabac;
mod cavlc;
mod coding;
mod header;
mod intra;
mod macroblock;
mod picture;
mod prediction;
mod types;
mod unit;

use std::fmt;

pub use header::{SliceHeader, SliceKind, SliceStart};
pub use picture::{PictureFacts, Sets, picture};

use self::macroblock::Macroblocks;
use super::{Pps, Sps};
use crate::media::bits::{self, Bits};
use crate::media::bitstream::{h264_type, nal};

/// Why a slice is not known to its last bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It uses a part of the standard that is not read here.
    Foreign(&'static str),
    /// It does not hold to the standard: where, or in what.
    Broken(&'static str),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign(what) => write!(f, "a slice uses {what}, which is not read here"),
            Self::Broken(what) => write!(f, "a slice breaks the standard: {what}"),
        }
    }
}

/// A slice of which every bit is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SliceFacts {
    /// What it says of itself and its picture.
    pub header: SliceHeader,
    /// How many macroblocks it holds, from `first_macroblock` on.
    pub macroblocks: u32,
}

/// Reads a whole NAL unit of type 1 or 5, without padding behind it, that uses the given sets.
///
/// # Errors
/// `Foreign` for what is outside 8-bit 4:2:0 frames in one piece; `Broken` when a value is outside its range, the slice
/// ends before or after its unit, or the unit holds bytes that the standard does not let it hold.
pub fn read(sps: &Sps, pps: &Pps, unit: &[u8]) -> Result<SliceFacts, Fault> {
    admit(sps)?;
    let &first = unit.first().ok_or(Fault::Broken("it is empty"))?;
    match h264_type(unit) {
        Some(nal::SLICE | nal::IDR) => {}
        Some(2..=4) => return Err(Fault::Foreign("data partitioning")),
        _ => return Err(Fault::Broken("it is no slice")),
    }
    let payload = unit::payload(unit)?;
    let mut bits = Bits::new(&payload);
    let header = SliceHeader::parse(&mut bits, first, sps, pps)?;
    let end = if pps.cabac {
        let coding = cabac::Cabac::new(&payload, bits.position(), &header).ok_or(Fault::Broken("its first bits"))?;
        Macroblocks::new(sps, pps, &header, coding).read_cabac()
    } else {
        Macroblocks::new(sps, pps, &header, cavlc::Cavlc::new(bits)).read_cavlc()
    };
    let end = end.map_err(Fault::Broken)?;
    Ok(SliceFacts { header, macroblocks: end - header.first_macroblock })
}

/// Reads the header of a NAL unit of type 1 or 5 that uses the given sets, and nothing behind it.
///
/// # Errors
/// As [`read`], as far as the header tells.
pub fn header(sps: &Sps, pps: &Pps, unit: &[u8]) -> Result<SliceHeader, Fault> {
    admit(sps)?;
    let &first = unit.first().ok_or(Fault::Broken("it is empty"))?;
    let payload = bits::payload(unit.get(..unit.len().min(LONGEST_HEADER)).unwrap_or_default(), 1);
    SliceHeader::parse(&mut Bits::new(&payload), first, sps, pps)
}

/// Bytes that no header exceeds: two lists of 32 weights, of reorderings and of markings, escapes included.
const LONGEST_HEADER: usize = 4096;

fn admit(sps: &Sps) -> Result<(), Fault> {
    if (sps.chroma_format, sps.luma_depth, sps.chroma_depth) != (1, 8, 8) {
        Err(Fault::Foreign("samples other than 8-bit 4:2:0"))
    } else if !sps.frames_only {
        Err(Fault::Foreign("interlaced coding"))
    } else if sps.macroblocks_across.max(sps.macroblocks_down) > LARGEST {
        Err(Fault::Foreign("a larger picture than any level allows"))
    } else {
        Ok(())
    }
}

/// Most macroblocks along a side, at level 6.2: the square root of 8 times 139,264 (section A.3.1).
const LARGEST: u32 = 1055;

#[cfg(test)]
mod tests;
