//! What H.264's parameter sets and slices say, as far as joining and verifying need it: ITU-T H.264 section 7.3. A set or
//! slice is read to its stop bit, so one that hides bytes behind it does not parse.

mod pps;
pub mod slice;
mod sps;
mod vui;

pub use pps::Pps;
pub use slice::SliceStart;
pub use sps::Sps;
pub use vui::Vui;

use std::ops::RangeInclusive;

use super::bits::Bits;

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

fn up_to(most: u8, value: u32) -> Option<u8> {
    u8::try_from(value).ok().filter(|&value| value <= most)
}

fn within(range: RangeInclusive<i32>, value: i32) -> Option<i32> {
    range.contains(&value).then_some(value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::media::bitstream::nal;
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
        assert_eq!(sps.vui.reorder_frames, Some(2));
        let pps = Pps::parse(&hex::decode(PPS).unwrap()).unwrap();
        assert_eq!((pps.id, pps.sps, pps.redundant_pictures), (0, 0, false));
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
