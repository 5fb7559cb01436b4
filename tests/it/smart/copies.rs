//! What is copied, by a decoder that is not ours.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::{Coded, copied, rendering};
use crate::common::decode::{frame_times, lumas};
use crate::frames::number;
use crate::scene::ffmpeg_is_missing;

/// A hash of every decoded frame, by the `ffmpeg` command.
fn hashes(path: &Path) -> Vec<String> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"])
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    lines.map(|l| l.rsplit(',').next().unwrap().trim().to_owned()).collect()
}

/// Frames 40 to 229: begins and ends between IDR pictures.
const WINDOW: &str = "--from 3.2 --to 18.4";
const FIRST: usize = 40;
const FRAMES: usize = 190;

/// Makes a clip; its copied frames decode to the footage's, the others do not, and every frame is there at its time.
fn check(coded: &Coded, what: &str) -> Vec<usize> {
    let made = coded.clip(WINDOW);
    let clip = made.sent("clip.mp4");
    let log = rendering(&made);
    assert_eq!((&log["used"], &log["why"]), (&"smart".into(), &serde_json::Value::Null), "{what}: {log}");
    let (ours, theirs) = (hashes(&clip), hashes(&coded.footage));
    assert_eq!(ours.len(), FRAMES, "{what}");
    let copied = copied(&made);
    for (frame, hash) in ours.iter().enumerate() {
        assert_eq!(*hash == theirs[FIRST + frame], copied.contains(&frame), "{what}: frame {frame}");
    }
    assert_eq!(log["copied_frames"], copied.len(), "{what}");
    assert_eq!(log["rendered_frames"], FRAMES - copied.len(), "{what}");
    // Somebody is covered from frame 120, and half a second (6 frames) before, to frame 139 and half a second after.
    assert!((114 - FIRST..146 - FIRST).all(|f| !copied.contains(&f)), "{what}");

    let numbers: Vec<_> = lumas(&clip, "", "format=yuv420p").map(number).collect();
    assert_eq!(numbers, (FIRST..FIRST + FRAMES).map(|n| Some(n as u32)).collect::<Vec<_>>(), "{what}");
    let (found, all) = (frame_times(&clip), frame_times(&coded.footage));
    let wanted: Vec<_> = all[FIRST..FIRST + FRAMES].iter().map(|t| t.since(all[FIRST])).collect();
    assert_eq!(found, wanted, "{what}");
    copied
}

#[test]
fn copied_frames_decode_as_in_the_footage_and_no_other_does() {
    if ffmpeg_is_missing() {
        return;
    }
    for (name, options) in [
        ("no-b-frames.mp4", "-bf 0"),
        ("b-frames.mp4", "-bf 2 -x264-params b-pyramid=none"),
        ("pyramid.mp4", "-bf 3 -x264-params b-pyramid=normal:b-adapt=0"),
        ("many-references.mp4", "-bf 3 -refs 8"),
        ("baseline.mp4", "-profile:v baseline"),
        ("main.mp4", "-profile:v main"),
        ("cavlc-slices.mkv", "-coder 0 -slices 4"),
        ("annex-b.ts", "-aud 1"),
        ("sets-in-band.mp4", "-bsf:v dump_extra=freq=keyframe"),
        ("late.mp4", "-bf 2 -output_ts_offset 3600"),
        (
            "full-range.mp4",
            "-vf scale=out_range=pc -color_range pc -colorspace bt709 -color_primaries bt709 -color_trc bt709",
        ),
    ] {
        let copied = check(&Coded::new(name, options), name);
        // From the IDR picture at 50 to somebody's coming, and from the one at 150 to the end but for what refers to
        // frames after it.
        let least: BTreeSet<usize> = (50..100).chain(150..225).map(|f| f - FIRST).collect();
        assert!(least.is_subset(&copied.iter().copied().collect()), "{name}: {copied:?}");
    }
}

#[test]
fn a_touched_stretch_is_copied_up_to_the_touch() {
    if ffmpeg_is_missing() {
        return;
    }
    let copied = check(&Coded::new("no-b-frames.mp4", "-bf 0"), "prefix");
    assert!((100..114).all(|f| copied.contains(&(f - FIRST))), "{copied:?}");
    assert_eq!(copied.first(), Some(&(50 - FIRST)), "the window begins between two IDR pictures");
    assert_eq!(copied.last(), Some(&(FRAMES - 1)), "and ends between two");
}

#[test]
fn footage_that_mostly_opens_its_groups_is_copied_from_its_true_idr_pictures_only() {
    if ffmpeg_is_missing() {
        return;
    }
    // A key frame every 25 frames that is no IDR picture, and an IDR picture at frame 150.
    let options = "-bf 2 -x264-params open-gop=1 -force_key_frames 12";
    let copied = check(&Coded::new("open.mp4", &format!("{options} -forced-idr 1")), "open groups");
    assert_eq!(copied.first(), Some(&(150 - FIRST)));
}

#[test]
fn the_bytes_do_not_depend_on_the_threads() {
    if ffmpeg_is_missing() {
        return;
    }
    let coded = Coded::new("threads.mp4", "-bf 2");
    let made = [1, 2, 4, 16].map(|threads| coded.clip(&format!("{WINDOW} --threads {threads}")).send());
    assert!(made.iter().all(|sent| *sent == made[0]));
}

#[test]
fn nothing_that_came_with_the_copied_pictures_is_in_the_clip() {
    if ffmpeg_is_missing() {
        return;
    }
    let canary = "CANARY-7f3a";
    let hex: String = canary.bytes().map(|b| format!("{b:02x}")).collect();
    // As user data beside every key frame, and as a tag.
    let sei = format!("086f3693b7b34f2c965321492feee5b8+{canary}");
    let coded = Coded::new(
        "sei.mp4",
        &format!("-bsf:v h264_metadata=sei_user_data={sei}:aud=insert -metadata comment={canary}"),
    );
    let footage = std::fs::read(&coded.footage).unwrap();
    let holds = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|w| w == what);
    assert!(holds(&footage, canary.as_bytes()) && holds(&footage, b"x264 - core"), "{hex}");
    let made = coded.clip(WINDOW);
    assert_eq!(rendering(&made)["used"], "smart");
    for (name, bytes) in made.send() {
        assert!(!holds(&bytes, canary.as_bytes()) && !holds(&bytes, b"x264 - core"), "{name}");
    }
}

#[test]
fn under_a_cover_nothing_depends_on_what_was_there() {
    if ffmpeg_is_missing() {
        return;
    }
    let coded = Coded::new("cover.mp4", "-bf 2");
    let smart = coded.clip(WINDOW);
    let expected = smart.log()["items"][0]["expected_clip"]["covers"].clone();
    assert!(expected.as_array().unwrap().len() > 20);
    // The same frames are covered at the same places as in full.
    let full = crate::common::run("clip", &coded.footage, &coded.tracks, WINDOW).ready();
    assert_eq!(full.log()["items"][0]["expected_clip"]["covers"], expected);
}
