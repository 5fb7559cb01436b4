//! Several files as one recording: cut out of drawn footage whose frame numbers show in the picture, as recorders cut
//! it, and put together again.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::common::decode::{Time, frame_times, lumas};
use crate::common::{logged_cover, mask, write_tracks};
use crate::frames::number;
use crate::scene::ffmpeg_is_missing;
use crate::tool::{Answer, Desk, ffmpeg, fixture, read_json};

/// 40 frames at 10 a second, 320x240, number painted in.
const FOOTAGE: &str = "hevc.mkv";

/// Cuts the frames `first..end` out of the drawn footage, coded anew.
fn part(desk: &Desk, name: &str, (first, end): (u32, u32), options: &str) -> String {
    let select = format!("select='between(n,{first},{})',setpts=N/10/TB", end - 1);
    let fixture = fixture(FOOTAGE);
    let mut args = vec!["-i", &fixture, "-vf", &select, "-fps_mode", "passthrough", "-crf", "12"];
    if !options.contains("-c:v") {
        args.extend(["-c:v", "libx264", "-preset", "ultrafast"]);
    }
    args.extend(options.split_whitespace());
    args.push(name);
    ffmpeg(&args, &desk.path(""));
    name.to_owned()
}

fn parts(desk: &Desk, wanted: &[(&str, (u32, u32))]) -> Vec<String> {
    wanted.iter().map(|&(name, frames)| part(desk, name, frames, "")).collect()
}

/// A clip of these files with a mask far from the painted number.
fn clip(desk: &Desk, files: &[String], options: &str) -> Answer {
    write_tracks(&desk.path(""), &mask(8, 180, 40, 40));
    let mut args = vec!["clip"];
    args.extend(files.iter().map(String::as_str));
    args.extend(["--tracks", "tracks.json"]);
    args.extend(options.split_whitespace());
    desk.make(&args)
}

fn log(desk: &Desk) -> Value {
    read_json(&desk.pack("R").join("keep/disclosure-log.json"))
}

fn sent(desk: &Desk) -> PathBuf {
    desk.pack("R").join("send/clip.mp4")
}

fn numbers(clip: &Path) -> Vec<u32> {
    lumas(clip, "", "format=yuv420p").map(|luma| number(luma).unwrap()).collect()
}

/// The clip shows these frames at these tenths of a second.
fn shows(desk: &Desk, frames: impl Iterator<Item = u32>, tenths: impl Iterator<Item = i64>) {
    assert_eq!(numbers(&sent(desk)), frames.collect::<Vec<_>>());
    assert_eq!(frame_times(&sent(desk)), tenths.map(|t| Time::new(t, 10)).collect::<Vec<_>>());
}

fn warned(desk: &Desk, words: &[&str]) {
    let log = log(desk);
    let warnings = log["warnings"].as_array().unwrap().iter().map(|w| w.as_str().unwrap());
    assert!(warnings.clone().any(|w| words.iter().all(|word| w.contains(word))), "{words:?} in {warnings:?}");
}

#[test]
fn a_window_over_three_files_has_every_frame_once_at_its_time() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let files = parts(&desk, &[("a.mp4", (0, 13)), ("b.mp4", (13, 27)), ("c.mp4", (27, 40))]);
    clip(&desk, &files, "--from 0.5 --to 3.5").ready();
    shows(&desk, 5..35, 0..30);
    warned(&desk, &["order given", "a.mp4, b.mp4, c.mp4"]);
    let log = log(&desk);
    let of_each = |field: &str| {
        log["items"][0]["footage"].as_array().unwrap().iter().map(|f| f[field].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (of_each("frames"), of_each("first_frame")),
        (vec![13.into(), 14.into(), 13.into()], vec![0.into(), 13.into(), 27.into()])
    );
    assert_eq!(log["items"][0]["window"]["delivered"]["first_frame"], 5);
    assert_eq!(log["items"][0]["window"]["not_covered"], json!([]));
}

#[test]
fn a_window_in_the_second_file_alone_is_cut_out_of_that() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let files = parts(&desk, &[("a.mp4", (0, 13)), ("b.mp4", (13, 40))]);
    clip(&desk, &files, "--from 2.0 --to 2.45").ready();
    shows(&desk, 20..25, 0..5);
}

#[test]
fn names_with_times_put_files_in_order_and_show_the_gap_between_them() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let files = parts(
        &desk,
        &[
            ("cam_20261012_090012.mp4", (20, 40)),
            ("cam_20261012_090000.mp4", (0, 10)),
            ("cam_20261012_090001.mp4", (10, 20)),
        ],
    );
    clip(&desk, &files, "--clock-start filename --from 2026-10-12T09:00:00.5 --to 2026-10-12T09:00:13").ready();
    shows(&desk, 5..30, (0..15).chain(115..125));
    warned(&desk, &["not given in clock order", "090000.mp4, cam_20261012_090001.mp4, cam_20261012_090012.mp4"]);
    let log = log(&desk);
    let missing = &log["items"][0]["window"]["not_covered"];
    assert_eq!(missing.as_array().unwrap().len(), 1, "{missing}");
    assert_eq!(missing[0]["from"], "2026-10-12T09:00:02.000+01:00");
    assert_eq!(missing[0]["to"], "2026-10-12T09:00:12.000+01:00");
    assert_eq!(log["items"][0]["footage"][2]["clock"]["start"], "2026-10-12T09:00:12.000+01:00");

    // The same, where the first file's start is stated and the distances come from the names.
    let desk_2 = Desk::new();
    let files: Vec<String> = files.iter().map(|f| desk_2.copy(desk.path(f).to_str().unwrap(), f)).collect();
    clip(&desk_2, &files, "--clock-start 2026-10-12T10:00:00 --from 2026-10-12T10:00:00.5 --to 2026-10-12T10:00:13")
        .ready();
    shows(&desk_2, 5..30, (0..15).chain(115..125));

    // A still of an instant in the gap is no still; beside it, it is.
    let still = |at: &str| {
        let mut args = vec!["still", "--at", at, "--tracks", "tracks.json", "--clock-start", "filename"];
        args.extend(files.iter().map(String::as_str));
        desk_2.run(
            &[
                &args[..],
                &["--reference", at.split('T').next_back().unwrap().split(':').next_back().unwrap(), "--out", "out"],
            ]
            .concat(),
        )
    };
    still("2026-10-12T09:00:05").stopped(3, &["in a recording gap"]);
    still("2026-10-12T09:00:12.05").ready();
    let shown = lumas(&desk_2.pack("12.05").join("send/still-0001.png"), "", "crop=320:240:0:0,format=yuv444p").next();
    assert_eq!(number(shown.unwrap()), Some(20));
}

#[test]
fn container_times_put_files_in_order_when_they_are_accepted() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let at = |second: u32| format!("-metadata creation_time=2026-10-12T09:00:{second:02}Z");
    let files = [part(&desk, "b.mp4", (20, 40), &at(9)), part(&desk, "a.mp4", (0, 20), &at(0))];
    clip(&desk, &files, "--clock-start container --from 0 --to 20").ready();
    shows(&desk, 0..40, (0..20).chain(90..110));
}

#[test]
fn files_that_follow_by_whole_seconds_are_joined_without_a_gap() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    // The first lasts 1.3 s, the second 1.4: names round down.
    let names =
        [("20261012_090000.mp4", (0, 13)), ("20261012_090001.mp4", (13, 27)), ("20261012_090002.mp4", (27, 40))];
    clip(&desk, &parts(&desk, &names), "--clock-start filename --from 0 --to 9").ready();
    shows(&desk, 0..40, 0..40);
    warned(&desk, &["whole seconds", "0.300 s before", "without a gap"]);
}

#[test]
fn repeated_frames_are_shown_once_and_still_counted() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let files = parts(&desk, &[("20261012_090000.mp4", (0, 30)), ("20261012_090001.mp4", (10, 40))]);
    clip(&desk, &files, "--from 0 --to 9").ready();
    shows(&desk, 0..40, 0..40);
    warned(&desk, &["begins 2.000 s before", "last 20 frames of 20261012_090000.mp4"]);

    // The second file's frames are numbers 30 to 59; the first one's last 20 are not shown.
    let shape = json!([150, 100, 40, 40]);
    let tracks = json!([
        { "id": "by number", "sampling": "every-frame", "keyframes": (52..56).map(|n| json!({ "frame": n, "box": shape })).collect::<Vec<_>>() },
        { "id": "by key frames", "keyframes": [
            { "frame": 40, "box": [10, 20, 20, 20] }, { "frame": 58, "box": [190, 20, 20, 20], "end": true } ] } ]);
    write_tracks(&desk.path(""), &tracks);
    let plain = "--from 0 --to 9 --hold 0 --margin 0px --margin-min 0px --tracks tracks.json --reference B --out out";
    let mut args = vec!["clip", &files[0], &files[1]];
    args.extend(plain.split_whitespace());
    desk.run(&args).ready();
    let log = read_json(&desk.pack("B").join("keep/disclosure-log.json"));
    let covered = |x: usize, y: usize| {
        (0..40).filter(|&n| logged_cover(&log["items"][0], n, (320, 240))[y * 320 + x]).collect::<Vec<_>>()
    };
    // Frames 52 to 55 are painted 32 to 35; one before and one after are held.
    assert_eq!(covered(170, 120), (31..=36).collect::<Vec<_>>());
    // At 10 columns a frame from frame 40, which is painted 20.
    let mask = logged_cover(&log["items"][0], 30, (320, 240));
    let columns: Vec<usize> = (0..320).filter(|x| mask[30 * 320 + x]).collect();
    assert_eq!((columns[0], columns[columns.len() - 1]), (110, 129));

    // The recorded numbers bind: 60 frames.
    let document = json!({ "version": 1, "footage": { "frames": 60 }, "tracks": tracks });
    desk.json("tracks.json", &document);
    clip_again(&desk, &files, "C").ready();
    desk.json("tracks.json", &json!({ "version": 1, "footage": { "frames": 40 }, "tracks": tracks }));
    clip_again(&desk, &files, "D").stopped(3, &["40 frames", "60"]);
}

#[test]
fn what_the_recorder_wrote_into_both_files_is_found_to_the_frame() {
    if ffmpeg_is_missing() {
        return;
    }
    for coded in ["-c:v libx264 -g 5 -bf 0", "-c:v libx264 -g 10 -bf 2", "-c:v mpeg4 -g 5 -q:v 3"] {
        // Names that tell nothing, and names that tell whole seconds, by which the files seem to follow each other.
        for names in [["a.mkv", "b.mkv"], ["20261012_090000.mkv", "20261012_090002.mkv"]] {
            let desk = Desk::new();
            part(&desk, "whole.mkv", (0, 40), &format!("{coded} -pix_fmt yuv420p"));
            ffmpeg(&["-i", "whole.mkv", "-t", "3", "-c", "copy", names[0]], &desk.path(""));
            ffmpeg(&["-ss", "2", "-i", "whole.mkv", "-c", "copy", names[1]], &desk.path(""));
            clip(&desk, &names.map(str::to_owned), "--from 0 --to 9").ready();
            assert_eq!(numbers(&sent(&desk)), (0..40).collect::<Vec<_>>(), "{coded} {names:?}");
            warned(&desk, &["coded pictures", "only"]);
        }
    }
}

fn clip_again(desk: &Desk, files: &[String], reference: &str) -> Answer {
    let mut args = vec!["clip"];
    args.extend(files.iter().map(String::as_str));
    args.extend("--tracks tracks.json --from 0 --to 9 --out out --reference".split_whitespace());
    args.push(reference);
    desk.run(&args)
}

#[test]
fn files_in_different_containers_are_joined_exactly() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let files = parts(&desk, &[("a.mp4", (0, 13)), ("b.ts", (13, 27)), ("c.avi", (27, 33)), ("d.mkv", (33, 40))]);
    clip(&desk, &files, "--from 0 --to 9").ready();
    shows(&desk, 0..40, 0..40);
}

#[test]
fn raw_files_follow_one_another_at_the_rate_that_is_given() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let files = [("a.h264", (0, 13)), ("b.h264", (13, 27)), ("c.h264", (27, 40))];
    clip(&desk, &parts(&desk, &files), "--from 0.5 --to 3.5 --fps 10").ready();
    shows(&desk, 5..35, 0..30);
}

#[test]
fn boxes_given_by_running_numbers_land_on_their_frames() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let files = parts(&desk, &[("a.mp4", (0, 13)), ("b.mp4", (13, 40))]);
    let keys: Vec<Value> = (11..20).map(|n| json!({ "frame": n, "box": [10 * n, 100, 20, 20] })).collect();
    write_tracks(&desk.path(""), &json!([{ "id": "1", "sampling": "every-frame", "keyframes": keys }]));
    let mut args = vec!["clip", &files[0], &files[1]];
    args.extend("--from 1.1 --to 1.9 --margin 0px --margin-min 0px --tracks tracks.json".split_whitespace());
    desk.make(&args).ready();
    let log = log(&desk);
    for place in 0..8 {
        let mask = logged_cover(&log["items"][0], place, (320, 240));
        let first = (0..320).position(|x| mask[110 * 320 + x]);
        assert_eq!(first, Some(10 * (11 + place)), "frame {place} of the clip");
    }
}

#[test]
fn files_that_cannot_be_one_recording_are_refused_with_both_named() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    write_tracks(&desk.path(""), &mask(8, 180, 40, 40));
    let a = part(&desk, "a.mp4", (0, 13), "");
    let small = part(&desk, "small.mp4", (13, 27), "-s 160x120");
    let upright = part(&desk, "upright.mp4", (13, 27), "");
    ffmpeg(&["-i", &upright, "-c", "copy", "-metadata:s:v", "rotate=90", "turned.mp4"], &desk.path(""));
    let turned = "turned.mp4".to_owned();
    let wide = part(&desk, "wide.mp4", (13, 27), "-aspect 2:1");
    let full = part(&desk, "fine.mp4", (13, 27), "-pix_fmt yuv444p");
    let again = desk.copy(desk.path("a.mp4").to_str().unwrap(), "again.mp4");
    let refused = |status: i32, files: &[&String], says: &[&str]| {
        let mut args = vec!["clip"];
        args.extend(files.iter().map(|f| f.as_str()));
        args.extend("--tracks tracks.json --from 0 --to 9".split_whitespace());
        desk.refuses(status, &args, says);
    };
    refused(1, &[&a, &small], &["a.mp4", "small.mp4", "320x240", "160x120", "00:00:01.300"]);
    refused(1, &[&a, &turned], &["a.mp4", "turned.mp4", "degrees"]);
    refused(1, &[&a, &wide], &["a.mp4", "wide.mp4", "pixels"]);
    refused(1, &[&a, &full], &["a.mp4", "fine.mp4", "yuv444p"]);
    refused(2, &[&a, &small, &again], &["a.mp4", "again.mp4", "same recording"]);
    // By their names one begins while the other is far from over, or lies inside it.
    let long = part(&desk, "20261012_090000.mp4", (0, 40), "-vf setpts=N*0.3/TB -frames:v 40");
    let late = part(&desk, "20261012_090006.mp4", (0, 10), "-vf setpts=N*0.5/TB");
    let inside = part(&desk, "20261012_090007.mp4", (0, 10), "");
    refused(3, &[&long, &late], &["090000.mp4", "090006.mp4", "6.0"]);
    refused(3, &[&long, &inside], &["090000.mp4", "090007.mp4"]);
    // One without a date in its name, when the names are to tell.
    let args = ["clip", &long, &a, "--clock-start", "filename", "--tracks", "tracks.json", "--from", "0", "--to", "9"];
    desk.refuses(2, &args, &["a.mp4", "file name"]);
}

#[test]
fn a_pack_from_several_files_is_checked_again_with_all_of_them() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let files = parts(&desk, &[("20261012_090000.mp4", (0, 20)), ("20261012_090009.mp4", (20, 40))]);
    clip(&desk, &files, "--from 1 --to 10").ready();
    shows(&desk, (10..20).chain(20..30), (0..10).chain(80..90));
    // Under other names, in another order: what was found then counts.
    for (from, to) in [(&files[0], "x.mp4"), (&files[1], "w.mp4")] {
        desk.copy(desk.path(from).to_str().unwrap(), to);
    }
    let all = desk.run(&["verify", "out/R", "--footage", "w.mp4", "--footage", "x.mp4"]).ready();
    assert!(!(all.out.clone() + &all.err).contains("needs --footage"), "{} {}", all.out, all.err);
    let one = desk.run(&["verify", "out/R", "--footage", "x.mp4"]).ready();
    assert!((one.out.clone() + &one.err).contains("needs --footage"), "{} {}", one.out, one.err);
    part(&desk, "other.mp4", (20, 40), "-crf 40");
    desk.run(&["verify", "out/R", "--footage", "other.mp4"]).stopped(3, &["other.mp4", "not made from"]);
    let check = desk.run(&["tracks", "check", "tracks.json", "--footage", "x.mp4", "--footage", "w.mp4"]).ready();
    assert!((check.out.clone() + &check.err).contains("40 frames"), "{} {}", check.out, check.err);
}

#[test]
fn a_batch_does_not_do_a_request_of_several_files_again() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let files = parts(&desk, &[("20261012_090009.mp4", (20, 40)), ("20261012_090000.mp4", (0, 20))]);
    write_tracks(&desk.path(""), &mask(8, 180, 40, 40));
    let item =
        json!({ "kind": "clip", "footage": files, "from": "1", "to": "10", "tracks": [{ "file": "tracks.json" }] });
    desk.json("batch.json", &json!({ "version": 1, "requests": [{ "version": 1, "reference": "R", "redacted_by": { "role": "controller" }, "items": [item] }] }));
    let run = || {
        desk.run(&["batch", "batch.json", "--out", "out"]).ready();
        read_json(&desk.path("out/summary.json"))["requests"][0].clone()
    };
    assert_eq!(run()["reason"], Value::Null);
    assert!(run()["reason"].as_str().unwrap().contains("made before"));
    part(&desk, "20261012_090000.mp4", (0, 20), "-crf 40");
    let again = desk.run(&["batch", "batch.json", "--out", "out"]);
    assert_eq!(again.status, 1);
    assert!(
        read_json(&desk.path("out/summary.json"))["requests"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("footage has changed")
    );
}

#[test]
fn smart_rendering_copies_within_one_file_and_says_why_not_across_two() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let coded = |name: &str, frames| part(&desk, name, frames, "-c:v libx264 -g 5 -bf 0 -pix_fmt yuv420p");
    let files = [coded("a.mp4", (0, 13)), coded("b.mp4", (13, 40))];
    write_tracks(
        &desk.path(""),
        &json!([{ "id": "1", "keyframes": [
        { "frame": 36, "box": [40, 100, 40, 40] }, { "frame": 38, "box": [40, 100, 40, 40], "end": true } ] }]),
    );
    let run = |reference: &str, window: [&str; 2]| {
        let args = ["clip", &files[0], &files[1], "--tracks", "tracks.json", "--hold", "0", "--render", "smart"];
        desk.run(
            &[&args[..], &["--from", window[0], "--to", window[1], "--reference", reference, "--out", "out"]].concat(),
        )
        .ready();
        let log = read_json(&desk.pack(reference).join("keep/disclosure-log.json"));
        (log["items"][0]["rendering"].clone(), numbers(&desk.pack(reference).join("send/clip.mp4")))
    };
    let (within, shown) = run("within", ["1.3", "9"]);
    assert_eq!(
        (&within["used"], within["copied_frames"].as_u64() > Some(9), shown),
        (&"smart".into(), true, (13..40).collect())
    );
    let (across, shown) = run("across", ["1", "9"]);
    assert_eq!((&across["used"], shown), (&"full".into(), (10..40).collect()));
    assert!(across["why"].as_str().unwrap().contains("another file"), "{across}");
}

/// A real recording in the format whose frames carry the time of day, cut where its packets are: as good as whole.
#[test]
fn dahua_files_are_put_together_by_the_times_of_their_frames() {
    let dav = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/footage/vtest_dahua.dav");
    if ffmpeg_is_missing() || !dav.exists() {
        eprintln!("NOT TESTED: {} is not there", dav.display());
        return;
    }
    let desk = Desk::new();
    let bytes = std::fs::read(&dav).unwrap();
    // A packet begins with these bytes where its frame can be decoded alone.
    let keys: Vec<usize> = (0..bytes.len() - 5).filter(|&i| &bytes[i..i + 5] == b"DHAV\xfd").collect();
    let cut = keys[keys.len() / 2];
    let files = [desk.write("2.dav", &bytes[cut..]), desk.write("1.dav", &bytes[..cut])];
    desk.write("whole.dav", &bytes);
    let probed =
        |file: &str| -> Value { serde_json::from_str(&desk.run(&["probe", file, "--json"]).ready().out).unwrap() };
    let (whole, first) = (probed("whole.dav"), probed("1.dav"));
    let join = first["seconds"].as_f64().unwrap();
    let (from, to) = ((join - 1.0).to_string(), (join + 1.5).to_string());
    write_tracks(&desk.path(""), &mask(8, 180, 40, 40));
    let make = |reference: &str, files: &[&str]| {
        let args = ["--tracks", "tracks.json", "--from", &from, "--to", &to, "--out", "out", "--reference", reference];
        desk.run(&[&["clip"], files, &args].concat()).ready();
        let log = read_json(&desk.pack(reference).join("keep/disclosure-log.json"));
        (frame_times(&desk.pack(reference).join("send/clip.mp4")), log["items"][0]["window"].clone())
    };
    let (times, window) = make("parts", &[&files[0], &files[1]]);
    let (whole_times, whole_window) = make("whole", &["whole.dav"]);
    assert_eq!((times, window), (whole_times, whole_window));
    assert!(whole["frames"].as_u64() > first["frames"].as_u64());
}
