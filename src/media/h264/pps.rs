//! H.264 picture parameter sets: ITU-T H.264 section 7.3.2.2.

use super::{scaling_lists, up_to, within};
use crate::media::bits::{Bits, payload};
use crate::media::bitstream::{h264_type, nal};

/// A picture parameter set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pps {
    /// `pic_parameter_set_id`.
    pub id: u8,
    /// The sequence parameter set it builds on.
    pub sps: u8,
    /// `entropy_coding_mode_flag`: slice data are arithmetically coded (CABAC), not in variable-length codes (CAVLC).
    pub cabac: bool,
    /// `bottom_field_pic_order_in_frame_present_flag`.
    pub bottom_field_order: bool,
    /// How many references of list 0 and list 1 a slice uses that does not say, 1 to 32.
    pub references: [u8; 2],
    /// `weighted_pred_flag`: P slices carry a table of prediction weights.
    pub weighted: bool,
    /// `weighted_bipred_idc`: 0 none, 1 B slices carry a table of prediction weights, 2 weights follow from time.
    pub weighted_both_ways: u8,
    /// Luma quantiser of a slice before `slice_qp_delta`, 0 to 51 in 8-bit footage.
    pub quantiser: i32,
    /// `deblocking_filter_control_present_flag`.
    pub deblocking_control: bool,
    /// `constrained_intra_pred_flag`: intra macroblocks are predicted from intra macroblocks only.
    pub constrained_intra: bool,
    /// Whether slices of redundant pictures may follow: pictures that no decode shows.
    pub redundant_pictures: bool,
    /// `transform_8x8_mode_flag`.
    pub transform_8x8: bool,
}

impl Pps {
    /// Reads a whole NAL unit of type 8 that belongs to a set of any chroma format but 4:4:4, and of 8 bits. `None` where
    /// it breaks the standard, holds more than a set, or uses slice groups (in profiles that browsers do not play).
    pub fn parse(unit: &[u8]) -> Option<Self> {
        if h264_type(unit)? != nal::PPS {
            return None;
        }
        let payload = payload(unit, 1);
        let mut bits = Bits::new(&payload);
        let id = up_to(255, bits.ue()?)?;
        let sps = up_to(31, bits.ue()?)?;
        let cabac = bits.flag()?;
        let bottom_field_order = bits.flag()?;
        up_to(0, bits.ue()?)?; // num_slice_groups_minus1
        let references = [1 + up_to(31, bits.ue()?)?, 1 + up_to(31, bits.ue()?)?];
        let weighted = bits.flag()?;
        let weighted_both_ways = up_to(2, bits.bits(2)?)?;
        let quantiser = 26 + within(-26..=25, bits.se()?)?;
        within(-26..=25, bits.se()?)?; // pic_init_qs_minus26
        within(-12..=12, bits.se()?)?; // chroma_qp_index_offset
        let deblocking_control = bits.flag()?;
        let constrained_intra = bits.flag()?;
        let redundant_pictures = bits.flag()?;
        let mut transform_8x8 = false;
        if bits.more() {
            transform_8x8 = bits.flag()?;
            if bits.flag()? {
                scaling_lists(&mut bits, if transform_8x8 { 8 } else { 6 })?;
            }
            within(-12..=12, bits.se()?)?; // second_chroma_qp_index_offset
        }
        bits.end()?;
        Some(Self {
            id,
            sps,
            cabac,
            bottom_field_order,
            references,
            weighted,
            weighted_both_ways,
            quantiser,
            deblocking_control,
            constrained_intra,
            redundant_pictures,
            transform_8x8,
        })
    }
}
