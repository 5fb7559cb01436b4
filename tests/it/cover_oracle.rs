//! What is covered, where and when, held against an oracle that knows only the contract: in the log and in the pixels.

pub mod case;
pub mod oracle;
mod source;

use std::path::Path;

use serde_json::Value;

use crate::common::decode::{Luma, lumas};
use crate::common::{logged_cover, run, write_tracks};
use crate::scene::ffmpeg_is_missing;
use case::{Case, Role};
use oracle::{Expected, expected};
use source::{BRIGHT, Source};

/// `fill` is a quarter of the luma range, 71 of 255; brighter than this inside a cover is the source. Coding adds less
/// than half the way to the source's bright blocks.
const SHINES_THROUGH: u8 = 130;
/// Pixels around what may be covered, in which coding mixes it with the cover.
const NEAR: usize = 12;

fn first_difference(a: &[bool], b: &[bool], width: usize) -> Option<(usize, usize)> {
    a.iter().zip(b).position(|(&a, &b)| a && !b).map(|place| (place % width, place / width))
}

/// Nothing of the source is inside what must be covered.
fn check_inside(picture: &Luma, expected: &Expected, size: (usize, usize), what: &str) {
    for (place, _) in expected.required.iter().enumerate().filter(|(_, covered)| **covered) {
        let (x, y) = (place % size.0, place / size.0);
        let found = picture.samples[y * picture.width + x];
        assert!(found < SHINES_THROUGH, "{what}: the source shines through at ({x}, {y}): {found}");
    }
}

/// The source is everywhere else: nearly every pixel is on its own side of the middle.
fn check_outside(picture: &Luma, source: &[u8], expected: &Expected, size: (usize, usize), what: &str) {
    // How many pixels may be covered above and to the left of each.
    let (width, height) = size;
    let mut sums = vec![0usize; (width + 1) * (height + 1)];
    for y in 0..height {
        for x in 0..width {
            let at = |dx: usize, dy: usize| sums[(y + dy) * (width + 1) + x + dx];
            sums[(y + 1) * (width + 1) + x + 1] =
                at(1, 0) + at(0, 1) - at(0, 0) + usize::from(expected.allowed[y * width + x]);
        }
    }
    let near = |x: usize, y: usize| {
        let (left, top) = (x.saturating_sub(NEAR), y.saturating_sub(NEAR));
        let (right, bottom) = ((x + NEAR + 1).min(width), (y + NEAR + 1).min(height));
        let at = |x: usize, y: usize| sums[y * (width + 1) + x];
        at(right, bottom) + at(left, top) > at(left, bottom) + at(right, top)
    };
    let (mut seen, mut same) = (0, 0);
    for (place, &wanted) in source.iter().enumerate() {
        let (x, y) = (place % width, place / width);
        if !near(x, y) {
            seen += 1;
            same += usize::from((picture.samples[y * picture.width + x] > 128) == (wanted == BRIGHT));
        }
    }
    assert!(same * 100 >= seen * 98, "{what}: only {same} of {seen} pixels outside the cover are the source's");
}

/// The log's covers hold what must be covered and nothing but what may be.
pub fn check_log(case: &Case, expected: &[Expected], log: &Value, seed: u64) {
    let (item, size) = (&log["items"][0], case.frame.size);
    for (place, expected) in expected.iter().enumerate() {
        let found = logged_cover(item, place, size);
        let less = first_difference(&expected.required, &found, size.0);
        let more = first_difference(&found, &expected.allowed, size.0);
        let what = || format!("seed {seed}, frame {place} of the clip, {case:?}");
        assert_eq!(less, None, "{}: must be covered and is not", what());
        assert_eq!(more, None, "{}: is covered and need not be", what());
    }
    if case.tracks.iter().any(|t| t.role == Role::Subject) {
        let [least, most] = [0, 1].map(|i| expected.iter().filter(|e| e.subject_met[i]).count() as u64);
        let found = item["subject_covered_frames"].as_u64().unwrap();
        eprintln!("the requester is covered in {found} frames, at least {least} and at most {most}");
        assert!((least..=most).contains(&found), "seed {seed}, {case:?}: {found}, not {least} to {most}");
    }
}

fn check(case: &Case, source: Source, footage: &Path, seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let made = run("clip", footage, &write_tracks(folder.path(), &case.json()), &case.options());
    let (from, to) = case.window;
    let expected = expected(case, from..to);
    let what = |frame: usize| format!("seed {seed}, frame {frame} of the footage, {case:?}");
    if !case.all_but && !expected.iter().any(|e| e.anybody) {
        assert_eq!(made.status(), 3, "{}: nobody is covered", what(from));
        return;
    }
    let made = made.ready();
    check_log(case, &expected, &made.log(), seed);
    let size = case.frame.size;
    let mut pictures = 0;
    for (place, picture) in lumas(&made.sent("clip.mp4"), "-noautorotate", "null").enumerate() {
        check_inside(&picture, &expected[place], size, &what(from + place));
        check_outside(&picture, &source.luma(from + place), &expected[place], size, &what(from + place));
        pictures += 1;
    }
    assert_eq!(pictures, to - from);
}

fn random_cases(source: Source, seeds: std::ops::Range<u64>) {
    if ffmpeg_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let footage = source.write(folder.path());
    for seed in seeds {
        check(&Case::random(seed, source.frame()), source, &footage, seed);
    }
}

#[test]
fn ten_frames_a_second_are_covered_as_the_contract_says() {
    random_cases(Source::Slow, 0..16);
}

#[test]
fn twenty_five_frames_a_second_are_covered_as_the_contract_says() {
    random_cases(Source::Fast, 100..112);
}

#[test]
fn odd_sizes_without_subsampling_are_covered_as_the_contract_says() {
    random_cases(Source::Odd444, 200..206);
}

#[test]
fn turned_pictures_are_covered_as_the_contract_says() {
    random_cases(Source::Turned, 300..306);
}

#[test]
fn interlaced_pictures_are_covered_as_the_contract_says() {
    random_cases(Source::Interlaced, 400..406);
}
