//! A clip of copied and rendered pictures by OpenH264, a decoder that shares no code with FFmpeg's.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use cctv_redact::media::bitstream::{Framing, join, split};
use cctv_redact::verify::mp4::walk;
use openh264::OpenH264API;
use openh264::decoder::{DecodedYUV, Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;

use super::{Coded, copied};
use crate::common::decode::lumas;
use crate::scene::ffmpeg_is_missing;

/// The luma of every frame, in the order that OpenH264 shows them.
fn decoded(path: &Path) -> Vec<Vec<u8>> {
    let mut file = File::open(path).unwrap();
    let clip = walk(&mut file).unwrap();
    let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    let mut decoder = Decoder::with_api_config(OpenH264API::from_source(), config).unwrap();
    let luma = |picture: &DecodedYUV<'_>| {
        let ((width, height), (stride, ..)) = (picture.dimensions(), picture.strides());
        picture.y().chunks(stride).take(height).flat_map(|row| row[..width].to_vec()).collect::<Vec<u8>>()
    };
    let avcc = &clip.picture.avcc;
    let sets = join(avcc.sps.iter().chain(&avcc.pps).map(Vec::as_slice), Framing::AnnexB).unwrap();
    let mut shown = Vec::new();
    for (n, sample) in clip.video.samples.iter().enumerate() {
        let mut bytes = vec![0; sample.size as usize];
        file.seek(SeekFrom::Start(sample.offset)).and_then(|_| file.read_exact(&mut bytes)).unwrap();
        let units = split(&bytes, Framing::Lengths(4)).unwrap();
        let head = if n == 0 { sets.clone() } else { Vec::new() };
        let packet = [head, join(units, Framing::AnnexB).unwrap()].concat();
        shown.extend(decoder.decode(&packet).unwrap().as_ref().map(luma));
    }
    shown.extend(decoder.flush_remaining().unwrap().iter().map(luma));
    shown
}

#[test]
fn another_decoder_sees_every_frame_as_the_first_and_copied_ones_as_in_the_footage() {
    if ffmpeg_is_missing() {
        return;
    }
    // OpenH264 2.6 is some levels off in B frames that are predicted directly from small partitions, in any footage.
    for options in [
        "-bf 0",
        "-bf 2 -x264-params b-pyramid=none:direct=none",
        "-bf 3 -x264-params direct=none",
        "-coder 0 -profile:v main -slices 3 -bf 0",
    ] {
        let coded = Coded::new("other-decoder.mp4", options);
        let made = coded.clip("--from 3.2 --to 18.4");
        let clip = made.sent("clip.mp4");
        let shown = decoded(&clip);
        assert_eq!(shown.len(), 190, "{options}");
        for (frame, luma) in lumas(&clip, "", "format=yuv420p").enumerate() {
            assert!(luma.samples == shown[frame], "{options}: frame {frame} is not what FFmpeg sees");
        }
        let footage: Vec<_> = lumas(&coded.footage, "", "format=yuv420p").skip(40).take(190).collect();
        let copied = copied(&made);
        assert!(copied.len() > 90);
        for frame in copied {
            assert!(footage[frame].samples == shown[frame], "{options}: copied frame {frame}");
        }
    }
}
