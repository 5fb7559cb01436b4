//! Sample files of every format that describe the same people, read and compared box by box.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::path::Path;

use super::{FORMATS, ReadOptions, native, read, stated_number};
use crate::geometry::BoundingBox;
use crate::tracks::{Sampling, Track, TrackFile, When};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/tracks/formats");
const SIZE: ReadOptions = ReadOptions { size: Some((768, 576)), mot_origin: 0 };

/// The boxes of the first `frames` frames, moving linearly in frame number. A model to test readers with.
pub(super) fn expand_by_number(track: &Track, frames: u64) -> BTreeMap<u64, BoundingBox> {
    let number = |when| if let When::Frame(number) = when { number } else { unreachable!("placed by time") };
    let mut boxes = BTreeMap::new();
    for (index, key) in track.keyframes.iter().enumerate().filter(|(_, key)| !key.end) {
        let first = number(key.when);
        boxes.insert(first, key.shape);
        if let (Some(next), false) = (track.keyframes.get(index + 1), track.sampling == Sampling::EveryFrame) {
            let last = number(next.when);
            let share = |frame| (frame - first) as f64 / (last - first) as f64;
            boxes.extend((first + 1..last).map(|frame| (frame, key.shape.lerp(next.shape, share(frame)))));
        }
    }
    boxes.retain(|frame, _| *frame < frames);
    boxes
}

/// A sample file, or nothing, and a line that says so.
fn sample(name: &str) -> Option<Vec<u8>> {
    let file = std::fs::read(Path::new(FOLDER).join(name)).ok();
    if file.is_none() {
        eprintln!("absent, not tested: {FOLDER}/{name}");
    }
    file
}

/// A person's name and, for each frame, left, top, right and bottom edge.
type Person = (String, BTreeMap<u64, [f64; 4]>);

/// The expected boxes by person and frame, in the order of the file.
fn expected(name: &str) -> Option<Vec<Person>> {
    let root: serde_json::Value = serde_json::from_slice(&sample(name)?).unwrap();
    let boxes = |frames: &serde_json::Value| serde_json::from_value::<BTreeMap<u64, [f64; 4]>>(frames.clone()).unwrap();
    Some(root["tracks"].as_object().unwrap().iter().map(|(id, frames)| (id.clone(), boxes(frames))).collect())
}

/// Equal but for the last bit of a number with 17 digits, which serde_json reads to the nearest but one.
fn close(a: BoundingBox, b: BoundingBox) -> bool {
    a.edges().iter().zip(b.edges()).all(|(a, b)| (a - b).abs() < 1e-9)
}

/// The largest distance between an edge and its expectation; the same people in the same frames is asserted.
fn distance(file: &TrackFile, expected: &[Person], ids_too: bool) -> f64 {
    assert_eq!(file.tracks.len(), expected.len());
    let mut worst = 0.0f64;
    for (index, (id, boxes)) in expected.iter().enumerate() {
        let track = if ids_too { file.tracks.iter().find(|track| track.id == *id) } else { file.tracks.get(index) };
        let Some(track) = track else { unreachable!("{id} is not in the file") };
        let found = expand_by_number(track, 10_000);
        assert_eq!(found.keys().collect::<Vec<_>>(), boxes.keys().collect::<Vec<_>>(), "frames of {id}");
        for (edges, wanted) in found.values().map(|shape| shape.edges()).zip(boxes.values()) {
            worst = edges.iter().zip(wanted).map(|(a, b)| (a - b).abs()).fold(worst, f64::max);
        }
    }
    worst
}

#[test]
fn samples_of_every_format_show_the_same_people() {
    for (name, format, truth, ids_too) in [
        ("mot_10col.txt", "mot", "expected_dense.json", true),
        ("mot17_gt_9col.txt", "mot", "expected_dense.json", true),
        ("mot_space.txt", "mot", "expected_dense.json", true),
        ("cvat_video_1.1_full_export.xml", "cvat", "expected_interpolated_kf10.json", false),
        ("cvat_video_1.1_keyframes_only.xml", "cvat", "expected_interpolated_kf10.json", false),
        ("labelstudio_video.json", "label-studio", "expected_interpolated_kf10.json", false),
    ] {
        let (Some(bytes), Some(truth)) = (sample(name), expected(truth)) else { continue };
        let file = read(&bytes, None, &SIZE).unwrap();
        assert_eq!(file.format, format);
        let worst = distance(&file, &truth, ids_too);
        assert!(worst < 0.01, "{name}: {worst} pixels apart");
    }
}

#[test]
fn a_comparison_of_samples_notices_a_hundredth_of_a_pixel() {
    let (Some(bytes), Some(mut truth)) = (sample("mot_space.txt"), expected("expected_dense.json")) else { return };
    truth[3].1.entry(40).and_modify(|edges| edges[2] += 0.02);
    assert!(distance(&read(&bytes, None, &SIZE).unwrap(), &truth, true) > 0.01);
}

#[test]
fn predictions_without_ids_read_too() {
    let Some(bytes) = sample("labelstudio_opossum_1.json") else { return };
    let file = read(&bytes, None, &SIZE).unwrap();
    assert_eq!((file.tracks.len(), file.annotated), (16, Some((0, 34))));
    assert_eq!(file.tracks[0].label.as_deref(), Some("person"));
    // Its one key frame is switched off at once, and drawn in that frame only.
    assert_eq!(expand_by_number(&file.tracks[3], 35).keys().copied().collect::<Vec<_>>(), [0]);
}

#[test]
fn every_sample_survives_the_native_format_and_cvat() {
    for name in [
        "mot17_gt_9col.txt",
        "cvat_video_1.1_full_export.xml",
        "cvat_video_1.1_keyframes_only.xml",
        "labelstudio_video.json",
    ] {
        let Some(bytes) = sample(name) else { continue };
        let file = read(&bytes, None, &SIZE).unwrap();
        let kept = read(&native::write(&file, &stated_number).unwrap(), None, &SIZE).unwrap();
        assert_eq!((&kept.binding, kept.annotated), (&file.binding, file.annotated), "{name}");
        assert_eq!(kept.tracks.len(), file.tracks.len(), "{name}");
        for (before, after) in file.tracks.iter().zip(&kept.tracks) {
            let said = |track: &Track| (track.id.clone(), track.label.clone(), track.sampling, track.keyframes.len());
            assert_eq!(said(before), said(after), "{name}");
            for (a, b) in before.keyframes.iter().zip(&after.keyframes) {
                assert!((a.when, a.end) == (b.when, b.end) && close(a.shape, b.shape), "{name}: {a:?} became {b:?}");
            }
        }
        let cvat = FORMATS.iter().find(|format| format.name == "cvat").unwrap().write.unwrap();
        let again = read(&cvat(&kept, &stated_number).unwrap(), None, &SIZE).unwrap();
        for (before, after) in file.tracks.iter().zip(&again.tracks) {
            let (before, after) = (expand_by_number(before, 10_000), expand_by_number(after, 10_000));
            assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{name}");
            for (a, b) in before.values().zip(after.values()) {
                assert!(close(*a, *b), "{name}");
            }
        }
    }
}
