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
    for bit in [150, 333, 520, 777, 1004, 1501] {
        let coded = changed("damaged.mp4", "", |slices| slices[60][bit / 8] ^= 1 << (bit % 8));
        let status =
            |render: &str| run("clip", &coded.footage, &coded.tracks, &format!("{ALL} --render {render}")).status();
        let (smart, full) = (status("smart"), status("full"));
        assert_eq!(smart, full, "bit {bit}");
        stopped += usize::from(smart == 3);
    }
    assert!(stopped >= 3, "only {stopped} of 6 damaged pictures stopped the run");
}

#[test]
fn what_follows_a_lost_picture_is_not_copied() {
    if ffmpeg_is_missing() {
        return;
    }
    // FFmpeg's decoder hides the loss and does not complain.
    let coded = changed("lost.mp4", "", |slices| drop(slices.remove(60)));
    let made = coded.clip(ALL);
    let copied = copied(&made);
    assert!(copied.contains(&59) && !(60..74).any(|f| copied.contains(&f)) && copied.contains(&74), "{copied:?}");
}
