//! Sample files of every format that describe the same people, read and compared box by box.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::path::Path;

use super::{FORMATS, ReadOptions, native, read, stated_number};
use crate::clock::{Clock, zone};
use crate::error::Kind;
use crate::geometry::BoundingBox;
use crate::request::Obscure;
use crate::tracks::by_clock::place;
use crate::tracks::source::Source;
use crate::tracks::tests::footage;
use crate::tracks::{Sampling, Track, TrackFile, When};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/tracks/formats");
const SIZE: ReadOptions = ReadOptions { size: Some((768, 576)), mot_origin: 0, first_frame: None };

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
        ("kitti_tracking.txt", "kitti", "expected_dense.json", true),
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
fn sample_folders_show_the_same_people() {
    for (name, format, frames_from) in [("deepstream_kitti", "kitti", 0), ("yolo_labels", "yolo", 1)] {
        let (path, Some(truth)) = (Path::new(FOLDER).join(name), expected("expected_dense.json")) else { continue };
        let Ok(source) = Source::read(&path) else {
            eprintln!("absent, not tested: {FOLDER}/{name}");
            continue;
        };
        let file = source.tracks(None, &SIZE).unwrap();
        assert_eq!((file.format, file.annotated), (format, Some((0, 199))));
        let worst = distance(&file, &truth, true);
        assert!(worst < 0.01, "{name}: {worst} pixels apart");
        assert!(
            file.notes.iter().any(|note| note.contains(&format!("counted from {frames_from}"))),
            "{:?}",
            file.notes
        );
        // Anybody can recompute the folder's hash.
        let command = "LC_ALL=C sha256sum * | sha256sum";
        let output = std::process::Command::new("sh").args(["-c", command]).current_dir(&path).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed.split_whitespace().next(), Some(source.sha256.as_str()), "{name}");
    }
}

#[test]
fn a_sample_by_the_wall_clock_shows_the_same_people_at_the_right_start() {
    let (Some(bytes), Some(truth)) = (sample("onvif_metadata.xml"), expected("expected_dense.json")) else { return };
    let read = || read(&bytes, None, &SIZE).unwrap();
    assert_eq!(read().format, "onvif");
    let at = |start: &str, uncertain_nanos| {
        let start = start.parse().unwrap();
        let clock = Clock { start, zone: zone("UTC").unwrap(), error_nanos: 42_000_000_000, uncertain_nanos };
        let mut file = read();
        place(&mut file, Some(&clock), &footage(200, 10), Obscure::ThirdParties).map(|()| file)
    };
    let file = at("2024-03-10T00:59:55.000Z", 0).unwrap();
    let worst = distance(&file, &truth, true);
    assert!(worst < 0.01, "{worst} pixels apart");
    // The recorder's clock error moves the picture and the metadata alike, but another start moves one of them.
    let late = at("2024-03-10T00:59:54.900Z", 0).unwrap();
    assert!(late.tracks[0].keyframes[0].when == When::Frame(1) && late.annotated == Some((1, 199)));
    // Known to the second only, every true box is inside what is covered in its frame.
    for start in ["2024-03-10T00:59:54.100Z", "2024-03-10T00:59:55.900Z"] {
        let wide = at(start, 1_000_000_000).unwrap();
        for (id, boxes) in &truth {
            let found = expand_by_number(wide.tracks.iter().find(|t| t.id == *id).unwrap(), 200);
            for (frame, [left, top, right, bottom]) in boxes {
                let [l, t, r, b] = found[frame].edges();
                let inside = l <= left + 0.01 && t <= top + 0.01 && r >= right - 0.01 && b >= bottom - 0.01;
                assert!(inside, "{id} in frame {frame}");
            }
        }
    }
    let error = at("2024-03-10T01:59:55.000Z", 0).unwrap_err();
    assert!(error.kind() == Kind::Unsafe && error.to_string().contains("+1 hours"), "{error}");
    assert_eq!(place(&mut read(), None, &footage(200, 10), Obscure::ThirdParties).unwrap_err().kind(), Kind::Usage);
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
