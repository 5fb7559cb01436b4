//! The decoder configuration record of H.264 in MP4, `avcC`: ISO/IEC 14496-15 section 5.3.3.

use super::bitstream::nal;
use super::h264::Sps;

/// What a decoder is told before the first sample. Parameter sets are whole NAL units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avcc {
    /// Bytes of the length before each NAL unit of a sample: 1, 2 or 4.
    pub length_size: u8,
    /// Sequence parameter sets, at most 31.
    pub sps: Vec<Vec<u8>>,
    /// Picture parameter sets, at most 255.
    pub pps: Vec<Vec<u8>>,
}

impl Avcc {
    /// Reads a record as cameras write it: reserved bits and what follows the parameter sets may say anything. Only a
    /// record that [`Avcc::build`] gives back byte for byte says nothing else.
    pub fn parse(record: &[u8]) -> Option<Self> {
        let &[1, _, _, _, length_size, sps_count, ref rest @ ..] = record else { return None };
        let (sps, rest) = parameter_sets(rest, sps_count & 0x1f, nal::SPS)?;
        let (&pps_count, rest) = rest.split_first()?;
        let (pps, _) = parameter_sets(rest, pps_count, nal::PPS)?;
        let length_size = (length_size & 3) + 1;
        (length_size != 3).then_some(Self { length_size, sps, pps })
    }

    /// The record's bytes. Where sets differ it states the highest profile and level, and only the constraints that all
    /// keep. `None` without an SPS, for one that cannot be read, and for too many or too long ones.
    pub fn build(&self) -> Option<Vec<u8>> {
        let mut sets = self.sps.iter().map(|unit| Sps::parse(unit));
        let first = sets.next()??;
        let (mut profile, mut constraints, mut level) = (first.profile, first.constraints, first.level);
        for set in sets {
            let set = set?;
            profile = profile.max(set.profile);
            constraints &= set.constraints;
            level = level.max(set.level);
        }
        let length_size = self.length_size.checked_sub(1).filter(|&size| size < 4 && size != 2)?;
        let sps_count = u8::try_from(self.sps.len()).ok().filter(|&count| count < 32)?;
        let mut record = vec![1, profile, constraints, level, 0xfc | length_size, 0xe0 | sps_count];
        append(&mut record, &self.sps)?;
        record.push(u8::try_from(self.pps.len()).ok()?);
        append(&mut record, &self.pps)?;
        if !matches!(profile, 66 | 77 | 88) {
            let depth = |bits: u8| 0xf8 | bits.saturating_sub(8);
            record.extend([0xfc | first.chroma_format, depth(first.luma_depth), depth(first.chroma_depth), 0]);
        }
        Some(record)
    }
}

type Units = Vec<Vec<u8>>;

fn parameter_sets(mut bytes: &[u8], count: u8, kind: u8) -> Option<(Units, &[u8])> {
    let mut units = Vec::new();
    for _ in 0..count {
        let (&length, rest) = bytes.split_first_chunk::<2>()?;
        let (unit, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(length)))?;
        if super::bitstream::h264_type(unit)? != kind {
            return None;
        }
        units.push(unit.to_vec());
        bytes = rest;
    }
    Some((units, bytes))
}

fn append(record: &mut Vec<u8>, units: &[Vec<u8>]) -> Option<()> {
    for unit in units {
        record.extend(u16::try_from(unit.len()).ok()?.to_be_bytes());
        record.extend(unit);
    }
    Some(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What FFmpeg 5.1 wrote for x264, 320x240 in High profile.
    const WRITTEN: &str =
        "0164000dffe1001b6764000dacd94141fb016e020202800000030080000019078a14cb01000668ebe3cb22c0fdf8f800";

    #[test]
    fn the_record_that_ffmpeg_writes_reads_and_builds_back() {
        let bytes = hex::decode(WRITTEN).unwrap();
        let record = Avcc::parse(&bytes).unwrap();
        assert_eq!((record.length_size, record.sps.len(), record.pps.len()), (4, 1, 1));
        assert_eq!(record.pps, [[0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0]]);
        assert_eq!(record.build().unwrap(), bytes);
    }

    #[test]
    fn two_sets_are_stated_by_what_decodes_both() {
        let mut record = Avcc::parse(&hex::decode(WRITTEN).unwrap()).unwrap();
        let mut main = record.sps[0].clone();
        main[3] = 40;
        record.sps.push(main);
        let bytes = record.build().unwrap();
        assert_eq!(bytes[..6], [1, 100, 0, 40, 0xff, 0xe2]);
        assert_eq!(Avcc::parse(&bytes).unwrap(), record);
    }

    #[test]
    fn bytes_that_say_more_than_the_record_do_not_build_back() {
        let good = hex::decode(WRITTEN).unwrap();
        for planted in [[&good[..], b"hidden"].concat(), {
            let mut bytes = good.clone();
            bytes[4] ^= 0x80;
            bytes
        }] {
            assert_ne!(Avcc::parse(&planted).unwrap().build().unwrap(), planted);
        }
    }

    #[test]
    fn what_cannot_be_said_is_not_built() {
        let good = Avcc::parse(&hex::decode(WRITTEN).unwrap()).unwrap();
        for size in [0, 3, 5] {
            assert_eq!(Avcc { length_size: size, ..good.clone() }.build(), None);
        }
        assert_eq!(Avcc { sps: vec![], ..good.clone() }.build(), None);
        assert_eq!(Avcc { sps: vec![good.sps[0].clone(); 32], ..good.clone() }.build(), None);
        assert_eq!(Avcc { pps: vec![vec![0x68; 65_536]], ..good }.build(), None);
    }

    proptest! {
        #[test]
        fn any_change_is_answered(at in 0usize..48, to: u8, end in 0usize..49) {
            let mut bytes = hex::decode(WRITTEN).unwrap();
            bytes[at] = to;
            bytes.truncate(end);
            let _ = Avcc::parse(&bytes).map(|record| record.build());
        }
    }
}
