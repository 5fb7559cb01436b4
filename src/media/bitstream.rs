//! Coded pictures as bytes: NAL units, how they are framed, and which of them may leave the house.
//! Framing by start codes is ITU-T H.264 annex B, framing by lengths ISO/IEC 14496-15 section 5.3.

/// H.264 NAL unit types (ITU-T H.264 table 7-1).
pub mod nal {
    /// A coded slice of a picture that is no IDR.
    pub const SLICE: u8 = 1;
    /// The last of the data partitions, themselves types 2 to 4.
    pub const PARTITION_C: u8 = 4;
    /// A coded slice of an IDR picture.
    pub const IDR: u8 = 5;
    /// Supplemental enhancement information: x264's settings, captions, anything at all.
    pub const SEI: u8 = 6;
    /// Sequence parameter set.
    pub const SPS: u8 = 7;
    /// Picture parameter set.
    pub const PPS: u8 = 8;
}

/// How NAL units follow one another in a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Start codes: raw streams, MPEG-TS, and what x264 gives.
    AnnexB,
    /// Each unit after its length in so many bytes, 1 to 4: MP4 and MKV.
    Lengths(u8),
}

/// The type of an H.264 unit; `None` for an empty unit or a set forbidden bit.
pub fn h264_type(unit: &[u8]) -> Option<u8> {
    unit.first().filter(|&&byte| byte & 0x80 == 0).map(|byte| byte & 0x1f)
}

/// The type of an HEVC unit (ITU-T H.265 section 7.3.1.2); `None` for a short unit or a set forbidden bit.
pub fn hevc_type(unit: &[u8]) -> Option<u8> {
    unit.first().filter(|&&byte| byte & 0x80 == 0 && unit.len() > 1).map(|byte| byte >> 1 & 0x3f)
}

/// The NAL units of a packet, without start codes, lengths and trailing zeros. `None` where the framing does not hold:
/// bytes before the first start code, an empty unit, lengths that do not add up.
pub fn split(packet: &[u8], framing: Framing) -> Option<Vec<&[u8]>> {
    match framing {
        Framing::AnnexB => split_annex_b(packet),
        Framing::Lengths(size) => split_lengths(packet, size),
    }
}

fn split_annex_b(packet: &[u8]) -> Option<Vec<&[u8]>> {
    let mut units = Vec::new();
    let (before, mut rest) = cut_at_start_code(packet);
    if !without_zeros(before).is_empty() {
        return None;
    }
    while let Some(unit_on) = rest {
        let (unit, next) = cut_at_start_code(unit_on);
        // a 4-byte start code is a zero and a 3-byte one, and zeros may fill up between units
        let unit = without_zeros(unit);
        if unit.is_empty() {
            return None;
        }
        units.push(unit);
        rest = next;
    }
    Some(units)
}

/// What lies before the first start code, and what after it.
fn cut_at_start_code(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    match bytes.windows(3).position(|three| three == [0, 0, 1]) {
        Some(at) => (bytes.get(..at).unwrap_or_default(), bytes.get(at + 3..)),
        None => (bytes, None),
    }
}

/// A unit without the zeros behind it, which are never its own: its last byte is none (ITU-T H.264 section 7.4.1).
pub(super) fn without_zeros(mut unit: &[u8]) -> &[u8] {
    while let [before @ .., 0] = unit {
        unit = before;
    }
    unit
}

fn split_lengths(mut packet: &[u8], size: u8) -> Option<Vec<&[u8]>> {
    if !(1..=4).contains(&size) {
        return None;
    }
    let mut units = Vec::new();
    while !packet.is_empty() {
        let (length, rest) = packet.split_at_checked(usize::from(size))?;
        let length = length.iter().fold(0usize, |sum, &byte| sum << 8 | usize::from(byte));
        let (unit, rest) = rest.split_at_checked(length).filter(|(unit, _)| !unit.is_empty())?;
        units.push(unit);
        packet = rest;
    }
    Some(units)
}

/// One packet from NAL units. `None` for a unit longer than its length field can say, or a field not of 1 to 4 bytes.
pub fn join<'a>(units: impl IntoIterator<Item = &'a [u8]>, framing: Framing) -> Option<Vec<u8>> {
    let mut packet = Vec::new();
    for unit in units {
        match framing {
            Framing::AnnexB => packet.extend_from_slice(&[0, 0, 0, 1]),
            Framing::Lengths(size) => {
                let length = u32::try_from(unit.len()).ok()?.to_be_bytes();
                let (high, low) = length.split_at_checked(4usize.checked_sub(usize::from(size))?)?;
                if low.is_empty() || high.iter().any(|&byte| byte != 0) {
                    return None;
                }
                packet.extend_from_slice(low);
            }
        }
        packet.extend_from_slice(unit);
    }
    Some(packet)
}

/// An H.264 packet with nothing but slices and parameter sets, framed as wanted: SEI, access unit delimiters, filler,
/// reserved and private types are gone, and so is the padding behind slices. `None` where [`split`] or [`join`] fail.
pub fn without_sei(packet: &[u8], from: Framing, to: Framing) -> Option<Vec<u8>> {
    let kept = split(packet, from)?.into_iter().filter_map(|unit| match h264_type(unit)? {
        nal::SLICE..=nal::IDR => Some(without_padding(unit)),
        nal::SPS | nal::PPS => Some(unit),
        _ => None,
    });
    join(kept, to)
}

/// A slice without the `cabac_zero_word`s that pad it to a bit rate (ITU-T H.264 section 7.4.2.10), and without zeros,
/// which are never its last byte: that has its stop bit.
fn without_padding(slice: &[u8]) -> &[u8] {
    let mut slice = without_zeros(slice);
    while let [before @ .., 0, 0, 3] = slice {
        slice = without_zeros(before);
    }
    slice
}

/// The coded slices among units, without padding: what is hashed to prove that a packet was copied.
pub fn slices<'a>(units: &[&'a [u8]]) -> impl Iterator<Item = &'a [u8]> {
    let is_slice = |unit: &&[u8]| h264_type(unit).is_some_and(|kind| (nal::SLICE..=nal::IDR).contains(&kind));
    units.iter().copied().filter(is_slice).map(without_padding)
}

/// The first unit that a written sample must not hold: anything but whole slices (1, 5) and parameter sets (7, 8), or a
/// slice with padding behind it. `None` is the good answer.
pub fn stray<'a>(units: &[&'a [u8]]) -> Option<&'a [u8]> {
    units.iter().copied().find(|unit| match h264_type(unit) {
        Some(nal::SLICE | nal::IDR) => without_padding(unit).len() != unit.len(),
        Some(nal::SPS | nal::PPS) => false,
        _ => true,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn start_codes_of_both_lengths_and_zeros_between_are_no_part_of_a_unit() {
        let packet = [0, 0, 0, 1, 0x67, 9, 0, 0, 1, 0x68, 0, 0, 3, 8, 0, 0, 0, 0, 0, 1, 0x65, 7, 0, 0];
        let units = split(&packet, Framing::AnnexB).unwrap();
        assert_eq!(units, [&[0x67u8, 9] as &[u8], &[0x68, 0, 0, 3, 8], &[0x65, 7]]);
        assert_eq!(units.iter().map(|u| h264_type(u).unwrap()).collect::<Vec<_>>(), [nal::SPS, nal::PPS, nal::IDR]);
        assert_eq!(split(&[], Framing::AnnexB), Some(vec![]));
        for bad in [&[9u8, 0, 0, 1, 0x65] as &[u8], &[0, 0, 1], &[0, 0, 1, 0, 0, 1, 0x65], &[0x65, 7]] {
            assert_eq!(split(bad, Framing::AnnexB), None, "{bad:?}");
        }
    }

    #[test]
    fn lengths_must_add_up() {
        assert_eq!(
            split(&[0, 2, 0x65, 7, 0, 1, 0x41], Framing::Lengths(2)),
            Some(vec![&[0x65u8, 7] as &[u8], &[0x41]])
        );
        for bad in [&[0u8, 2, 0x65] as &[u8], &[0, 0], &[0, 1, 0x65, 0], &[255, 255, 1]] {
            assert_eq!(split(bad, Framing::Lengths(2)), None, "{bad:?}");
        }
        assert_eq!(split(&[1, 1], Framing::Lengths(0)), None);
        assert_eq!(split(&[0; 10], Framing::Lengths(5)), None);
        assert_eq!(join([&[1u8; 256] as &[u8]], Framing::Lengths(1)), None);
        assert_eq!(join([&[1u8; 1] as &[u8]], Framing::Lengths(0)), None);
        assert_eq!(join([&[1u8; 1] as &[u8]], Framing::Lengths(5)), None);
    }

    #[test]
    fn only_slices_and_parameter_sets_are_kept_and_padding_goes() {
        let units: [&[u8]; 8] = [
            &[9, 16],
            &[0x67, 1],
            &[0x68, 2],
            &[6, 5, 4, 3],
            &[0x65, 7, 0, 0, 3, 0, 0, 3],
            &[12, 255],
            &[20, 1],
            &[30, 9],
        ];
        let packet = join(units, Framing::AnnexB).unwrap();
        let clean = without_sei(&packet, Framing::AnnexB, Framing::Lengths(4)).unwrap();
        assert_eq!(clean, [0, 0, 0, 2, 0x67, 1, 0, 0, 0, 2, 0x68, 2, 0, 0, 0, 2, 0x65, 7]);
        assert_eq!(slices(&units).collect::<Vec<_>>(), [&[0x65u8, 7]]);
    }

    #[test]
    fn every_other_type_in_a_written_sample_is_seen() {
        for kind in 0..=255u8 {
            let planted: [&[u8]; 2] = [&[0x65, 7], &[kind, 1]];
            let allowed = kind < 0x80 && [1, 5, 7, 8].contains(&(kind & 0x1f));
            assert_eq!(stray(&planted).is_none(), allowed, "{kind:#x}");
        }
        assert!(stray(&[&[0x65, 7, 0, 0, 3]]).is_some(), "padding behind a slice");
    }

    #[test]
    fn hevc_types_are_read_from_their_own_bits() {
        assert_eq!(hevc_type(&[0x26, 1]), Some(19));
        assert_eq!(hevc_type(&[0x26]), None);
        assert_eq!(hevc_type(&[0xa6, 1]), None);
    }

    proptest! {
        #[test]
        fn what_is_joined_splits_again(
            units in prop::collection::vec(prop::collection::vec(1u8.., 1..300), 0..6), size in 2u8..=4,
        ) {
            let units: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
            for framing in [Framing::AnnexB, Framing::Lengths(size)] {
                let packet = join(units.iter().copied(), framing).unwrap();
                prop_assert_eq!(split(&packet, framing).unwrap(), units.clone());
            }
        }

        #[test]
        fn any_bytes_are_answered_and_what_is_kept_is_clean(
            packet in prop::collection::vec(prop_oneof![Just(0u8), Just(1), Just(3), any::<u8>()], 0..200), size in 0u8..6,
        ) {
            for from in [Framing::AnnexB, Framing::Lengths(size)] {
                if let Some(clean) = without_sei(&packet, from, Framing::Lengths(4)) {
                    let units = split(&clean, Framing::Lengths(4)).unwrap();
                    prop_assert!(units.iter().all(|u| matches!(h264_type(u), Some(1..=5 | 7 | 8))));
                }
            }
        }
    }
}
