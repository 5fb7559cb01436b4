//! The header of an H.264 slice, read in full: ITU-T H.264 section 7.3.3.

use super::Fault;
use crate::media::bits::{Bits, payload};
use crate::media::bitstream::nal;
use crate::media::h264::{Pps, Sps, up_to, within};

/// How the macroblocks of a slice may be predicted: `slice_type` modulo 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliceKind {
    /// From the same slice and one list of references.
    P,
    /// From the same slice and two lists of references.
    B,
    /// From the same slice only.
    I,
}

impl SliceKind {
    /// How many lists of references it has.
    pub(super) fn lists(self) -> usize {
        match self {
            Self::I => 0,
            Self::P => 1,
            Self::B => 2,
        }
    }
}

/// What a slice says of itself and of the picture it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SliceHeader {
    /// `nal_ref_idc`, 0 to 3; 0 where no later picture refers to this one.
    pub importance: u8,
    /// Whether the picture is an IDR picture: nothing behind it refers to anything before it.
    pub idr: bool,
    /// `first_mb_in_slice`, in raster order.
    pub first_macroblock: u32,
    /// Its kind of prediction.
    pub kind: SliceKind,
    /// The picture parameter set it uses.
    pub pps: u8,
    /// `frame_num`.
    pub frame_number: u32,
    /// `idr_pic_id`; 0 unless `idr`.
    pub idr_id: u16,
    /// `pic_order_cnt_lsb`; 0 where the set counts otherwise.
    pub order_count: u32,
    /// `delta_pic_order_cnt_bottom` and nothing, or `delta_pic_order_cnt`, as the set counts.
    pub order_deltas: [i32; 2],
    /// `no_output_of_prior_pics_flag`; false unless `idr`.
    pub drops_earlier: bool,
    /// `long_term_reference_flag`; false unless `idr`.
    pub long_term: bool,
    /// How many references of list 0 and list 1 its macroblocks may choose from.
    pub(super) references: [u8; 2],
    /// Luma quantiser of its first macroblock.
    pub(super) quantiser: i32,
    /// `cabac_init_idc` plus 1, 0 for I slices: which start values the contexts take.
    pub(super) context_set: u8,
}

impl SliceHeader {
    /// Reads the header of a slice without its NAL unit header byte, which is `first`.
    pub(super) fn parse(bits: &mut Bits<'_>, first: u8, sps: &Sps, pps: &Pps) -> Result<Self, Fault> {
        let (importance, idr) = (first >> 5 & 3, first & 31 == nal::IDR);
        Start::parse(bits)
            .ok_or(Fault::Broken("its header"))
            .and_then(|start| start.admit(sps, pps))
            .and_then(|start| start.rest(bits, importance, idr, sps, pps).ok_or(Fault::Broken("its header")))
    }
}

/// The picture parameter set that a slice, a whole NAL unit, uses.
pub(super) fn parameter_set(unit: &[u8]) -> Option<u8> {
    // three numbers of at most 63 bits each, with room for emulation prevention
    let payload = payload(unit.get(..unit.len().min(48))?, 1);
    Start::parse(&mut Bits::new(&payload)).map(|start| start.pps)
}

/// The fields before those that the parameter sets shape.
struct Start {
    first_macroblock: u32,
    kind: u8,
    pps: u8,
}

impl Start {
    fn parse(bits: &mut Bits<'_>) -> Option<Self> {
        let first_macroblock = bits.ue()?;
        Some(Self { first_macroblock, kind: up_to(9, bits.ue()?)? % 5, pps: up_to(255, bits.ue()?)? })
    }

    fn admit(self, sps: &Sps, pps: &Pps) -> Result<Self, Fault> {
        if self.kind > 2 {
            Err(Fault::Foreign("an SP or SI slice"))
        } else if pps.redundant_pictures {
            Err(Fault::Foreign("redundant pictures"))
        } else if self.pps != pps.id {
            Err(Fault::Broken("it uses another parameter set"))
        } else if self.first_macroblock >= sps.macroblocks() {
            Err(Fault::Broken("it starts outside the picture"))
        } else {
            Ok(self)
        }
    }

    fn rest(self, bits: &mut Bits<'_>, importance: u8, idr: bool, sps: &Sps, pps: &Pps) -> Option<SliceHeader> {
        let kind = match self.kind {
            0 => SliceKind::P,
            1 => SliceKind::B,
            _ => SliceKind::I,
        };
        // an IDR picture has nothing to refer to, and is itself referred to
        if idr && (kind != SliceKind::I || importance == 0) {
            return None;
        }
        let frame_number = bits.bits(sps.frame_number_bits.into())?;
        let idr_id = if idr { u16::try_from(bits.ue()?).ok()? } else { 0 };
        let order_count = bits.bits(sps.order_count_bits.into())?;
        let mut order_deltas = [0; 2];
        match sps.order_count_type {
            0 if pps.bottom_field_order => order_deltas = [bits.se()?, 0],
            1 if !sps.order_deltas_are_zero => {
                order_deltas = [bits.se()?, if pps.bottom_field_order { bits.se()? } else { 0 }];
            }
            _ => {}
        }
        if kind == SliceKind::B {
            bits.flag()?; // direct_spatial_mv_pred_flag
        }
        let references = references(bits, kind, pps)?;
        for &count in references.iter().take(kind.lists()) {
            reorder(bits, count, sps)?;
        }
        if (kind == SliceKind::P && pps.weighted) || (kind == SliceKind::B && pps.weighted_both_ways == 1) {
            weights(bits, references.get(..kind.lists())?)?;
        }
        let (mut drops_earlier, mut long_term) = (false, false);
        if idr {
            (drops_earlier, long_term) = (bits.flag()?, bits.flag()?);
        } else if importance != 0 && bits.flag()? {
            mark_references(bits)?;
        }
        let context_set = if pps.cabac && kind != SliceKind::I { 1 + up_to(2, bits.ue()?)? } else { 0 };
        let quantiser = within(0..=51, pps.quantiser.checked_add(bits.se()?)?)?;
        if pps.deblocking_control && up_to(2, bits.ue()?)? != 1 {
            within(-6..=6, bits.se()?)?; // slice_alpha_c0_offset_div2
            within(-6..=6, bits.se()?)?; // slice_beta_offset_div2
        }
        Some(SliceHeader {
            importance,
            idr,
            first_macroblock: self.first_macroblock,
            kind,
            pps: self.pps,
            frame_number,
            idr_id,
            order_count,
            order_deltas,
            drops_earlier,
            long_term,
            references,
            quantiser,
            context_set,
        })
    }
}

/// How many references each list has: as the set says, unless the slice does.
fn references(bits: &mut Bits<'_>, kind: SliceKind, pps: &Pps) -> Option<[u8; 2]> {
    let mut references = pps.references;
    if kind != SliceKind::I && bits.flag()? {
        references = [1 + up_to(31, bits.ue()?)?, 1];
        if kind == SliceKind::B {
            references = [references[0], 1 + up_to(31, bits.ue()?)?];
        }
    }
    Some(references)
}

/// Skips one list of `ref_pic_list_modification()`, section 7.3.3.1.
fn reorder(bits: &mut Bits<'_>, references: u8, sps: &Sps) -> Option<()> {
    if !bits.flag()? {
        return Some(());
    }
    for _ in 0..references {
        match bits.ue()? {
            0 | 1 => drop(Some(bits.ue()?).filter(|&difference| difference < 1 << sps.frame_number_bits)?),
            2 => drop(bits.ue()?),
            3 => return Some(()),
            _ => return None,
        }
    }
    (bits.ue()? == 3).then_some(())
}

/// Skips `pred_weight_table()`, section 7.3.3.2, of 4:2:0.
fn weights(bits: &mut Bits<'_>, references: &[u8]) -> Option<()> {
    up_to(7, bits.ue()?)?; // luma_log2_weight_denom
    up_to(7, bits.ue()?)?; // chroma_log2_weight_denom
    for _ in 0..references.iter().map(|&count| u32::from(count)).sum() {
        // weight and offset of luma, then of both chroma planes
        for numbers in [2, 4] {
            if bits.flag()? {
                for _ in 0..numbers {
                    within(-128..=127, bits.se()?)?;
                }
            }
        }
    }
    Some(())
}

/// Skips the operations of `dec_ref_pic_marking()`, section 7.3.3.3.
fn mark_references(bits: &mut Bits<'_>) -> Option<()> {
    loop {
        let numbers = match bits.ue()? {
            0 => return Some(()),
            5 => 0,
            1 | 2 | 4 | 6 => 1,
            3 => 2,
            _ => return None,
        };
        for _ in 0..numbers {
            bits.ue()?;
        }
    }
}
