//! Footage beyond what recorders make is refused before its pictures are decoded, by reason and not by accident.

use std::fs;

use crate::tool::{Desk, ffmpeg, ffmpeg_is_missing};

/// Draws footage of one frame and more with the ffmpeg command.
fn drawn(desk: &Desk, size: &str, options: &[&str], name: &str) {
    let source = format!("color=s={size}:r=5:d=0.4");
    ffmpeg(&[&["-f", "lavfi", "-i", &source], options, &[name]].concat(), &desk.path(""));
}

#[test]
fn pictures_coded_as_no_recorder_does_are_refused() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    for codec in ["png", "cinepak", "qtrle"] {
        drawn(&desk, "64x64", &["-c:v", codec], "odd.mov");
        desk.run(&["probe", "odd.mov"]).stopped(1, &["odd.mov", codec, "H.264"]);
        fs::remove_file(desk.path("odd.mov")).unwrap();
    }
    // The very same pictures, coded as recorders do.
    drawn(&desk, "64x64", &["-c:v", "mjpeg"], "even.mov");
    desk.run(&["probe", "even.mov"]).ready();
}

#[test]
fn pictures_too_large_for_any_camera_are_refused() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    drawn(&desk, "8192x8320", &["-c:v", "mjpeg", "-frames:v", "1"], "large.avi");
    desk.run(&["probe", "large.avi"]).stopped(1, &["large.avi", "8192x8320"]);
    drawn(&desk, "8192x4320", &["-c:v", "mjpeg", "-frames:v", "1"], "eight-k.avi");
    desk.run(&["probe", "eight-k.avi"]).ready();
}

#[test]
fn a_file_of_a_hundred_streams_is_refused() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    for (streams, refused) in [(64, false), (65, true)] {
        let maps = ["-map", "0:v"].repeat(streams);
        drawn(&desk, "64x64", &[&["-c:v", "mjpeg"], &maps[..]].concat(), "many.mov");
        let answer = desk.run(&["probe", "many.mov", "--stream", "0"]);
        if refused {
            answer.stopped(1, &["many.mov"]);
        } else {
            answer.ready();
        }
        fs::remove_file(desk.path("many.mov")).unwrap();
    }
}
