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

/// From the standard's reference encoder (JM 19), for `cabac_init_idc` 1 and 2, which x264 never uses: sets and the I
/// slice, then the P and the B slice of each.
const REFERENCE: &str = "67640028ace63790 \
    68e94a38b0 \
    65888400a7cb1e71cb7fe4c86fe459dcea6604cf0d4349069d29f2a9f106b845444888862379586fc8a8953240c441f11b25c78f86219d72\
    f880114594cc298a2af15f56957fe5a92e122f4413136abbb46121bda6df6564f87af705241a77c5422e6163815f0af993485781b0f45bc7\
    f2d9126a92e0d3c747c48fbee4976e1dc6bc12098a887c31a71e990072199cc112984e71f4bd58";
const REFERENCE_1: &str = "419a2988dff616c617c7fee3c4f9f5265d01692d8863a4fcc8e6e9c76973a9cecea376ff47041e0ec1b6d75b11959eea57e68fad41564686\
    97146269b3b05d769b83e18874cd778b5ba27f980069250b989a86e82b8652c28cd8b2e94c5754a3fdce3e3b4d8b39cf516364b42d4f1f6c\
    4032aecacf1cbb0cb0ee341ff8d7afc6980edc2ee378d884a2bd71a95b3728e0b30d175d6cd8b13334961b23c5f769a02f019d6a066ed9b8\
    3bc7f65ef613346b0196ac350ae480a3a9bb0bc44c75d98297b91444b7da9c22052a8cbbaed5accd7551988500aa608bf63265b58d9784aa\
    cc15a3d9b39abfcb0b720396c4388946e32112254ab5ba8dced0b465644aee40b52567b2000faedefcee15a1ad6737c003343b7a3960b8 \
    019e45a8847ffcad3f9b650558ff752d209257fb2c64dac037be20c89ab5c1c83eab7324cf9c93ccfd3011d05abf8c1f41a1c726872ca5cc\
    8dab6ab3ebb610db351bedf0bff23381dc8bae3b73402d8af9f015955b791bc26586c6c0f01d0bd93ea87a93b3e57418a0dfd518fb2d663c\
    0b09feea0df40a0883ca6cfd7dadd5b2a12453d3588c9d88e72fef2906c830f0f6d2ba7360be701386d88f95f0";
const REFERENCE_2: &str = "419a298cdfdd7a3f273fc85a6236ce9025320872de43761b9a3c98dbae1d01c51620b8438fbf01a57ffee128418b0a94701bbe5bd9ccfdd4\
    dd6b2dc68d7efc3c31c1a64876699991a1ac58b24a8f951b0429a1ce3efcd004b5e603278a59eb173091c5590d56dafe65718dbc8dccd61e\
    90917a4aa8cdfca5cbc4d5979105f55ab32190fe8faae9ccb559c8c808861a2f5fd500262bcbd8b55da4729e46a30e635fbce354e196957a\
    e28d28ee7c01a47b93f19e7dc9a8c3242a665344f19803fe9264627d45405c95b1b1a5d22818aa01390a29847aae0a91ed88eb9eb8bea838\
    c91a090da14829722c7b34fc9648782db0ef4cbb4da4cd6edb2c742303be14b4d57159ac4ec670b93bc40ae9bd6eb4a484a8b71bfd40 \
    019e45a8c47fe095eb4c8e034722e77aa4f688b26dce963e39bde6fe47a3af7467429f802ebd3bc6c33f1fe59c32f1edede490a5c4e49441\
    437bcd753b0945bc25f271dcd309d07f93dfc50702fa8846cda4fd0c0920e0911e22b1410f78c219845cd109d766a7bb05dd55d2b6a32d4e\
    009952f87782a8ba536a93899d54d9110599922cde5db45c310399e7d19612aa29afa41fb9b6e23c93abdcfc3b63a7";

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
fn contexts_start_from_the_set_that_the_slice_names() {
    let read = |text: String| {
        let (sets, pictures) = sample(&text);
        pictures.map(|units| read_all(&sets, &units).map(|facts| facts.header.context_set))
    };
    assert_eq!(read(format!("{REFERENCE} {REFERENCE_1}")), [Ok(0), Ok(2), Ok(2)]);
    assert_eq!(read(format!("{REFERENCE} {REFERENCE_2}")), [Ok(0), Ok(3), Ok(3)]);
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
