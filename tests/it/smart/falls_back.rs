//! Each thing that stands in the way of copying makes the run render in full and say why.

use super::{Coded, rendering, transcode};
use crate::common::{fixture, run, write_tracks};
use crate::scene::ffmpeg_is_missing;

/// Runs smart over the whole of some coding of the car park; it must fall back, for that reason, to the same file as full.
fn falls_back(coded: &Coded, options: &str, why: &str) {
    let made = coded.clip(options);
    let log = rendering(&made);
    assert_eq!((&log["asked"], &log["used"]), (&"smart".into(), &"full".into()), "{why}");
    assert!(log["why"].as_str().unwrap().contains(why), "not '{why}' but {}", log["why"]);
    assert_eq!((&log["copied_frames"], log["copied"].as_array().unwrap().len()), (&0.into(), 0));
    let full = run("clip", &coded.footage, &coded.tracks, options).ready();
    assert!(made.send() == full.send(), "{why}: not the clip that full rendering makes");
    assert_eq!(rendering(&full)["why"], serde_json::Value::Null);
}

#[test]
fn what_cannot_be_copied_is_rendered_in_full_with_the_reason_logged() {
    if ffmpeg_is_missing() {
        return;
    }
    let all = "--from 0 --to 20";
    for (name, options, why) in [
        ("hevc.mp4", "-c:v libx265 -x265-params log-level=error -preset ultrafast", "only 8-bit 4:2:0 H.264"),
        ("ten-bit.mp4", "-pix_fmt yuv420p10le", "only 8-bit 4:2:0 H.264"),
        ("444.mp4", "-pix_fmt yuv444p", "only 8-bit 4:2:0 H.264"),
        ("interlaced.mp4", "-flags +ildct+ilme -x264-params tff=1", "interlaced"),
        ("fields-allowed.mp4", "-x264-params fake-interlaced=1", "fields"),
        ("refresh.mp4", "-x264-params intra-refresh=1", "intra refresh"),
        ("avi.avi", "-bf 2", "packets do not tell the frames"),
    ] {
        falls_back(&Coded::new(name, options), all, why);
    }
    falls_back(&Coded::with_track("all.mp4", "", (10, 240)), all, "frames are covered");
    falls_back(
        &Coded::with_track("one-idr.mp4", "-g 1000 -x264-params keyint=1000", (0, 20)),
        all,
        "no frame can be copied",
    );
    falls_back(&Coded::new("one-idr-before.mp4", "-g 1000"), "--from 1 --to 20", "no frame can be copied");
}

#[test]
fn a_crop_that_hides_more_than_a_row_of_macroblocks_fill_is_rendered() {
    if ffmpeg_is_missing() {
        return;
    }
    let whole = Coded::new("whole.mp4", "");
    let cropped = Coded { footage: whole.folder.path().join("cropped.mp4"), ..whole };
    let copy = |by: u32| {
        let done = std::process::Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-i"])
            .arg(cropped.folder.path().join("whole.mp4"))
            .args(["-c", "copy", "-bsf:v", &format!("h264_metadata=crop_right={by}")])
            .arg(&cropped.footage)
            .status();
        assert!(done.unwrap().success());
    };
    copy(16);
    falls_back(&cropped, "--from 0 --to 20", "copies would still hold");
    copy(8);
    assert_eq!(rendering(&cropped.clip("--from 0 --to 20"))["used"], "smart");
}

#[test]
fn mirrored_footage_is_rendered_and_turned_footage_copied() {
    if ffmpeg_is_missing() {
        return;
    }
    let plain = Coded::new("plain.mp4", "");
    let turned = Coded { footage: plain.folder.path().join("turned.mp4"), ..plain };
    let done = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-i"])
        .arg(turned.folder.path().join("plain.mp4"))
        .args(["-c", "copy", "-metadata:s:v", "rotate=90"])
        .arg(&turned.footage)
        .status();
    assert!(done.unwrap().success());
    let made = turned.clip("--from 0 --to 20");
    assert_eq!(rendering(&made)["used"], "smart");
    assert_eq!(made.log()["items"][0]["expected_clip"]["quarter_turns"], 3);
}

#[test]
fn parameter_sets_that_change_on_the_way_are_rendered() {
    if ffmpeg_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let part = |name: &str, options: &str| {
        let path = folder.path().join(name);
        transcode(&fixture("car-park.mp4"), &path, options);
        path
    };
    part("a.ts", "-t 8 -bf 0 -refs 1");
    part("b.ts", "-ss 8 -bf 0 -refs 4 -output_ts_offset 8");
    let joined = folder.path().join("joined.mkv");
    let list = folder.path().join("list.txt");
    std::fs::write(&list, "file a.ts\nfile b.ts\n").unwrap();
    let done = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "concat", "-i"])
        .arg(&list)
        .args(["-c", "copy", "-bsf:v", "dump_extra=freq=keyframe"])
        .arg(folder.path().join("joined.ts"))
        .status();
    assert!(done.unwrap().success());
    drop(joined);
    let tracks = write_tracks(
        folder.path(),
        &serde_json::json!([{ "id": "1", "keyframes": [
            { "frame": 20, "box": [40, 380, 60, 120] }, { "frame": 30, "box": [40, 380, 60, 120], "end": true } ] }]),
    );
    let coded = Coded { footage: folder.path().join("joined.ts"), tracks, folder };
    falls_back(&coded, "--from 0 --to 19", "changes its");
}

#[test]
fn a_still_is_always_rendered() {
    let tracks = fixture("tracks/car-park.mp4.json");
    let made = run("still", &fixture("car-park.mp4"), &tracks, "--at 10 --render smart").ready();
    let log = rendering(&made);
    assert_eq!((&log["asked"], &log["used"]), (&"smart".into(), &"full".into()));
    assert!(log["why"].as_str().unwrap().contains("still"));
}
