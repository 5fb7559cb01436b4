//! Where a track has no box: what stops the run, what is bridged, and what is covered all the same. Literal cases,
//! on footage of ten frames a second.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use crate::common::{Run, fixture, logged_cover, run, write_tracks};

fn on(tracks: &Value, options: &str) -> Run {
    let folder = tempfile::tempdir().unwrap();
    run("clip", &fixture("hevc.mkv"), &write_tracks(folder.path(), tracks), options)
}

/// Somebody with a box in frames 3 to 9 at column 40, and again from another frame on at column 140.
fn gap_until(again: u32) -> Value {
    let boxes = (3..10).chain(again..again + 5);
    let keys: Vec<Value> =
        boxes.map(|n| json!({ "frame": n, "box": [if n < 10 { 40 } else { 140 }, 100, 40, 40] })).collect();
    json!([{ "id": "1", "sampling": "every-frame", "keyframes": keys }])
}

/// The frames in which a pixel is covered.
fn covered_at(made: &Run, x: usize, y: usize) -> Vec<usize> {
    let log = made.log();
    (0..40).filter(|&n| logged_cover(&log["items"][0], n, (320, 240))[y * 320 + x]).collect()
}

fn frames(range: RangeInclusive<usize>) -> Vec<usize> {
    range.collect()
}

const WHOLE: &str = "--from 0 --to 4";

#[test]
fn a_gap_longer_than_the_bridge_stops_the_run_and_says_where() {
    let made = on(&gap_until(20), WHOLE);
    made.stopped(3);
    assert!(made.errors().contains("1.000000000") && made.errors().contains("2.000000000"), "{}", made.errors());
}

#[test]
fn a_gap_of_just_the_bridge_is_interpolated() {
    let made = on(&gap_until(19), WHOLE).ready();
    // Ten columns a frame, from 32 to 88 with its margin: past column 60 in frame 12, over column 110 on the way.
    assert_eq!(covered_at(&made, 60, 120), frames(0..=11));
    // And again in the hold, which grows as fast as that movement, still within the last half second.
    assert_eq!(covered_at(&made, 110, 120), [frames(12..=16), frames(26..=28)].concat());
}

#[test]
fn a_long_gap_outside_the_window_does_not_stop_the_run() {
    assert_eq!(covered_at(&on(&gap_until(20), "--from 0 --to 1").ready(), 60, 120), frames(0..=39));
    on(&gap_until(20), "--from 2 --to 4").ready();
    on(&gap_until(20), "--from 1.9 --to 4").stopped(3);
}

#[test]
fn an_absence_that_is_stated_is_covered_for_the_hold_only() {
    let made = on(&gap_until(20), &format!("{WHOLE} --gaps absent")).ready();
    assert_eq!(covered_at(&made, 60, 120), frames(0..=14));
    assert_eq!(covered_at(&made, 160, 120), frames(15..=29));
}

#[test]
fn a_covered_gap_is_covered_from_end_to_end() {
    let made = on(&gap_until(20), &format!("{WHOLE} --gaps cover")).ready();
    assert_eq!(covered_at(&made, 60, 120), frames(0..=19));
    assert_eq!(covered_at(&made, 110, 120), frames(10..=19));
    assert_eq!(covered_at(&made, 160, 120), frames(10..=29));
}

#[test]
fn without_a_hold_one_frame_is_held() {
    let made = on(&gap_until(20), &format!("{WHOLE} --gaps absent --hold 0")).ready();
    assert_eq!(covered_at(&made, 60, 120), frames(2..=10));
}

#[test]
fn somebody_marked_between_two_frames_only_is_not_lost() {
    let shape = json!([100, 100, 40, 40]);
    let tracks = json!([{ "id": "1", "keyframes": [
        { "time": 1.01, "box": shape }, { "time": 1.06, "box": shape, "end": true },
        { "time": 3.01, "box": shape }, { "time": 3.06, "box": shape, "end": true }] }]);
    assert_eq!(covered_at(&on(&tracks, WHOLE).ready(), 120, 120), [frames(5..=15), frames(25..=35)].concat());
}
