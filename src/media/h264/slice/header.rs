//! The header of an H.264 slice, read in full: ITU-T H.264 section 7.3.3.

use super::Fault;
use crate::media::bits::{Bits, payload};
use crate::media::bitstream::{h264_type, nal};
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
    /// `memory_management_control_operation` 5: behind it `frame_num` counts from 0 as if it had been 0 here.
    pub restarts: bool,
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
        SliceStart::read(bits)
            .ok_or(Fault::Broken("its header"))
            .and_then(|start| start.admit(sps, pps))
            .and_then(|start| start.rest(bits, importance, idr, sps, pps).ok_or(Fault::Broken("its header")))
    }
}

/// How a slice begins: the fields before those that the parameter sets shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SliceStart {
    /// `first_mb_in_slice`: 0 begins a picture.
    pub first_macroblock: u32,
    /// `slice_type` modulo 5: 0 P, 1 B, 2 I, 3 SP, 4 SI.
    pub kind: u8,
    /// The picture parameter set it uses.
    pub pps: u8,
}

impl SliceStart {
    /// Reads the first fields of a NAL unit of type 1, 2 or 5.
    pub fn parse(unit: &[u8]) -> Option<Self> {
        if !matches!(h264_type(unit)?, 1 | 2 | 5) {
            return None;
        }
        // three numbers of at most 63 bits each, with room for emulation prevention
        let payload = payload(unit.get(..unit.len().min(48))?, 1);
        Self::read(&mut Bits::new(&payload))
    }

    /// `frame_num` of a NAL unit of type 1, 2 or 5 that uses this set, interlaced or not; `None` where each colour may
    /// have pictures of its own.
    pub fn frame_number(unit: &[u8], sps: &Sps) -> Option<u32> {
        if sps.chroma_format == 3 {
            return None;
        }
        let payload = payload(unit.get(..unit.len().min(48))?, 1);
        let mut bits = Bits::new(&payload);
        Self::read(&mut bits)?;
        bits.bits(sps.frame_number_bits.into())
    }

    fn read(bits: &mut Bits<'_>) -> Option<Self> {
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
        let frame_number = bits.bits(sps.frame_number_bits.into())?;
        // an IDR picture has nothing to refer to, is itself referred to, and begins the count
        if idr && (kind != SliceKind::I || importance == 0 || frame_number != 0) {
            return None;
        }
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
        let (mut drops_earlier, mut long_term, mut restarts) = (false, false, false);
        if idr {
            (drops_earlier, long_term) = (bits.flag()?, bits.flag()?);
        } else if importance != 0 && bits.flag()? {
            restarts = mark_references(bits, sps)?;
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
            restarts,
            references,
            quantiser,
            context_set,
        })
    }
}

/// How many references each list has, at most 16: as the set says, unless the slice does.
fn references(bits: &mut Bits<'_>, kind: SliceKind, pps: &Pps) -> Option<[u8; 2]> {
    let mut references = pps.references;
    if kind != SliceKind::I && bits.flag()? {
        for count in references.iter_mut().take(kind.lists()) {
            *count = 1 + up_to(15, bits.ue()?)?;
        }
    }
    let known = references.iter().take(kind.lists()).all(|&count| count <= 16);
    known.then_some(references)
}

/// Skips one list of `ref_pic_list_modification()`, section 7.3.3.1.
fn reorder(bits: &mut Bits<'_>, references: u8, sps: &Sps) -> Option<()> {
    if !bits.flag()? {
        return Some(());
    }
    for _ in 0..references {
        match bits.ue()? {
            0 | 1 => below(1 << sps.frame_number_bits, bits.ue()?)?,
            2 => below(sps.reference_frames, bits.ue()?)?,
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

/// Skips the operations of `dec_ref_pic_marking()`, section 7.3.3.3; says whether one lets go of everything before.
fn mark_references(bits: &mut Bits<'_>, sps: &Sps) -> Option<bool> {
    let mut restarts = false;
    // each picture may be let go, and made a long-term one, once; three operations are of their own
    for _ in 0..2 * sps.reference_frames + 3 {
        let operation = bits.ue()?;
        if matches!(operation, 1 | 3) {
            below(1 << sps.frame_number_bits, bits.ue()?)?;
        }
        match operation {
            0 => return Some(restarts),
            2 | 3 | 6 => below(sps.reference_frames, bits.ue()?)?,
            4 => below(sps.reference_frames + 1, bits.ue()?)?,
            5 => restarts = true,
            1 => {}
            _ => return None,
        }
    }
    (bits.ue()? == 0).then_some(restarts)
}

fn below(bound: u32, value: u32) -> Option<()> {
    (value < bound).then_some(())
}
