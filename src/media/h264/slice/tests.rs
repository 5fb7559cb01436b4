//! Slices that x264 coded, whole and planted with faults. What it codes in other settings, and what other encoders code,
//! is read in the integration tests.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::media::h264::slice::picture::Sets;
use proptest::prelude::*;

/// Three pictures of 48x48 pixels, I, P and B: parameter sets, then slices. The first in CABAC, a slice a picture.
const CABAC: &str = "6764000aace637b011000003000100000300320f12251a 68e978572c \
    65888400873a88cffffed84c79f52a8097df8d886c66e21cd795d456e6bf67b7e88f29776a60fc918bda7dbc14cfd2175bb52b8f5d8c968e4017\
    f859cf505046c3144ec9f22f3ee23f08f0f3946056ff0ce77b534c6ab4172b8da7e48bd7d7659c8a22e1e748b6f8cbaee7a28d7e38c4b8f9c5ff\
    acabeb41 \
    419a29b10a7ffc3935fb6186e1919707ba7ce31a3bffc070ffd1f184f462abb0d11875e05229bd 019e44e429ffad81";

/// The second in CAVLC, two slices a picture.
const CAVLC: &str = "6764000aace637b011000003000100000300320f12251a 68c978572c \
    6588840087f8c7c50002be200f72c062f6aa210680301c5b16f76ff840aeaf3f5e2b5570a63180e63c19f9ff54fd550dbdeef93ee3e222f6ef71\
    4e13c04701a0388f5ac5715f4209070856f147557e06406c34adbedfab08107093e2f5ea207e02045fe4f78ae0 \
    653888407fc30d4500010068a000469d7881000101b8800054b178bc50071401ee1fff0d60d21d3942000200f42df10000408c000408a2013c1b\
    0ee1543b8561dc2a87715557f82c080a018ac570282a2d593eb0a38dc0 \
    419a29b014f7084eb92ae2d4c22bec2b4d704422ad53aae3c10c4aad6e60 4139a29b010f4326ebf8a09822dcbf8f80 \
    019e44e0539e 0139e44e043920";

type Units = Vec<Vec<u8>>;

/// The parameter sets, and the slices of each picture.
fn sample(text: &str) -> (Sets, [Units; 3]) {
    let units: Units = text.split_whitespace().map(|unit| hex::decode(unit).unwrap()).collect();
    let (sets_of_it, slices) = units.split_at(2);
    let mut sets = Sets::default();
    sets_of_it.iter().for_each(|unit| sets.take(unit).unwrap());
    let each = slices.len() / 3;
    (sets, [0, 1, 2].map(|n| slices[n * each..(n + 1) * each].to_vec()))
}

fn read_all(sets: &Sets, units: &[Vec<u8>]) -> Result<PictureFacts, Fault> {
    picture(sets, units.iter().map(Vec::as_slice))
}

#[test]
fn whole_pictures_say_what_the_encoder_was_asked() {
    for (text, slices) in [(CABAC, 1), (CAVLC, 2)] {
        let (sets, pictures) = sample(text);
        let facts = pictures.map(|units| read_all(&sets, &units).unwrap());
        assert_eq!(facts.map(|f| f.slices), [slices; 3]);
        assert_eq!(facts.map(|f| f.header.kind), [SliceKind::I, SliceKind::P, SliceKind::B]);
        assert_eq!(facts.map(|f| f.header.idr), [true, false, false]);
        assert_eq!(facts.map(|f| (f.header.frame_number, f.header.order_count)), [(0, 0), (1, 4), (2, 2)]);
        assert_eq!(facts.map(|f| f.header.importance), [3, 2, 0]);
    }
}

#[test]
fn nothing_may_stand_behind_the_last_macroblock() {
    for text in [CABAC, CAVLC] {
        let (sets, pictures) = sample(text);
        for picture in &pictures {
            for behind in [&b"x"[..], b"Jane Doe", &[0x80], &[0], &[0, 0, 3], &[0, 0, 3, 0, 0, 3], &[0xff; 40]] {
                for slice in 0..picture.len() {
                    let mut planted = picture.clone();
                    planted[slice].extend_from_slice(behind);
                    assert!(read_all(&sets, &planted).is_err(), "{behind:?} behind slice {slice} of {picture:?}");
                }
            }
        }
    }
}

#[test]
fn a_slice_that_is_cut_short_is_broken() {
    for text in [CABAC, CAVLC] {
        let (sets, pictures) = sample(text);
        for (picture, slice) in pictures.iter().flat_map(|p| (0..p.len()).map(move |slice| (p, slice))) {
            for length in 0..picture[slice].len() {
                let mut cut = picture.clone();
                cut[slice].truncate(length);
                assert!(read_all(&sets, &cut).is_err(), "{length} bytes of slice {slice} of {picture:?}");
            }
        }
    }
}

#[test]
fn the_slices_of_a_picture_cover_it_once() {
    let (sets, pictures) = sample(CAVLC);
    for picture in &pictures {
        let [first, second] = [picture[0].clone(), picture[1].clone()];
        let missing = "a slice breaks the standard: a slice is missing at the end of the picture";
        let apart = "a slice breaks the standard: it does not start where the one before ends";
        for (planted, answer) in [
            (vec![], missing),
            (vec![first.clone()], missing),
            (vec![second.clone()], apart),
            (vec![second.clone(), first.clone()], apart),
            (vec![first.clone(), first.clone(), second.clone()], apart),
            (vec![first.clone(), second.clone(), second], apart),
        ] {
            assert_eq!(read_all(&sets, &planted).unwrap_err().to_string(), answer);
        }
        for other in pictures.iter().filter(|other| *other != picture) {
            let mixed = read_all(&sets, &[first.clone(), other[1].clone()]);
            assert_eq!(mixed, Err(Fault::Broken("it is of another picture than the one before")));
        }
    }
}

#[test]
fn bytes_that_only_a_lenient_reader_takes_are_broken() {
    let (sets, [picture, ..]) = sample(CABAC);
    // an emulation prevention byte where none is due, and none where one is
    for (zeros, byte) in [(2, 3), (2, 2), (3, 1)] {
        let mut planted = picture.clone();
        planted[0].splice(40..40, [0].repeat(zeros).into_iter().chain([byte, 9]));
        assert_eq!(read_all(&sets, &planted), Err(Fault::Broken("a unit may not hold these bytes")));
    }
    assert!(read_all(&Sets::default(), &picture).is_err(), "without its sets");
}

#[test]
fn what_is_not_read_is_named() {
    let (sets, [picture, ..]) = sample(CABAC);
    let (sps, pps) = sets.get(0).unwrap();
    let named = |sps: Sps, pps: Pps, unit: &[u8]| match read(&sps, &pps, unit) {
        Err(Fault::Foreign(what)) => what,
        other => panic!("{other:?}"),
    };
    let unit = &picture[0];
    assert_eq!(named(Sps { frames_only: false, ..sps.clone() }, *pps, unit), "interlaced coding");
    assert_eq!(named(Sps { luma_depth: 10, ..sps.clone() }, *pps, unit), "samples other than 8-bit 4:2:0");
    assert_eq!(named(sps.clone(), Pps { redundant_pictures: true, ..*pps }, unit), "redundant pictures");
    let huge = Sps { macroblocks_across: u32::MAX, ..sps.clone() };
    assert_eq!(named(huge, *pps, unit), "a larger picture than any level allows");
    assert_eq!(named(sps.clone(), *pps, &[0x62, 0x88, 0x80]), "data partitioning");
    // slice_type 8: SP
    assert_eq!(named(sps.clone(), *pps, &[0x41, 0b1000_1001, 0x80]), "an SP or SI slice");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn any_bytes_are_answered(
        cabac: bool, which in 0usize..3, keep in 1usize..30, noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let (sets, pictures) = sample(if cabac { CABAC } else { CAVLC });
        let mut units = pictures[which].clone();
        units[0].truncate(keep);
        units[0].extend(noise);
        let _ = read_all(&sets, &units);
    }

    #[test]
    fn any_sets_are_answered(
        cabac: bool, which in 0usize..3, set in 0usize..2, bit in 0usize..180, other in 0usize..180,
    ) {
        let text = if cabac { CABAC } else { CAVLC };
        let mut units: Units = text.split_whitespace().map(|unit| hex::decode(unit).unwrap()).collect();
        for bit in [bit, other] {
            let at = 1 + bit / 8 % (units[set].len() - 1);
            units[set][at] ^= 1 << (bit % 8);
        }
        let mut sets = Sets::default();
        let taken = units[..2].iter().try_for_each(|unit| sets.take(unit));
        let (_, pictures) = sample(text);
        let _ = taken.and_then(|()| read_all(&sets, &pictures[which]));
    }
}
