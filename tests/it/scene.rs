//! Painted frame numbers survive what recorders do to pictures. Coded by the `ffmpeg` command, which is
//! independent of this crate's reader and writer.

use std::fs;
use std::path::Path;
use std::process::Command;

use cctv_redact::picture::{Layout, Picture, Plane, Planes};
use cctv_redact::scene::{Scene, SceneOptions, read_frame_number};

/// Whether the `ffmpeg` command is there; says so when not.
pub fn ffmpeg_is_missing() -> bool {
    let missing = Command::new("ffmpeg").arg("-version").output().is_err();
    if missing {
        eprintln!("NOT TESTED: the ffmpeg command is not installed");
    }
    missing
}

/// All frames that the `ffmpeg` command decodes from a file, upright, as 8-bit 4:2:0 of this size.
pub fn decoded_by_ffmpeg(path: &Path, width: u32, height: u32) -> Vec<Picture> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-vf", &format!("scale={width}:{height}")])
        .args(["-pix_fmt", "yuv420p", "-f", "rawvideo", "-"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    let layout =
        Layout { width, height, chroma_shift_x: 1, chroma_shift_y: 1, depth: 8, grey: false, full_range: false };
    let sizes = [0, 1, 2].map(|plane| layout.plane_size(plane));
    let frame: usize = sizes.iter().map(|(w, h)| w * h).sum();
    assert_eq!(output.stdout.len() % frame, 0);
    output
        .stdout
        .chunks(frame)
        .map(|mut bytes| {
            let plane = |&(width, height): &(usize, usize)| {
                let (samples, rest) = bytes.split_at(width * height);
                bytes = rest;
                Plane { width, height, samples: samples.to_vec() }
            };
            Picture { layout, planes: Planes::Eight(sizes.iter().map(plane).collect()) }
        })
        .collect()
}

fn numbers_after_coding(options: SceneOptions, first: u32, shown: (u32, u32), coding: &str) -> Vec<Option<u32>> {
    let folder = tempfile::tempdir().unwrap();
    let (raw, coded) = (folder.path().join("raw.yuv"), folder.path().join("coded.mkv"));
    let size = format!("{}x{}", options.width, options.height);
    let scene = Scene::new(options).unwrap();
    let mut bytes = Vec::new();
    for n in first..first + 30 {
        let Planes::Eight(planes) = scene.frame(n).planes else { panic!("scenes have 8 bits") };
        planes.iter().for_each(|plane| bytes.extend_from_slice(&plane.samples));
    }
    fs::write(&raw, bytes).unwrap();
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", &size, "-i"])
        .arg(&raw)
        .args(coding.split_whitespace())
        .arg(&coded)
        .status()
        .unwrap();
    assert!(done.success());
    decoded_by_ffmpeg(&coded, shown.0, shown.1).iter().map(read_frame_number).collect()
}

#[test]
fn every_frame_number_reads_back_after_h264_at_crf_30() {
    if ffmpeg_is_missing() {
        return;
    }
    for (width, height, first) in [(320, 240, 0), (704, 576, 123_456), (1280, 720, 16_000_000)] {
        let options = SceneOptions { width, height, ..Default::default() };
        let read = numbers_after_coding(options, first, (width, height), "-c:v libx264 -preset veryfast -crf 30");
        assert_eq!(read, (first..first + 30).map(Some).collect::<Vec<_>>(), "{width}x{height}");
    }
}

#[test]
fn every_frame_number_reads_back_after_scaling_and_a_change_of_range() {
    if ffmpeg_is_missing() {
        return;
    }
    let options = SceneOptions { width: 1280, height: 720, ..Default::default() };
    let read = numbers_after_coding(options, 77, (321, 241), "-pix_fmt yuvj420p -c:v mjpeg -q:v 9");
    assert_eq!(read, (77..107).map(Some).collect::<Vec<_>>());
}

#[test]
fn a_frame_that_is_missing_shows() {
    if ffmpeg_is_missing() {
        return;
    }
    let drop = "-vf select=not(eq(n\\,7)) -c:v libx264 -preset veryfast -crf 30";
    let read =
        numbers_after_coding(SceneOptions { width: 320, height: 240, ..Default::default() }, 0, (320, 240), drop);
    assert_eq!(read.get(6..8), Some([Some(6), Some(8)].as_slice()));
}
