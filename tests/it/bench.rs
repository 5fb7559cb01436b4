//! `bench` and `--stats`: the drawn clip is what it says in every format, and the figures add up.

use std::fs;
use std::path::Path;
use std::process::Command;

use cctv_redact::bench::TRACKS;
use cctv_redact::contain::Place;
use cctv_redact::cover::Cover;
use cctv_redact::disclose::{Named, Settings, assess};
use cctv_redact::progress::Silent;
use cctv_redact::request::{Item, Kind, Seconds, TrackSource};
use cctv_redact::scene::read_frame_number;
use serde_json::Value;

use crate::scene::decoded_by_ffmpeg;
use crate::tool::{Desk, ffmpeg_is_missing, fixture, listing, read_json, tracks_of};

/// A small clip: 30 frames, three regions of 40x80 in the 10 in the middle.
const SMALL: &str = "bench --size 320x240 --seconds 3 --fps 10 --key-interval 12 --regions 3 --region-size 40x80 \
                     --covered 1s";
const FRAMES: u64 = 30;

fn bench(desk: &Desk, more: &str) -> crate::tool::Answer {
    desk.run(&SMALL.split_whitespace().chain(more.split_whitespace()).collect::<Vec<_>>())
}

/// What is covered in every frame of the clip in `folder` by one of its track files.
fn covers(folder: &Path, tracks: &str) -> Vec<(usize, Cover)> {
    let mut item = Item::new(Kind::Clip, vec!["clip.mp4".to_owned()]);
    (item.from, item.to) = (Some("0".to_owned()), Some("3".to_owned()));
    (item.margin, item.margin_min) = (Some("0px".to_owned()), Some("0px".to_owned()));
    item.hold = Some(Seconds::Number(0.0));
    item.tracks = vec![TrackSource { file: tracks.to_owned(), sha256: None }];
    let named = Named { item: &item, place: 0, of: 1, base: folder };
    assess(&named, &Settings { threads: 1, pin_ids: false, place: Place::Here }, &Silent).unwrap().plan.covers
}

/// Frame and box of every row of the clip's MOTChallenge file, read by hand: frames from 0; left, top, width, height.
fn rows(folder: &Path) -> Vec<(usize, [f64; 4])> {
    let text = fs::read_to_string(folder.join("tracks.mot.txt")).unwrap();
    let row = |line: &str| {
        let n: Vec<f64> = line.split(',').map(|column| column.parse().unwrap()).collect();
        (n[0] as usize - 1, [n[2], n[3], n[4], n[5]])
    };
    text.lines().map(row).collect()
}

#[test]
fn every_track_format_of_the_drawn_clip_covers_the_same_pixels() {
    let desk = Desk::new();
    bench(&desk, "--emit clip --runs 0").ready();
    let folder = desk.path("clip");
    let native = covers(&folder, TRACKS[0]);
    for other in &TRACKS[1..] {
        assert_eq!(covers(&folder, other), native, "{other}");
    }
    let rows = rows(&folder);
    assert_eq!(rows.len(), 3 * 10);
    for (frame, cover) in &native {
        let mine: Vec<_> = rows.iter().filter(|(n, _)| n == frame).collect();
        assert_eq!(mine.len(), if (10..20).contains(frame) { 3 } else { 0 }, "{frame}");
        for (_, [x, y, w, h]) in mine {
            let found = cover.boxes.iter().find(|b| f64::from(b.x0) == x.floor() && f64::from(b.y0) == y.floor());
            let b = found.unwrap_or_else(|| panic!("frame {frame}: nothing at {x}, {y} in {cover:?}"));
            assert_eq!((b.width(), b.height()), (40, 80));
            assert!(f64::from(b.x1) >= x + w && f64::from(b.y1) >= y + h);
        }
        // A hold lasts a frame at least; beyond that nothing is covered.
        let expected = if (10..20).contains(frame) {
            3..=3
        } else if (9..=20).contains(frame) {
            1..=3
        } else {
            0..=0
        };
        assert!(expected.contains(&cover.boxes.len()), "frame {frame}: {cover:?}");
    }
    let places: Vec<_> = native[10..20].iter().map(|(_, cover)| &cover.boxes).collect();
    assert!(places.windows(2).any(|w| w[0] != w[1]), "the regions do not move");
}

/// The lines that FFmpeg's own `framehash` prints for a file, but for its comments.
fn framehash(path: &Path) -> Vec<String> {
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args("-f framehash -hash sha256 -".split(' '))
        .output();
    let done = done.unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    uncommented(&String::from_utf8(done.stdout).unwrap())
}

fn uncommented(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn the_hashes_are_those_of_the_frames_as_drawn_and_the_clip_shows_these_frames_in_order() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    bench(&desk, "--emit clip --runs 0 --raw").ready();
    let written = uncommented(&fs::read_to_string(desk.path("clip/frames.sha256")).unwrap());
    assert_eq!(written.len() as u64, FRAMES);
    let raw = desk.path("clip/frames.y4m");
    assert_eq!(framehash(&raw), written);
    let drawn = decoded_by_ffmpeg(&raw, 320, 240);
    let coded = decoded_by_ffmpeg(&desk.path("clip/clip.mp4"), 320, 240);
    let numbers: Vec<_> = coded.iter().map(read_frame_number).collect();
    assert_eq!(numbers, (0..FRAMES as u32).map(Some).collect::<Vec<_>>());
    for (n, (a, b)) in drawn.iter().zip(&coded).enumerate() {
        let (cctv_redact::picture::Planes::Eight(a), cctv_redact::picture::Planes::Eight(b)) = (&a.planes, &b.planes)
        else {
            panic!("8 bits")
        };
        let off: u64 = a[0].samples.iter().zip(&b[0].samples).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(off < 4 * a[0].samples.len() as u64, "frame {n} is not the one drawn");
    }
    // A frame that was drawn otherwise would be seen.
    let mut bytes = fs::read(&raw).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&raw, bytes).unwrap();
    let changed: Vec<bool> = framehash(&raw).iter().zip(&written).map(|(a, b)| a != b).collect();
    assert_eq!(changed.iter().position(|&c| c), Some(FRAMES as usize - 1));
}

#[test]
fn the_same_clip_is_drawn_again_on_any_number_of_threads_with_key_frames_where_they_were_asked_for() {
    let desk = Desk::new();
    for (folder, threads) in [("one", "1"), ("two", "2"), ("five", "5")] {
        bench(&desk, &format!("--emit {folder} --runs 0 --threads {threads}")).ready();
    }
    let files = listing(&desk.path("one"));
    assert_eq!(files.len(), 7, "{files:?}");
    for name in files {
        let [one, two, five] = ["one", "two", "five"].map(|folder| fs::read(desk.path(folder).join(&name)).unwrap());
        assert!(one == two && one == five, "{name} differs");
    }
    let probed: Value = serde_json::from_str(&desk.run(&["probe", "one/clip.mp4", "--json"]).ready().out).unwrap();
    assert_eq!(probed["key_frames"], serde_json::json!([0, 12, 24]));
    assert_eq!(probed["frames"], FRAMES);
    let about = read_json(&desk.path("one/clip.json"));
    assert_eq!(about["clip_sha256"], probed["sha256"]);
}

#[test]
fn nothing_is_overwritten_by_a_clip_and_nothing_is_left_of_one_that_cannot_be_drawn() {
    let desk = Desk::new();
    desk.write("taken/footage.mp4", "somebody's");
    desk.write("file", "somebody's");
    for taken in ["taken", "file"] {
        bench(&desk, &format!("--emit {taken} --runs 0")).stopped(2, &["something is there already"]);
    }
    assert_eq!(fs::read_to_string(desk.path("taken/footage.mp4")).unwrap(), "somebody's");
    bench(&desk, "--emit clip --runs 0 --region-size 41x80").stopped(2, &["--region-size"]);
    bench(&desk, "--emit no/such/folder --runs 0").stopped(2, &["name a folder that exists"]);
    assert_eq!(listing(&desk.path("")), ["file", "taken", "taken/footage.mp4"]);
}

#[test]
fn what_cannot_be_measured_is_said() {
    let desk = Desk::new();
    bench(&desk, "--runs 0").stopped(2, &["--runs 0"]);
    bench(&desk, &format!("--tracks {}", tracks_of("hevc.mkv", "json"))).stopped(2, &["--tracks belongs to --footage"]);
    bench(&desk, &format!("--footage {} --tracks x", fixture("hevc.mkv"))).stopped(2, &["--footage"]);
    desk.run(&["bench", "--footage", &fixture("hevc.mkv")]).stopped(2, &["--tracks"]);
}

const STAGES: [&str; 7] = ["demux", "decode", "cover", "encode", "write", "verify", "hash"];

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn stage<'v>(figures: &'v Value, name: &str) -> &'v Value {
    figures["stages"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Figures of a run that made `frames` frames of a clip: whole, and consistent with themselves.
fn check_figures(figures: &Value, frames: u64) {
    assert_eq!(figures["frames"], frames);
    let names: Vec<_> = figures["stages"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, STAGES);
    let mut cpu = number(&figures["cpu_seconds_elsewhere"]);
    for s in figures["stages"].as_array().unwrap() {
        let fields = ["name", "frames", "thread_seconds", "cpu_seconds", "frames_per_second", "peak_memory_bytes"];
        assert_eq!(keys(s), fields);
        assert!(number(&s["thread_seconds"]) > 0.0 && number(&s["peak_memory_bytes"]) > 1e6, "{s}");
        cpu += number(&s["cpu_seconds"]);
    }
    // All stages and the rest are the whole, but for what the clocks' steps are apart.
    let whole = number(&figures["cpu_seconds"]);
    assert!((cpu - whole).abs() < 0.02 + 0.05 * whole, "{cpu} of {whole}: {figures:#}");
    assert!(number(&figures["peak_memory_bytes"]) >= number(&stage(figures, "verify")["peak_memory_bytes"]));
    for name in ["encode", "write", "verify"] {
        assert_eq!(stage(figures, name)["frames"], frames, "{name}");
    }
    // The footage is decoded once, and its first frame to see what it is; what verification decodes is not counted here.
    let decoded = stage(figures, "decode")["frames"].as_u64().unwrap();
    assert!((frames..frames + 5).contains(&decoded), "{decoded}");
    let steps: Vec<_> = figures["steps"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(steps, ["probe", "tracks", "plan", "render", "verify", "seal", "release"]);
}

#[test]
fn the_report_names_everything_that_was_measured_and_its_figures_add_up() {
    let desk = Desk::new();
    let report: Value = serde_json::from_str(&bench(&desk, "--runs 2 --json --threads 2").ready().out).unwrap();
    let fields = ["version", "tool", "x264", "machine", "threads", "clip", "method", "rendering"];
    let more = ["memory_before_bytes", "memory_counted_afresh", "median", "runs"];
    assert_eq!(keys(&report), [&fields[..], &more[..]].concat());
    assert_eq!((&report["version"], &report["threads"]), (&Value::from(1), &Value::from(2)));
    assert_eq!(keys(&report["machine"]), ["processor", "cores", "system", "build"]);
    assert!(report["x264"].as_str().unwrap().starts_with("core "), "{}", report["x264"]);
    let clip = &report["clip"];
    assert_eq!(clip["drawn"]["region"], serde_json::json!([40, 80]));
    assert_eq!((clip["frames"].as_u64(), clip["key_frames"].as_u64()), (Some(FRAMES), Some(3)));
    assert!(clip["sha256"].as_str().unwrap().len() == 64 && clip["drawn_sha256"].as_str().unwrap().len() == 64);
    assert_eq!(report["rendering"]["used"], "full");
    assert_eq!(report["runs"].as_array().unwrap().len(), 2);
    for figures in report["runs"].as_array().unwrap() {
        check_figures(figures, FRAMES);
        assert_eq!(stage(figures, "cover")["frames"], 12, "ten frames, and a hold of one before and after");
    }
    assert_eq!(report["median"]["frames"], FRAMES);
    assert!(listing(&desk.path("")).is_empty(), "something was left behind");
}

#[test]
fn the_table_has_a_row_for_every_stage_and_the_whole() {
    let said = bench(&Desk::new(), "--runs 1").ready().out;
    let mut rows = said.lines().skip_while(|line| !line.starts_with("stage "));
    let heads = rows.next().unwrap();
    assert!(["frames/s", "thread s", "CPU s", "peak MiB"].iter().all(|head| heads.contains(head)), "{heads}");
    let names: Vec<_> = rows.map_while(|row| row.split_whitespace().next()).collect();
    assert_eq!(names, [&STAGES[..], &["elsewhere", "whole"]].concat());
    for part in ["cctv-redact 0.", "libavcodec", "x264 core", "threads", "SHA-256", "medians of 1 runs", "preset="] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn own_footage_is_measured_with_its_own_tracks_and_options() {
    let desk = Desk::new();
    let (footage, tracks) = (fixture("hevc.mkv"), tracks_of("hevc.mkv", "json"));
    let answer = desk.run(&[
        "bench",
        "--footage",
        &footage,
        "--tracks",
        &tracks,
        "--to",
        "2",
        "--method",
        "fill",
        "--runs",
        "1",
        "--json",
    ]);
    let report: Value = serde_json::from_str(&answer.ready().out).unwrap();
    assert_eq!((&report["clip"]["name"], &report["method"]), (&Value::from("hevc.mkv"), &Value::from("fill")));
    assert_eq!((&report["clip"]["drawn"], &report["median"]["frames"]), (&Value::Null, &Value::from(20)));
}

#[test]
fn statistics_of_a_run_have_the_figures_of_the_benchmark() {
    let desk = Desk::new();
    let (footage, tracks) = (fixture("hevc.mkv"), tracks_of("hevc.mkv", "json"));
    let clip =
        ["clip", &footage, "--tracks", &tracks, "--from", "0", "--to", "3", "--threads", "2", "--stats", "s.json"];
    desk.make(&clip).ready();
    let stats = read_json(&desk.path("s.json"));
    assert_eq!(keys(&stats)[..5], ["version", "tool", "x264", "machine", "threads"]);
    check_figures(&stats, 30);

    let still = ["still", &footage, "--tracks", &tracks, "--at", "1", "--at", "2", "--reference", "S", "--out", "out"];
    desk.run(&[&still[..], &["--stats", "s.json"]].concat()).ready();
    let stats = read_json(&desk.path("s.json"));
    assert_eq!((&stats["frames"], &stage(&stats, "write")["frames"]), (&Value::from(2), &Value::from(2)));
    assert_eq!(stage(&stats, "verify")["frames"], 2);

    let one = |r: &str| {
        serde_json::json!({ "version": 1, "reference": r, "items": [{ "kind": "clip", "footage": [footage],
        "from": "0", "to": "1", "tracks": [{ "file": tracks }] }] })
    };
    let list = desk.json("list.json", &serde_json::json!({ "version": 1, "requests": [one("A"), one("B")] }));
    desk.run(&["batch", &list, "--out", "out", "--jobs", "2", "--threads", "2", "--stats", "s.json"]).ready();
    let stats = read_json(&desk.path("s.json"));
    assert_eq!(stats["frames"], 20);
    for name in ["encode", "write", "verify"] {
        assert_eq!(stage(&stats, name)["frames"], 20, "{name}");
    }
}
