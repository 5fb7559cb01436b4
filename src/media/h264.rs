//! What H.264's parameter sets and slice headers say, as far as joining and verifying need it: ITU-T H.264 sections
//! 7.3.2.1, 7.3.2.2, 7.3.3 and annex E. A set is read to its stop bit, so one that hides bytes behind it does not parse.

use super::bits::{Bits, payload};
use super::bitstream::{h264_type, nal};

/// A sequence parameter set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sps {
    /// `seq_parameter_set_id`, 0 to 31.
    pub id: u8,
    /// `profile_idc`: 66 Baseline, 77 Main, 100 High.
    pub profile: u8,
    /// The byte of `constraint_setN_flag`s.
    pub constraints: u8,
    /// `level_idc`: ten times the level.
    pub level: u8,
    /// `chroma_format_idc`: 0 none, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    pub chroma_format: u8,
    /// Bits of a luma sample, 8 to 14.
    pub luma_depth: u8,
    /// Bits of a chroma sample, 8 to 14.
    pub chroma_depth: u8,
    /// `pic_order_cnt_type`, 0 to 2; with 2, frames are shown in coding order.
    pub order_count_type: u8,
    /// `max_num_ref_frames`.
    pub reference_frames: u32,
    /// `frame_mbs_only_flag`: no fields and no field macroblocks anywhere.
    pub frames_only: bool,
    /// Luma pixels cut off when showing: left, right, top, bottom.
    pub crop: [u32; 4],
    /// Width shown, in pixels.
    pub width: u32,
    /// Height shown, in pixels.
    pub height: u32,
    /// `max_num_reorder_frames`, where the set states it.
    pub reorder_frames: Option<u32>,
}

impl Sps {
    /// Reads a whole NAL unit of type 7. `None` where it breaks the standard or holds more than a set.
    pub fn parse(unit: &[u8]) -> Option<Self> {
        if h264_type(unit)? != nal::SPS {
            return None;
        }
        let payload = payload(unit, 1);
        let mut bits = Bits::new(&payload);
        let [profile, constraints, level] = [byte(&mut bits)?, byte(&mut bits)?, byte(&mut bits)?];
        let id = up_to(31, bits.ue()?)?;
        let (mut chroma_format, mut luma_depth, mut chroma_depth) = (1, 8, 8);
        let mut separate_planes = false;
        if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135) {
            chroma_format = up_to(3, bits.ue()?)?;
            separate_planes = chroma_format == 3 && bits.flag()?;
            luma_depth = 8 + up_to(6, bits.ue()?)?;
            chroma_depth = 8 + up_to(6, bits.ue()?)?;
            let _lossless = bits.flag()?;
            if bits.flag()? {
                scaling_lists(&mut bits, if chroma_format == 3 { 12 } else { 8 })?;
            }
        }
        up_to(12, bits.ue()?)?; // log2_max_frame_num_minus4
        let order_count_type = up_to(2, bits.ue()?)?;
        match order_count_type {
            0 => drop(up_to(12, bits.ue()?)?), // log2_max_pic_order_cnt_lsb_minus4
            1 => {
                bits.flag()?;
                bits.se()?;
                bits.se()?;
                for _ in 0..up_to(255, bits.ue()?)? {
                    bits.se()?;
                }
            }
            _ => {}
        }
        let reference_frames = bits.ue()?;
        let _frame_num_gaps = bits.flag()?;
        let coded_width = bits.ue()?.checked_add(1)?.checked_mul(16)?;
        let map_units = bits.ue()?.checked_add(1)?.checked_mul(16)?;
        let frames_only = bits.flag()?;
        let fields = if frames_only { 1 } else { 2 };
        let coded_height = map_units.checked_mul(fields)?;
        if !frames_only {
            bits.flag()?; // mb_adaptive_frame_field_flag
        }
        let _direct_8x8 = bits.flag()?;
        let mut crop = [0; 4];
        if bits.flag()? {
            let (across, down) = match chroma_format {
                1 => (2, 2),
                2 => (2, 1),
                _ => (1, 1),
            };
            let (across, down) = if separate_planes { (1, 1) } else { (across, down) };
            for (side, unit) in crop.iter_mut().zip([across, across, down * fields, down * fields]) {
                *side = bits.ue()?.checked_mul(unit)?;
            }
        }
        let [left, right, top, bottom] = crop;
        let width = coded_width.checked_sub(left.checked_add(right)?).filter(|&width| width > 0)?;
        let height = coded_height.checked_sub(top.checked_add(bottom)?).filter(|&height| height > 0)?;
        let reorder_frames = if bits.flag()? { usability(&mut bits)? } else { None };
        bits.end()?;
        Some(Self {
            id,
            profile,
            constraints,
            level,
            chroma_format,
            luma_depth,
            chroma_depth,
            order_count_type,
            reference_frames,
            frames_only,
            crop,
            width,
            height,
            reorder_frames,
        })
    }
}

/// Reads through the usability information (annex E.1.1) to `max_num_reorder_frames`.
fn usability(bits: &mut Bits<'_>) -> Option<Option<u32>> {
    if bits.flag()? && bits.bits(8)? == 255 {
        bits.bits(32)?; // sar_width, sar_height
    }
    if bits.flag()? {
        bits.flag()?; // overscan_appropriate_flag
    }
    if bits.flag()? {
        bits.bits(4)?; // video_format, video_full_range_flag
        if bits.flag()? {
            bits.bits(24)?; // primaries, transfer, matrix
        }
    }
    if bits.flag()? {
        bits.ue()?; // chroma sample location of the two fields
        bits.ue()?;
    }
    if bits.flag()? {
        bits.bits(32)?; // num_units_in_tick
        bits.bits(32)?; // time_scale
        bits.flag()?;
    }
    let network = bits.flag()?;
    if network {
        reference_decoder(bits)?;
    }
    let access = bits.flag()?;
    if access {
        reference_decoder(bits)?;
    }
    if network || access {
        bits.flag()?; // low_delay_hrd_flag
    }
    bits.flag()?; // pic_struct_present_flag
    if !bits.flag()? {
        return Some(None);
    }
    bits.flag()?;
    for _ in 0..4 {
        bits.ue()?; // two denominators, two vector lengths
    }
    let reorder_frames = bits.ue()?;
    bits.ue()?; // max_dec_frame_buffering
    Some(Some(reorder_frames))
}

/// Skips `hrd_parameters()`, annex E.1.2.
fn reference_decoder(bits: &mut Bits<'_>) -> Option<()> {
    let buffers = up_to(31, bits.ue()?)?;
    bits.bits(8)?;
    for _ in 0..=buffers {
        bits.ue()?;
        bits.ue()?;
        bits.flag()?;
    }
    bits.bits(20)?;
    Some(())
}

/// Skips `count` scaling lists, section 7.3.2.1.1.1: six of 16 numbers, the rest of 64.
fn scaling_lists(bits: &mut Bits<'_>, count: u8) -> Option<()> {
    for list in 0..count {
        if !bits.flag()? {
            continue;
        }
        let (mut last, mut next) = (8, 8);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                next = (last + bits.se()?.clamp(-128, 127)) & 255;
            }
            last = if next == 0 { last } else { next };
        }
    }
    Some(())
}

/// A picture parameter set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pps {
    /// `pic_parameter_set_id`.
    pub id: u8,
    /// The sequence parameter set it builds on.
    pub sps: u8,
    /// Whether slices of redundant pictures may follow: pictures that no decode shows.
    pub redundant_pictures: bool,
}

impl Pps {
    /// Reads a whole NAL unit of type 8 that belongs to a set of any chroma format but 4:4:4. `None` where it breaks the
    /// standard, holds more than a set, or uses slice groups (in profiles that browsers do not play).
    pub fn parse(unit: &[u8]) -> Option<Self> {
        if h264_type(unit)? != nal::PPS {
            return None;
        }
        let payload = payload(unit, 1);
        let mut bits = Bits::new(&payload);
        let id = up_to(255, bits.ue()?)?;
        let sps = up_to(31, bits.ue()?)?;
        bits.bits(2)?; // entropy_coding_mode_flag, bottom_field_pic_order_in_frame_present_flag
        up_to(0, bits.ue()?)?; // num_slice_groups_minus1
        bits.ue()?; // default reference counts
        bits.ue()?;
        bits.bits(3)?; // weighted prediction
        for _ in 0..3 {
            bits.se()?; // quantisers
        }
        bits.bits(2)?; // deblocking_filter_control_present_flag, constrained_intra_pred_flag
        let redundant_pictures = bits.flag()?;
        if bits.more() {
            let transform_8x8 = bits.flag()?;
            if bits.flag()? {
                scaling_lists(&mut bits, if transform_8x8 { 8 } else { 6 })?;
            }
            bits.se()?; // second_chroma_qp_index_offset
        }
        bits.end()?;
        Some(Self { id, sps, redundant_pictures })
    }
}

/// How a slice begins.
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
        let mut bits = Bits::new(&payload);
        let first_macroblock = bits.ue()?;
        let kind = up_to(9, bits.ue()?)? % 5;
        Some(Self { first_macroblock, kind, pps: up_to(255, bits.ue()?)? })
    }
}

fn byte(bits: &mut Bits<'_>) -> Option<u8> {
    up_to(255, bits.bits(8)?)
}

fn up_to(most: u8, value: u32) -> Option<u8> {
    u8::try_from(value).ok().filter(|&value| value <= most)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// From x264: 320x240, High, level 1.3, full range.
    const SPS: &str = "6764000dacd94141fb016e020202800000030080000019078a14cb";
    const PPS: &str = "68ebe3cb22c0";

    #[test]
    fn the_sets_of_x264_say_what_it_was_asked() {
        let sps = Sps::parse(&hex::decode(SPS).unwrap()).unwrap();
        assert_eq!((sps.id, sps.profile, sps.level), (0, 100, 13));
        assert_eq!((sps.chroma_format, sps.luma_depth, sps.chroma_depth), (1, 8, 8));
        assert_eq!((sps.width, sps.height, sps.crop), (320, 240, [0; 4]));
        assert_eq!((sps.order_count_type, sps.frames_only, sps.reference_frames), (0, true, 4));
        assert_eq!(sps.reorder_frames, Some(2));
        let pps = Pps::parse(&hex::decode(PPS).unwrap()).unwrap();
        assert_eq!(pps, Pps { id: 0, sps: 0, redundant_pictures: false });
    }

    #[test]
    fn a_set_that_hides_bytes_behind_its_end_does_not_parse() {
        let planted = |set: &str| [hex::decode(set).unwrap(), b"name".to_vec()].concat();
        assert!(Sps::parse(&planted(SPS)).is_none());
        assert!(Pps::parse(&planted(PPS)).is_none());
    }

    #[test]
    fn a_slice_begins_with_its_macroblock_type_and_set() {
        // first_mb_in_slice 0 = 1, slice_type 7 = 0001000, pic_parameter_set_id 1 = 010
        let start = SliceStart::parse(&[0x65, 0b1000_1000, 0b0101_0000]).unwrap();
        assert_eq!(start, SliceStart { first_macroblock: 0, kind: 2, pps: 1 });
        assert_eq!(SliceStart::parse(&[0x65, 0]), None);
        assert_eq!(SliceStart::parse(&[0x67, 0b1000_1000, 0b0101_0000]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(mut unit in prop::collection::vec(any::<u8>(), 1..60), at in 0usize..27, to: u8) {
            for kind in [nal::SPS, nal::PPS, nal::IDR] {
                unit[0] = kind;
                let _ = (Sps::parse(&unit), Pps::parse(&unit), SliceStart::parse(&unit));
            }
            let mut sps = hex::decode(SPS).unwrap();
            sps[at] = to;
            let _ = Sps::parse(&sps);
        }
    }
}
