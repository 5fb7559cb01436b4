//! Real footage with real tracks, where it is there: times, the picture outside the covers, and how often the
//! requester is covered, all recomputed from the files.

use std::collections::BTreeMap;

use crate::common::decode::{frame_times, lumas};
use crate::common::{Run, logged_cover, real, run};
use crate::cover_oracle::case::{Case, Frame, Gaps, Key, Margin, Role, Track};
use crate::cover_oracle::check_log;
use crate::cover_oracle::oracle::expected;
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

/// A MOTChallenge file's tracks; frames from 1, a row a box: frame, id, left, top, width, height.
fn tracks_of(text: &str, subject: u32, fps: f64) -> Vec<Track> {
    let mut tracks: BTreeMap<u32, Vec<Key>> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let number: Vec<f64> = line.split(',').map(|n| n.trim().parse().unwrap()).collect();
        let [frame, id, x, y, w, h] = number[..6] else { panic!("{line}") };
        let key = Key { time: (frame - 1.0) / fps, by_number: true, shape: [x, y, x + w, y + h], end: false };
        tracks.entry(id as u32).or_default().push(key);
    }
    let track = |(id, mut keys): (u32, Vec<Key>)| {
        keys.sort_by(|a, b| a.time.total_cmp(&b.time));
        let role = if id == subject { Role::Subject } else { Role::ThirdParty };
        Track { role, whole: false, every_frame: true, keys }
    };
    tracks.into_iter().map(track).collect()
}

#[test]
fn people_are_covered_and_the_requester_met_as_the_rows_of_the_track_file_say() {
    let Some((_, tracks, made)) = clip("vtest.avi", (0.0, 80.0), "--subject 5") else { return };
    let frame = Frame { size: (768, 576), grid: (2, 2), quarters: 0, mirrored: false, fps: 10.0, count: 795 };
    let case = Case {
        frame,
        window: (0, 795),
        tracks: tracks_of(&std::fs::read_to_string(tracks).unwrap(), 5, frame.fps),
        margin: Margin::Percent(10.0),
        margin_min: 8.0,
        hold: 0.5,
        bridge: 1.0,
        gaps: Gaps::Absent,
        all_but: false,
    };
    check_log(&case, &expected(&case, 0..795), &made.log(), 0);
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
        assert!(here.1 == 0 || psnr > 36.0, "frame {place}: {psnr} dB");
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
