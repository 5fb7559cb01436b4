//! H.264 sequence parameter sets: ITU-T H.264 section 7.3.2.1.

use super::vui::Vui;
use super::{scaling_lists, up_to};
use crate::media::bits::{Bits, payload};
use crate::media::bitstream::{h264_type, nal};

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
    /// Bits of `frame_num` in a slice header, 4 to 16.
    pub frame_number_bits: u8,
    /// `pic_order_cnt_type`, 0 to 2; with 2, frames are shown in coding order.
    pub order_count_type: u8,
    /// Bits of `pic_order_cnt_lsb` in a slice header, 4 to 16; 0 unless the type is 0.
    pub order_count_bits: u8,
    /// `delta_pic_order_always_zero_flag`; false unless the type is 1.
    pub order_deltas_are_zero: bool,
    /// `max_num_ref_frames`, 0 to 16.
    pub reference_frames: u32,
    /// `gaps_in_frame_num_value_allowed_flag`.
    pub frame_number_gaps: bool,
    /// Coded width, in macroblocks of 16 pixels.
    pub macroblocks_across: u32,
    /// Coded height of a frame, in macroblocks of 16 pixels.
    pub macroblocks_down: u32,
    /// `frame_mbs_only_flag`: no fields and no field macroblocks anywhere.
    pub frames_only: bool,
    /// `direct_8x8_inference_flag`: direct blocks take their motion from corners, so none is smaller than 8x8.
    pub direct_8x8: bool,
    /// Luma pixels cut off when showing: left, right, top, bottom.
    pub crop: [u32; 4],
    /// Width shown, in pixels.
    pub width: u32,
    /// Height shown, in pixels.
    pub height: u32,
    /// Display and buffers; all `None` where the set has no such part.
    pub vui: Vui,
}

impl Sps {
    /// Reads a whole NAL unit of type 7. `None` where it breaks the standard or holds more than a set.
    pub fn parse(unit: &[u8]) -> Option<Self> {
        if h264_type(unit)? != nal::SPS {
            return None;
        }
        let payload = payload(unit, 1);
        let mut bits = Bits::new(&payload);
        let [profile, constraints, level] = [bits.byte()?, bits.byte()?, bits.byte()?];
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
        let frame_number_bits = 4 + up_to(12, bits.ue()?)?;
        let order_count_type = up_to(2, bits.ue()?)?;
        let (mut order_count_bits, mut order_deltas_are_zero) = (0, false);
        match order_count_type {
            0 => order_count_bits = 4 + up_to(12, bits.ue()?)?,
            1 => {
                order_deltas_are_zero = bits.flag()?;
                bits.se()?;
                bits.se()?;
                for _ in 0..up_to(255, bits.ue()?)? {
                    bits.se()?;
                }
            }
            _ => {}
        }
        let reference_frames = up_to(16, bits.ue()?)?.into();
        let frame_number_gaps = bits.flag()?;
        let macroblocks_across = bits.ue()?.checked_add(1)?;
        let map_units_down = bits.ue()?.checked_add(1)?;
        let frames_only = bits.flag()?;
        let fields = if frames_only { 1 } else { 2 };
        let macroblocks_down = map_units_down.checked_mul(fields)?;
        if !frames_only {
            bits.flag()?; // mb_adaptive_frame_field_flag
        }
        let direct_8x8 = bits.flag()?;
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
        let shown = |macroblocks: u32, before: u32, behind: u32| {
            macroblocks.checked_mul(16)?.checked_sub(before.checked_add(behind)?).filter(|&pixels| pixels > 0)
        };
        let width = shown(macroblocks_across, left, right)?;
        let height = shown(macroblocks_down, top, bottom)?;
        let vui = if bits.flag()? { Vui::parse(&mut bits)? } else { Vui::default() };
        bits.end()?;
        Some(Self {
            id,
            profile,
            constraints,
            level,
            chroma_format,
            luma_depth,
            chroma_depth,
            frame_number_bits,
            order_count_type,
            order_count_bits,
            order_deltas_are_zero,
            reference_frames,
            frame_number_gaps,
            macroblocks_across,
            macroblocks_down,
            frames_only,
            direct_8x8,
            crop,
            width,
            height,
            vui,
        })
    }

    /// Macroblocks of a frame: `PicSizeInMbs` where there are no fields; at most `u32::MAX`.
    pub fn macroblocks(&self) -> u32 {
        self.macroblocks_across.saturating_mul(self.macroblocks_down)
    }
}
