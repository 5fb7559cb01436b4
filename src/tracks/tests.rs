//! Tracks held against footage that exists in memory only.

#![allow(clippy::unwrap_used)]

use super::by_clock::place;
use super::fit;
use super::{Binding, KeyFrame, Sampling, Track, TrackFile, When};
use crate::clock::{Clock, zone};
use crate::error::{Kind, Result};
use crate::footage::{Clocks, Colour, Footage, Frame, Numbering, Part};
use crate::geometry::{BoundingBox, Orientation};
use crate::picture::Layout;
use crate::request::Obscure;
use crate::time::TimeBase;

/// Footage of 768x576 with so many frames at so many a second.
pub(crate) fn footage(frames: u32, fps: i32) -> Footage {
    let frame = |n: u32| Frame { ticks: i64::from(n), order: n, decode_ticks: None, key: n.is_multiple_of(10) };
    let layout = Layout {
        width: 768,
        height: 576,
        chroma_shift_x: 1,
        chroma_shift_y: 1,
        depth: 8,
        grey: false,
        full_range: false,
    };
    let time_base = TimeBase { num: 1, den: fps };
    let part = Part {
        path: "yard.mp4".into(),
        name: "yard.mp4".into(),
        bytes: 1,
        cut_off: false,
        sha256: "0".repeat(64),
        container: "mov".into(),
        codec: "h264".into(),
        stream: 0,
        streams: Vec::new(),
        has_audio: false,
        time_base,
        first_tick: 0,
        early: None,
        counted: false,
        numbering: Numbering::Packets,
        clocks: Clocks::default(),
        frames: 0..frames as usize,
        begins: 0,
        repeated: Vec::new(),
    };
    Footage {
        name: part.name.clone(),
        sha256: part.sha256.clone(),
        parts: vec![part],
        joined: Vec::new(),
        layout,
        pixel_format: "yuv420p".into(),
        orientation: Orientation::default(),
        sample_aspect: (1, 1),
        colour: Colour { space: 2, primaries: 2, transfer: 2, chroma_location: 0, full_range: None },
        interlaced: false,
        time_base,
        frames: (0..frames).map(frame).collect(),
        last_duration: 1,
        median_interval: 1,
        flagged: Vec::new(),
    }
}

const NOON: &str = "2026-10-12T12:00:00Z";

/// Boxes at tenths of a second from noon, first and last, with their left edges.
fn sightings(seen: &[(i64, i64, f64)]) -> TrackFile {
    let noon: jiff::Timestamp = NOON.parse().unwrap();
    let at = |tenths: i64| noon + jiff::SignedDuration::from_millis(tenths * 100);
    let key = |&(from, until, x): &(i64, i64, f64)| KeyFrame {
        when: When::Clock { from: at(from), until: at(until) },
        shape: BoundingBox::new(x, 10.0, 20.0, 30.0),
        end: false,
    };
    let track = Track {
        id: "1".into(),
        label: None,
        role: None,
        shown_because: None,
        justification: None,
        whole: false,
        sampling: Sampling::EveryFrame,
        keyframes: seen.iter().map(key).collect(),
    };
    let times = seen.first().zip(seen.last()).map(|(a, b)| (at(a.0), at(b.1)));
    let binding = Binding { times, ..Binding::default() };
    TrackFile { format: "onvif", binding, annotated: None, tracks: vec![track], notes: Vec::new() }
}

/// Frame, left edge and width.
type Placed = (u64, f64, f64);

/// The boxes on 20 frames of 10 a second, from noon.
fn placed(seen: &[(i64, i64, f64)], uncertain_nanos: i64, obscure: Obscure) -> Result<(TrackFile, Vec<Placed>)> {
    let clock =
        Clock { start: NOON.parse().unwrap(), zone: zone("Europe/London").unwrap(), error_nanos: 0, uncertain_nanos };
    let mut file = sightings(seen);
    place(&mut file, Some(&clock), &footage(20, 10), obscure)?;
    let boxes = file.tracks.iter().flat_map(|t| &t.keyframes).map(|key| match key.when {
        When::Frame(frame) => (frame, key.shape.x, key.shape.w),
        _ => unreachable!("not placed"),
    });
    let boxes = boxes.collect();
    Ok((file, boxes))
}

#[test]
fn a_box_by_the_clock_falls_on_the_nearest_frame_and_one_that_stands_on_all() {
    let boxes = |seen: &[(i64, i64, f64)]| placed(seen, 0, Obscure::AllButSubject).unwrap().1;
    assert_eq!(boxes(&[(3, 3, 5.0), (7, 9, 6.0)]), [(3, 5.0, 20.0), (7, 6.0, 20.0), (8, 6.0, 20.0), (9, 6.0, 20.0)]);
    // Two that fall on one frame are one box around both.
    assert_eq!(boxes(&[(3, 3, 5.0), (3, 3, 45.0)]), [(3, 5.0, 60.0)]);
    // Just before the first frame and just after the last still count; what is of another time does not.
    assert_eq!(boxes(&[(-50, -50, 1.0), (-9, -9, 2.0), (25, 25, 3.0)]), [(0, 2.0, 20.0), (19, 3.0, 20.0)]);
    let file = placed(&[(-50, -50, 1.0), (2, 2, 2.0)], 0, Obscure::AllButSubject).unwrap().0;
    assert!(file.notes.iter().any(|n| n.starts_with("1 of 2 boxes")), "{:?}", file.notes);
    assert_eq!(file.annotated, Some((0, 2)));
}

#[test]
fn a_start_known_to_the_second_covers_a_second_around_and_shows_nobody_by_it() {
    let seen = [(5, 5, 5.0), (18, 18, 45.0)];
    let boxes = placed(&seen, 1_000_000_000, Obscure::ThirdParties).unwrap().1;
    let expected: Vec<_> = (0..20)
        .map(|f| {
            if f < 8 {
                (f, 5.0, 20.0)
            } else if f < 16 {
                (f, 5.0, 60.0)
            } else {
                (f, 45.0, 20.0)
            }
        })
        .collect();
    assert_eq!(boxes, expected);
    let refused = placed(&seen, 1_000_000_000, Obscure::AllButSubject).unwrap_err();
    assert!(refused.kind() == Kind::Unsafe && refused.to_string().contains("fraction"), "{refused}");
}

#[test]
fn times_of_another_hour_are_refused_with_the_likely_cause() {
    let error = placed(&[(36_000, 36_000, 5.0)], 0, Obscure::ThirdParties).unwrap_err();
    assert!(error.kind() == Kind::Unsafe && error.to_string().contains("-1 hours"), "{error}");
    let error = placed(&[(9_999_999, 9_999_999, 5.0)], 0, Obscure::ThirdParties).unwrap_err();
    assert!(error.kind() == Kind::Unsafe && error.to_string().contains("2026-10-24"), "{error}");
}

/// Boxes of somebody who walks through the whole picture, one for each frame number.
fn walk(numbers: impl Iterator<Item = u64>, (width, height): (f64, f64)) -> TrackFile {
    let mut file = sightings(&[(0, 0, 0.0)]);
    file.binding = Binding::default();
    let numbers: Vec<u64> = numbers.collect();
    let key = |&frame: &u64| {
        let share = (frame % 100) as f64 / 99.0;
        let shape = BoundingBox::new(share * (width - 40.0), share * (height - 90.0), 40.0, 90.0);
        KeyFrame { when: When::Frame(frame), shape, end: false }
    };
    file.tracks[0].keyframes = numbers.iter().map(key).collect();
    file
}

#[test]
fn tracks_made_at_another_size_are_told_by_how_far_they_reach() {
    let yard = footage(200, 10);
    let judge = |size| fit::boxes(&walk(0..200, size), &yard, false);
    assert_eq!(judge((768.0, 576.0)).unwrap(), [""; 0]);
    for (made, named) in [((384.0, 288.0), "384x288"), ((640.0, 480.0), "640x480"), ((352.0, 264.0), "")] {
        let said = judge(made).unwrap().join("; ");
        assert!(
            if named.is_empty() { said.is_empty() } else { said.contains(&format!("--tracks-size {named}")) },
            "{said}"
        );
    }
    let larger = judge((1920.0, 1440.0)).unwrap_err();
    assert!(larger.kind() == Kind::Unsafe && !larger.to_string().contains("made at"), "{larger}");
    let double = judge((3072.0, 2304.0)).unwrap_err();
    assert!(double.kind() == Kind::Unsafe && double.to_string().contains("made at 3072x2304?"), "{double}");
    // Who never comes near the edges could be anywhere.
    let mut file = walk(0..200, (384.0, 288.0));
    file.tracks[0].keyframes.truncate(80);
    assert_eq!(fit::boxes(&file, &yard, false).unwrap(), [""; 0]);
}

#[test]
fn tracks_numbered_otherwise_are_told_by_how_far_they_count() {
    let size = (768.0, 576.0);
    let judge = |numbers: &mut dyn Iterator<Item = u64>| fit::boxes(&walk(numbers, size), &footage(200, 10), false);
    assert_eq!(judge(&mut (0..200)).unwrap(), [""; 0]);
    assert_eq!(judge(&mut (1..200)).unwrap(), [""; 0]);
    assert!(judge(&mut (1..201)).unwrap().join("").contains("numbered from 1?"));
    // Somebody at frame 0 as well: too long, but not numbered from 1.
    assert_eq!(judge(&mut (0..201)).unwrap(), [""; 0]);
    for (last, rate) in [(400, "20"), (500, "25"), (240, "12")] {
        let error = judge(&mut (0..last)).unwrap_err();
        assert!(
            error.kind() == Kind::Unsafe && error.to_string().contains(&format!("one of {rate} frames")),
            "{error}"
        );
    }
    // A recording cut short keeps its numbers.
    assert_eq!(judge(&mut (0..215)).unwrap(), [""; 0]);
    assert!(judge(&mut (200..400)).unwrap_err().what().contains("after the end"));
}

#[test]
fn a_tool_that_counted_the_whole_recording_at_another_rate_is_found_out() {
    let annotated = |format, last| {
        let mut file = walk(0..50, (768.0, 576.0));
        (file.format, file.annotated) = (format, Some((0, last)));
        fit::boxes(&file, &footage(200, 10), false)
    };
    assert_eq!(annotated("label-studio", 199).unwrap(), [""; 0]);
    for last in [99, 479] {
        assert!(annotated("label-studio", last).unwrap_err().to_string().contains("another frame rate?"), "{last}");
    }
    // A job of CVAT's may be a part of its task.
    assert!(annotated("cvat", 99).unwrap().join("").contains("one of 5 frames a second"));
    assert_eq!(annotated("cvat", 89).unwrap(), [""; 0]);
    // A working copy of half of it is bound to it, and has half its frames.
    let mut half = walk(0..50, (768.0, 576.0));
    (half.format, half.annotated) = ("label-studio", Some((0, 99)));
    assert_eq!(fit::boxes(&half, &footage(200, 10), true).unwrap(), [""; 0]);
    let mut bound = walk(0..50, (768.0, 576.0));
    bound.binding.frames = Some(400);
    let yard = footage(200, 10);
    let error = fit::binding(&bound, None, &fit::of(&yard), Some(&yard)).unwrap_err();
    assert!(error.what().contains("400 frames") && error.to_string().contains("one of 20 frames"), "{error}");
}

/// Real tracks spoilt in ways that happen, where they are there.
#[test]
fn real_tracks_that_are_spoilt_are_found_out_and_as_they_are_fit() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/tracks/vtest.mot.txt");
    let Ok(bytes) = std::fs::read(path) else {
        eprintln!("absent, not tested: {path}");
        return;
    };
    let real = || super::formats::read(&bytes, Some("mot"), &Default::default()).unwrap();
    let spoilt = |scale: f64, number: &dyn Fn(u64) -> u64| {
        let mut file = real();
        for key in file.tracks.iter_mut().flat_map(|track| &mut track.keyframes) {
            key.shape = key.shape.scaled(scale, scale);
            let When::Frame(frame) = key.when else { unreachable!() };
            key.when = When::Frame(number(frame));
        }
        fit::boxes(&file, &footage(795, 10), false)
    };
    assert_eq!(spoilt(1.0, &|n| n).unwrap(), [""; 0]);
    assert!(spoilt(0.5, &|n| n).unwrap().join("").contains("--tracks-size 384x288"));
    assert!(spoilt(2.0, &|n| n).unwrap_err().to_string().contains("made at 1536x1152?"));
    assert!(spoilt(1.0, &|n| n + 1).unwrap().join("").contains("numbered from 1?"));
    assert!(spoilt(1.0, &|n| 2 * n).unwrap_err().to_string().contains("one of 20 frames a second"));
    assert!(spoilt(1.0, &|n| n * 5 / 2).unwrap_err().to_string().contains("one of 25 frames a second"));
}
