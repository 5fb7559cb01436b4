//! What is wrong with a coded picture, or hidden in it, does not come into a clip as a copy.

use std::path::{Path, PathBuf};
use std::process::Command;

use cctv_redact::media::bitstream::{Framing, h264_type, join, split};

use super::{Coded, copied, rendering};
use crate::common::run;
use crate::scene::ffmpeg_is_missing;

/// The car park in one slice a frame, after `change` was done to its slices.
fn changed(name: &str, options: &str, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Coded {
    let coded = Coded::new("plain.h264", &format!("-bf 0 {options}"));
    let bytes = std::fs::read(&coded.footage).unwrap();
    let units: Vec<Vec<u8>> = split(&bytes, Framing::AnnexB).unwrap().into_iter().map(<[u8]>::to_vec).collect();
    let (mut others, mut slices) = (Vec::new(), Vec::new());
    for unit in units {
        match h264_type(&unit) {
            Some(1 | 5) => slices.push(unit),
            Some(7 | 8) if others.len() < 2 => others.push(unit),
            _ => {}
        }
    }
    assert_eq!(slices.len(), 250);
    change(&mut slices);
    let raw = coded.folder.path().join("changed.h264");
    let all = others.iter().chain(&slices).map(Vec::as_slice);
    std::fs::write(&raw, join(all, Framing::AnnexB).unwrap()).unwrap();
    let footage = coded.folder.path().join(name);
    wrap(&raw, &footage);
    Coded { footage, ..coded }
}

fn wrap(raw: &Path, to: &PathBuf) {
    let done = Command::new("ffmpeg")
        .args(["-v", "fatal", "-y", "-framerate", "12.5", "-i"])
        .arg(raw)
        .args(["-c", "copy"])
        .arg(to)
        .status();
    assert!(done.unwrap().success());
}

const ALL: &str = "--from 0 --to 19.9";

#[test]
fn bytes_behind_a_slice_are_not_copied() {
    if ffmpeg_is_missing() {
        return;
    }
    let canary = b"\x80CANARY behind a slice";
    for options in ["", "-coder 0 -profile:v main"] {
        let coded = changed("hidden.mp4", options, |slices| slices[60].extend(canary));
        let holds = |bytes: &[u8]| bytes.windows(canary.len()).any(|w| w == canary);
        assert!(holds(&std::fs::read(&coded.footage).unwrap()));
        let made = coded.clip(ALL);
        assert_eq!(rendering(&made)["used"], "smart", "{}", rendering(&made));
        assert!(made.send().iter().all(|(_, bytes)| !holds(bytes)));
        let copied = copied(&made);
        assert!(copied.contains(&59) && !copied.contains(&60) && copied.contains(&75), "{options}: {copied:?}");
    }
}

#[test]
fn a_damaged_picture_is_not_copied_and_stops_the_run_as_in_full() {
    if ffmpeg_is_missing() {
        return;
    }
    let whole = changed("whole.mp4", "", |_| ());
    assert_eq!(rendering(&whole.clip(ALL))["used"], "smart");
    let mut stopped = 0;
    // The first three are in the slice's header, where it names its parameter set.
    for bit in [9, 14, 15, 150, 333, 520, 777, 1004, 1501] {
        let coded = changed("damaged.mp4", "", |slices| slices[60][bit / 8] ^= 1 << (bit % 8));
        let status =
            |render: &str| run("clip", &coded.footage, &coded.tracks, &format!("{ALL} --render {render}")).status();
        let (smart, full) = (status("smart"), status("full"));
        assert_eq!(smart, full, "bit {bit}");
        stopped += usize::from(smart == 3);
    }
    assert!(stopped >= 5, "only {stopped} of 9 damaged pictures stopped the run");
}

#[test]
fn a_lost_picture_stops_the_run_and_what_follows_it_is_not_copied() {
    if ffmpeg_is_missing() {
        return;
    }
    // FFmpeg's decoder hides the loss and does not complain; the pictures' own numbers tell.
    let coded = changed("lost.mp4", "", |slices| drop(slices.remove(60)));
    for render in ["smart", "full"] {
        let options = format!("{ALL} --render {render}");
        run("clip", &coded.footage, &coded.tracks, &options).stopped(3);
    }
    let made = coded.clip(&format!("{ALL} --damaged cover"));
    let copied = copied(&made);
    assert!(copied.contains(&59) && !(60..74).any(|f| copied.contains(&f)) && copied.contains(&74), "{copied:?}");
}

#[test]
fn a_log_that_says_something_else_was_copied_is_refused() {
    if ffmpeg_is_missing() {
        return;
    }
    let coded = Coded::new("log.mp4", "-bf 2");
    let made = coded.clip("--from 3.2 --to 18.4");
    let verify = || {
        let done =
            Command::new(env!("CARGO_BIN_EXE_cctv-redact")).arg("verify").arg(made.pack()).arg("--quiet").output();
        done.unwrap().status.code()
    };
    let path = made.pack().join("keep/disclosure-log.json");
    let log = made.log();
    let ranges = log["items"][0]["expected_clip"]["copied"].clone();
    let (first, last) = (ranges[0].clone(), ranges[ranges.as_array().unwrap().len() - 1].clone());
    let number = |v: &serde_json::Value| v.as_u64().unwrap();
    assert_eq!(verify(), Some(0));
    for planted in [
        serde_json::json!([]),
        serde_json::json!([[number(&first[0]) - 1, first[1]], last]),
        serde_json::json!([[number(&first[0]) + 1, first[1]], last]),
        serde_json::json!([[first[0], number(&first[1]) - 1], last]),
        serde_json::json!([first, [last[0], number(&last[1]) - 1]]),
    ] {
        let mut log = log.clone();
        let copied: u64 = planted.as_array().unwrap().iter().map(|r| number(&r[1]) - number(&r[0])).sum();
        let item = &mut log["items"][0];
        item["rendering"]["copied_frames"] = copied.into();
        if copied == 0 {
            item["rendering"]["used"] = "full".into();
            item["rendering"]["copied"] = planted.clone();
        }
        item["expected_clip"]["copied"] = planted.clone();
        std::fs::write(&path, log.to_string()).unwrap();
        assert_eq!(verify(), Some(4), "{planted}");
    }
    let mut contradicting = log.clone();
    contradicting["items"][0]["rendering"]["copied_frames"] = 3.into();
    std::fs::write(&path, contradicting.to_string()).unwrap();
    assert_eq!(verify(), Some(4));
    std::fs::write(&path, log.to_string()).unwrap();
    assert_eq!(verify(), Some(0));
}
