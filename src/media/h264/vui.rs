//! What an H.264 sequence says of its display and its buffers, all of it optional: ITU-T H.264 annex E.

use super::up_to;
use crate::media::bits::Bits;

/// Width and height of a pixel by `aspect_ratio_idc`, from 1: table E-1.
const PIXEL_ASPECTS: [(u16, u16); 16] = [
    (1, 1),
    (12, 11),
    (10, 11),
    (16, 11),
    (40, 33),
    (24, 11),
    (20, 11),
    (32, 11),
    (80, 33),
    (18, 11),
    (15, 11),
    (64, 33),
    (160, 99),
    (4, 3),
    (3, 2),
    (2, 1),
];

/// The usability information, as stated: `None` is "not said", whatever a decoder then assumes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Vui {
    /// Width to height of a pixel; 0 in either is "unspecified" said aloud.
    pub pixel_aspect: Option<(u16, u16)>,
    /// `video_full_range_flag`: luma from 0 to 255, not 16 to 235.
    pub full_range: Option<bool>,
    /// `colour_primaries`, `transfer_characteristics`, `matrix_coefficients`: tables E-3 to E-5.
    pub colour: Option<[u8; 3]>,
    /// `chroma_sample_loc_type` of the top and the bottom field, 0 to 5: figure E-1.
    pub chroma_location: Option<[u8; 2]>,
    /// `max_num_reorder_frames`.
    pub reorder_frames: Option<u32>,
    /// `max_dec_frame_buffering`.
    pub buffered_frames: Option<u32>,
}

impl Vui {
    /// Reads `vui_parameters()`, section E.1.1.
    pub(super) fn parse(bits: &mut Bits<'_>) -> Option<Self> {
        let mut vui = Self::default();
        if bits.flag()? {
            vui.pixel_aspect = Some(pixel_aspect(bits)?);
        }
        if bits.flag()? {
            bits.flag()?; // overscan_appropriate_flag
        }
        if bits.flag()? {
            bits.bits(3)?; // video_format
            vui.full_range = Some(bits.flag()?);
            if bits.flag()? {
                vui.colour = Some([bits.byte()?, bits.byte()?, bits.byte()?]);
            }
        }
        if bits.flag()? {
            vui.chroma_location = Some([up_to(5, bits.ue()?)?, up_to(5, bits.ue()?)?]);
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
        if bits.flag()? {
            bits.flag()?; // motion_vectors_over_pic_boundaries_flag
            for _ in 0..4 {
                bits.ue()?; // two denominators, two vector lengths
            }
            vui.reorder_frames = Some(bits.ue()?);
            vui.buffered_frames = Some(bits.ue()?);
        }
        Some(vui)
    }
}

fn pixel_aspect(bits: &mut Bits<'_>) -> Option<(u16, u16)> {
    match bits.byte()? {
        0 => Some((0, 0)),
        255 => Some((u16::try_from(bits.bits(16)?).ok()?, u16::try_from(bits.bits(16)?).ok()?)),
        kind => PIXEL_ASPECTS.get(usize::from(kind) - 1).copied(),
    }
}

/// Skips `hrd_parameters()`, section E.1.2.
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
