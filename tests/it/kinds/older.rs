//! AVI, ASF and MPEG-2, as older recorders and their programs export: every frame there once, at its time.

use super::film::{FILM, X264, every_frame_is_there, item, probed};
use crate::common::decode::{Time, lumas};
use crate::frames::number;
use crate::tool::{Desk, ffmpeg, ffmpeg_is_missing};

/// Coded like this, every frame of the film is there at its time; what the container and the decoder are called.
fn whole(name: &str, options: &str, (container, codec): (&str, &str)) {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    FILM.code(&desk, name, options);
    let found = probed(&desk, name, &[]);
    assert_eq!((found["container"].as_str(), found["codec"].as_str()), (Some(container), Some(codec)), "{name}");
    every_frame_is_there(&desk, name, &[], &FILM.shown());
}

#[test]
fn h264_with_b_frames_in_avi_keeps_its_frames_and_times() {
    whole("yard.avi", X264, ("avi", "h264"));
}

#[test]
fn motion_jpeg_of_full_range_in_avi_keeps_its_frames_times_and_range() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    FILM.code(&desk, "yard.avi", "-vf scale=out_range=full -c:v mjpeg -q:v 3 -pix_fmt yuvj420p");
    assert_eq!(probed(&desk, "yard.avi", &[])["full_range"], true);
    every_frame_is_there(&desk, "yard.avi", &[], &FILM.shown());
    // The background is as bright as in the footage, told by a decoder that is not ours.
    let first = |path| lumas(path, "", "null").next().unwrap();
    let (before, after) = (first(&desk.path("yard.avi")), first(&super::film::clip_of(&desk)));
    let sum = |luma: &[u8]| luma[40 * 320..60 * 320].iter().map(|&v| u32::from(v)).sum::<u32>() / (20 * 320);
    assert!(sum(&before.samples).abs_diff(sum(&after.samples)) <= 1);
}

#[test]
fn windows_media_keeps_its_frames_and_times() {
    whole("yard.wmv", "-c:v wmv2 -q:v 2", ("asf", "wmv2"));
    whole("yard.asf", X264, ("asf", "h264"));
}

#[test]
fn mpeg_4_with_b_frames_in_avi_keeps_its_frames_and_times() {
    whole("yard.avi", "-c:v mpeg4 -q:v 2 -bf 2 -vtag XVID", ("avi", "mpeg4"));
    whole("older.avi", "-c:v msmpeg4v2 -q:v 8", ("avi", "msmpeg4v2"));
}

#[test]
fn b_frames_packed_into_one_packet_with_another_keep_their_number_and_times() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    FILM.code(&desk, "delayed.avi", "-c:v libxvid -q:v 2 -bf 2 -g 25");
    // One packet a frame's time, as recorders write them; the encoder's own delay is not a recorder's.
    ffmpeg(&["-i", "delayed.avi", "-c", "copy", "-bsf:v", "setts=ts=N", "yard.avi"], &desk.path(""));
    let bytes = std::fs::read(desk.path("yard.avi")).unwrap();
    let placeholders = bytes.windows(8).filter(|w| w.starts_with(&[6, 0, 0, 0, 0, 0, 1, 0xb6])).count();
    assert!(placeholders > 10, "{placeholders} placeholders: the frames are not packed");
    // The encoder leaves out some of the last frames.
    let there = lumas(&desk.path("yard.avi"), "", "format=yuv420p").map(number).collect::<Option<Vec<_>>>().unwrap();
    assert!(there.len() > 50 && there[..50].iter().copied().eq(0..50), "{there:?}");
    let at = |(place, n): (usize, &u32)| (*n as usize, Time::new(place as i64, 25));
    every_frame_is_there(&desk, "yard.avi", &[], &there.iter().enumerate().map(at).collect::<Vec<_>>());
    let numbering = item(&desk)["footage"][0]["numbering"].clone();
    assert!(numbering.as_str().unwrap().starts_with("decoded: "), "{numbering}");
}

#[test]
fn mpeg_2_in_program_and_transport_streams_keeps_its_frames_and_times() {
    let options = "-c:v mpeg2video -q:v 2 -bf 2 -g 12";
    whole("yard.mpg", options, ("mpeg", "mpeg2video"));
    whole("yard.ts", options, ("mpegts", "mpeg2video"));
}

#[test]
fn h264_in_a_program_stream_that_gives_few_times_keeps_its_frames_and_times() {
    whole("yard.mpg", X264, ("mpeg", "h264"));
}
