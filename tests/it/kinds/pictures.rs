//! Sizes, formats of pixels, and pictures that change on the way.

use super::film::{FILM, Film, X264, clip, every_frame_is_there, item};
use crate::tool::{Desk, ffmpeg, ffmpeg_is_missing};

#[test]
fn sizes_that_are_no_multiple_of_16_keep_boxes_on_the_person() {
    if ffmpeg_is_missing() {
        return;
    }
    for (width, height) in [(704, 576), (960, 1080), (330, 250)] {
        let desk = Desk::new();
        let film = Film { width, height, frames: 15 };
        film.code(&desk, "yard.mp4", &format!("{X264} -pix_fmt yuv420p"));
        every_frame_is_there(&desk, "yard.mp4", &[], &film.shown());
        assert_eq!(item(&desk)["footage"][0]["height"], height);
    }
}

#[test]
fn other_formats_of_pixels_are_converted_once_after_covering_and_logged() {
    if ffmpeg_is_missing() {
        return;
    }
    let film = Film { frames: 15, ..FILM };
    for (name, options, format) in [
        ("422.mp4", &format!("{X264} -pix_fmt yuv422p")[..], "yuv422p"),
        ("444.mp4", &format!("{X264} -pix_fmt yuv444p"), "yuv444p"),
        ("ten.mp4", &format!("{X264} -pix_fmt yuv420p10le"), "yuv420p10le"),
        ("422-ten.mp4", &format!("{X264} -pix_fmt yuv422p10le"), "yuv422p10le"),
        ("422.avi", "-vf scale=out_range=full -c:v mjpeg -q:v 3 -pix_fmt yuvj422p", "yuvj422p"),
        ("grey.mkv", "-c:v ffv1 -pix_fmt gray", "gray"),
        ("grey-ten.mkv", "-c:v ffv1 -pix_fmt gray10le", "gray10le"),
        ("411.mkv", "-c:v ffv1 -pix_fmt yuv411p", "yuv411p"),
    ] {
        let desk = Desk::new();
        film.code(&desk, name, options);
        every_frame_is_there(&desk, name, &[], &film.shown());
        let logged = &item(&desk)["footage"][0]["pixel_format"];
        assert_eq!(*logged, format!("{format}, converted once to yuv420p after covering"), "{name}");
    }
    let desk = Desk::new();
    film.code(&desk, "grey.mp4", &format!("{X264} -pix_fmt gray"));
    every_frame_is_there(&desk, "grey.mp4", &[], &film.shown());
}

/// Two films, the second one coded otherwise, in one file.
fn joined(desk: &Desk, name: &str, second: (Film, &str)) {
    FILM.code(desk, "a.mp4", &format!("{X264} -pix_fmt yuv420p"));
    second.0.code(desk, "b.mp4", second.1);
    desk.write("list.txt", "file 'a.mp4'\nfile 'b.mp4'\n");
    ffmpeg(&["-f", "concat", "-i", "list.txt", "-c", "copy", name], &desk.path(""));
}

#[test]
fn a_picture_that_changes_its_size_is_refused_with_when_and_given_up_to_there() {
    if ffmpeg_is_missing() {
        return;
    }
    for name in ["yard.mp4", "yard.ts", "yard.mkv"] {
        let desk = Desk::new();
        joined(&desk, name, (Film { width: 352, height: 288, ..FILM }, X264));
        let shown = Film { frames: 120, ..FILM }.shown();
        let whole = clip(&desk, name, &[], &shown, "0", "4");
        whole.stopped(1, &["320x240", "at 00:00:02.400 it is 352x288", "export the recording from that time on"]);
        clip(&desk, name, &[], &shown, "3", "4.2").stopped(1, &["it begins as 320x240", "352x288"]);
        clip(&desk, name, &[], &shown, "0", "2.4").ready();
        assert_eq!(item(&desk)["window"]["delivered"]["frames"], 60, "{name}");
    }
}

#[test]
fn coding_that_changes_on_the_way_loses_no_frame() {
    if ffmpeg_is_missing() {
        return;
    }
    // Other parameter sets of the same numbers: profile, entropy coding, reference pictures, counts.
    let other = "-c:v libx264 -preset veryfast -crf 16 -profile:v baseline -refs 1 -g 10";
    for name in ["yard.mp4", "yard.ts", "yard.mkv"] {
        let desk = Desk::new();
        joined(&desk, name, (FILM, other));
        let twice = FILM.shown().into_iter().chain(FILM.shown()).enumerate();
        let shown: Vec<_> = twice.map(|(at, (n, _))| (n, crate::common::decode::Time::new(at as i64, 25))).collect();
        every_frame_is_there(&desk, name, &[], &shown);
    }
}
