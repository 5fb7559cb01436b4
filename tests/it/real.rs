//! Real footage with real tracks, where it is there: times, the picture outside the covers, and how often the
//! requester is covered, all recomputed from the files.

use std::collections::BTreeMap;

use crate::common::decode::{frame_times, lumas};
use crate::common::{Run, logged_cover, real, run};
use crate::scene::ffmpeg_is_missing;

/// Makes a clip of real footage and checks its frames' times against the footage's.
fn clip(name: &str, (from, to): (f64, f64), options: &str) -> Option<(std::path::PathBuf, std::path::PathBuf, Run)> {
    if ffmpeg_is_missing() {
        return None;
    }
    let (footage, tracks) = real(name)?;
    let made = run("clip", &footage, &tracks, &format!("--from {from} --to {to} --gaps absent {options}")).ready();
    let all = frame_times(&footage);
    let window = all.iter().filter(|t| (from..to).contains(&t.since(all[0]).seconds()));
    let times: Vec<_> = window.copied().collect();
    let expected: Vec<_> = times.iter().map(|t| t.since(times[0])).collect();
    assert!(expected.len() > 50);
    assert_eq!(frame_times(&made.sent("clip.mp4")), expected, "{name}");
    let logged = made.log()["items"][0]["verification"]["psnr_outside_db"].as_f64().unwrap();
    assert!(logged > 38.0, "{name}: {logged} dB outside the covers");
    Some((footage, tracks, made))
}

/// Rows of a MOTChallenge file: by id, the box (left, top, right, bottom) in each frame, from 0.
type Rows = BTreeMap<u32, BTreeMap<u32, [f64; 4]>>;

fn rows(text: &str) -> Rows {
    let mut rows = Rows::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let number: Vec<f64> = line.split(',').map(|n| n.trim().parse().unwrap()).collect();
        let [frame, id, x, y, w, h] = number[..6] else { panic!("{line}") };
        rows.entry(id as u32).or_default().insert(frame as u32 - 1, [x, y, x + w, y + h]);
    }
    rows
}

/// By how many pixels two boxes overlap on the axis on which they do so less; negative for their distance.
fn overlap(a: [f64; 4], b: [f64; 4]) -> f64 {
    (a[2].min(b[2]) - a[0].max(b[0])).min(a[3].min(b[3]) - a[1].max(b[1]))
}

fn with_margin(b: [f64; 4]) -> [f64; 4] {
    let (x, y) = (((b[2] - b[0]) / 10.0).max(8.0), ((b[3] - b[1]) / 10.0).max(8.0));
    [b[0] - x, b[1] - y, b[2] + x, b[3] + y]
}

#[test]
fn the_requester_is_covered_as_often_as_the_rows_of_the_track_file_say() {
    let Some((_, tracks, made)) = clip("vtest.avi", (0.0, 80.0), "--subject 5") else { return };
    let rows = rows(&std::fs::read_to_string(tracks).unwrap());
    let others = || rows.iter().filter(|(id, _)| **id != 5).map(|(_, boxes)| boxes);
    let met = |least: f64, reach: u32, room: f64| {
        let meets = |frame: u32, b: [f64; 4]| {
            let [l, t, r, b] = [b[0] - room, b[1] - room, b[2] + room, b[3] + room];
            let near = |o: &BTreeMap<u32, [f64; 4]>| {
                let mut close = o.range(frame.saturating_sub(reach)..=frame + reach).map(|(_, b)| with_margin(*b));
                close.any(|o| overlap(o, [l, t, r, b]) >= least)
            };
            others().any(near)
        };
        rows[&5].iter().filter(|&(&frame, &b)| meets(frame, b)).count()
    };
    // A box with its margin that reaches two chroma cells into the requester's must count; a cover that is never
    // within 40 pixels of it for a second cannot.
    let (least, most) = (met(4.0, 0, 0.0), met(0.0, 10, 40.0));
    let logged = made.log()["items"][0]["subject_covered_frames"].as_u64().unwrap() as usize;
    eprintln!("the requester is covered in {logged} frames; the rows say {least} to {most}");
    assert!((least..=most).contains(&logged), "{logged} of {least} to {most}");
    assert!(logged - least <= rows[&5].len() / 10, "{logged}, though boxes with margins meet in {least} only");
}

#[test]
fn the_picture_outside_the_covers_is_the_footages() {
    let Some((footage, _, made)) = clip("intel_one-by-one-person.mp4", (3.3, 23.3), "") else { return };
    let log = made.log();
    let item = &log["items"][0];
    let first = item["window"]["delivered"]["first_frame"].as_u64().unwrap() as usize;
    assert_eq!(first, 33);
    let (mut squares, mut samples) = (0u64, 0u64);
    let source = lumas(&footage, "", "null").skip(first);
    for (place, (shown, source)) in lumas(&made.sent("clip.mp4"), "", "null").zip(source).enumerate() {
        let covered = logged_cover(item, place, (shown.width, shown.height));
        let mut here = (0u64, 0u64);
        for ((&a, &b), _) in shown.samples.iter().zip(&source.samples).zip(&covered).filter(|(_, covered)| !**covered) {
            here = (here.0 + u64::from(a.abs_diff(b)).pow(2), here.1 + 1);
        }
        let psnr = 10.0 * (255.0f64.powi(2) * here.1 as f64 / here.0 as f64).log10();
        assert!(psnr > 36.0, "frame {place}: {psnr} dB");
        (squares, samples) = (squares + here.0, samples + here.1);
    }
    let psnr = 10.0 * (255.0f64.powi(2) * samples as f64 / squares as f64).log10();
    let logged = item["verification"]["psnr_outside_db"].as_f64().unwrap();
    eprintln!("{psnr:.2} dB outside the covers, logged {logged:.2}");
    assert!(psnr > 38.0 && (psnr - logged).abs() < 1.0, "{psnr} dB, logged {logged}");
}

#[test]
fn cars_keep_their_times_and_their_surroundings() {
    clip("intel_car-detection.mp4", (4.0, 20.04), "--method fill");
}
