//! When a recording starts: what its frames, its name and its container say, and what `probe` makes of it.

use std::path::Path;

use serde_json::{Value, json};

use crate::common::dahua;
use crate::common::decode::frame_times;
use crate::tool::{Desk, ffmpeg, ffmpeg_is_missing, fixture, native, person, read_json};

fn probed(desk: &Desk, file: &str) -> Value {
    serde_json::from_str(&desk.run(&["probe", file, "--json"]).ready().out).unwrap()
}

fn tracks(desk: &Desk) -> String {
    desk.json("t.json", &native(&[person("1")]))
}

/// The wall-clock time that the log has for the clip's first frame.
fn clip_begins(desk: &Desk, footage: &str, start: &str, from: &str, to: &str) -> String {
    let args = ["clip", footage, "--clock-start", start, "--from", from, "--to", to, "--tracks", &tracks(desk)];
    desk.run(&[&args[..], &["--out", "out", "--reference", "R"]].concat()).ready();
    let log = read_json(&desk.pack("R").join("keep/disclosure-log.json"));
    log["items"][0]["window"]["delivered"]["from"].to_string()
}

#[test]
fn a_makers_file_name_is_a_stated_source_with_the_maker_named() {
    let desk = Desk::new();
    let name = "RecM01_20261012_090000_090004_6D28808_1A468F9.avi";
    desk.copy(&fixture("mpeg4.avi"), name);
    let clocks = &probed(&desk, name)["clocks"];
    assert_eq!(clocks["filename"], json!("2026-10-12T09:00:00"));
    assert_eq!(
        (&clocks["filename_as_by"], &clocks["filename_until"]),
        (&json!("Reolink"), &json!("2026-10-12T09:00:04"))
    );
    assert_eq!(clocks["disagreements"], json!([]));
    let said = desk.run(&["probe", name]).ready().out;
    for part in ["as Reolink names them", "if it agrees, --clock-start filename", "no other clock confirms it"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // Not used unless it is asked for.
    let window = ["--from", "2026-10-12T09:00:01", "--to", "2026-10-12T09:00:02"];
    desk.refuses(2, &[&["clip", name, "--tracks", &tracks(&desk)], &window[..]].concat(), &["--clock-start filename"]);
    let begins = clip_begins(&desk, name, "filename", window[1], window[3]);
    assert!(begins.contains("2026-10-12T09:00:01"), "{begins}");
}

#[test]
fn a_name_whose_end_does_not_fit_the_length_is_remarked_on() {
    let desk = Desk::new();
    let name = "NVR_ch1_main_20261012090000_20261012091500.avi";
    desk.copy(&fixture("mpeg4.avi"), name);
    let apart = &probed(&desk, name)["clocks"]["disagreements"][0];
    assert_eq!((&apart["seconds"], &apart["clocks"][0]), (&json!(-896), &json!("file name's end")));
    let said = desk.run(&["probe", name]).ready().out;
    assert!(said.contains("14 minutes 56 seconds less than file name's end: the file was cut short"), "{said}");
}

/// A clip of four seconds whose container says that it was made then.
fn made_at(desk: &Desk, name: &str, time: &str) {
    let created = format!("creation_time={time}");
    let source = "testsrc=size=320x240:rate=10:duration=4";
    ffmpeg(&["-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-metadata", &created, name], &desk.path(""));
}

#[test]
fn clocks_that_disagree_are_told_by_how_much_and_why_that_may_be() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    for (day, created, seconds, cause) in [
        ("20261012_090000", "2026-10-12T08:00:00Z", None, ""),
        ("20261012_090000", "2026-10-12T08:00:04Z", Some(4), "the end"),
        ("20261012_090000", "2026-10-12T09:00:00Z", Some(3600), "local time"),
        ("20261012_090000", "2026-10-13T10:00:00Z", Some(93_600), "export"),
        ("20261012_090000", "2026-10-12T07:59:00Z", Some(-60), ""),
        ("20261212_090000", "2026-12-12T09:00:01Z", None, ""),
    ] {
        let name = format!("yard_{day}.mp4");
        made_at(&desk, &name, created);
        let clocks = probed(&desk, &name)["clocks"].clone();
        let apart = clocks["disagreements"].as_array().unwrap();
        assert_eq!(apart.first().map(|d| d["seconds"].as_i64().unwrap()), seconds, "{created}: {clocks:#}");
        let said = desk.run(&["probe", &name]).ready().out;
        let settled = clocks["settle"].as_str().unwrap();
        match apart.first() {
            None => assert!(said.contains("the other clocks agree") && settled == "they agree: --clock-start filename"),
            Some(first) => {
                assert!(first["cause"].as_str().unwrap_or_default().contains(cause), "{created}: {clocks:#}");
                assert!(said.contains("they disagree") && said.contains("clocks disagree, see below"), "{said}");
                assert!(settled.contains("otherwise give what it shows, --clock-start 2026-"), "{settled}");
            }
        }
    }
    let plain = desk.copy(&fixture("mpeg4.avi"), "yard.avi");
    let said = desk.run(&["probe", &plain]).ready().out;
    assert!(said.contains("not known: neither the file nor its name says"), "{said}");
}

#[test]
fn dahuas_frames_carry_the_time_of_day() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    // Nothing was recorded for a minute before frame 20.
    dahua::write(&desk.path("yard.dav"), 0..40, (2026, 10, 12), 32_400_000, |n| if n == 20 { 60_000 } else { 0 });
    let found = probed(&desk, "yard.dav");
    assert_eq!((&found["frames"], &found["container"]), (&json!(40), &json!("dhav")));
    assert_eq!(found["clocks"]["frames"], json!("2026-10-12T09:00:00.000"));
    assert_eq!(found["gaps"], json!([{ "from": 2.0, "to": 62.0 }]));
    let said = desk.run(&["probe", "yard.dav"]).ready().out;
    for part in ["2026-10-12T09:00:00.000+01:00 by its frame times", "nothing recorded in 00:00:02.000 to 00:01:02.000"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    // After the gap the clock still tells the frame: 62.5 s after the first one.
    let begins = clip_begins(&desk, "yard.dav", "container", "2026-10-12T09:01:02.500", "2026-10-12T09:01:03.500");
    assert!(begins.contains("09:01:02.500"), "{begins}");
    let log = read_json(&desk.pack("R").join("keep/disclosure-log.json"));
    assert_eq!(log["items"][0]["window"]["delivered"]["first_frame"], json!(25));
}

#[test]
fn dahuas_files_that_begin_within_a_second_are_right_in_time_and_lose_no_frame_when_joined() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    // FFmpeg itself sets the first frames of each to the beginning of their second.
    for (name, frames, begins) in
        [("1.dav", 0..20, 32_400_340), ("2.dav", 20..30, 32_402_340), ("3.dav", 30..40, 32_403_340)]
    {
        dahua::write(&desk.path(name), frames, (2026, 10, 12), begins, |_| 0);
    }
    let found = probed(&desk, "1.dav");
    assert_eq!(found["clocks"]["frames"], json!("2026-10-12T09:00:00.300"), "right to a frame");
    assert_eq!(found["seconds"], json!(2.0));
    for (reference, files) in [("ONE", &["1.dav"][..]), ("ALL", &["1.dav", "2.dav", "3.dav"])] {
        let rest = ["--from", "0", "--to", "9", "--no-third-parties", "--out", "out", "--reference", reference];
        let said = desk.run(&[&["clip"], files, &rest[..]].concat()).ready().err;
        assert!(!said.contains("repeat") && !said.contains("without a gap"), "{said}");
        let times: Vec<f64> =
            frame_times(&desk.pack(reference).join("send/clip.mp4")).iter().map(|t| t.seconds()).collect();
        let steady = times.windows(2).all(|w| (w[1] - w[0] - 0.1).abs() < 1e-6);
        assert_eq!((times.len(), steady), (if files.len() > 1 { 40 } else { 20 }, true), "{times:?}");
    }
    // Frame 13 is a second and three tenths in; decoding starts at frame 10, in the middle of a second.
    let still = ["still", "1.dav", "--at", "2026-10-12T09:00:01.650", "--clock-start", "container"];
    desk.run(&[&still[..], &["--no-third-parties", "--out", "out", "--reference", "STILL"]].concat()).ready();
    let log = read_json(&desk.pack("STILL").join("keep/disclosure-log.json"));
    assert_eq!(log["items"][0]["expected_stills"][0]["frame"], json!(13));
}

#[test]
fn dahuas_frames_place_a_cameras_metadata_to_the_frame_but_one() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let (footage, metadata) =
        (shared.join("footage/vtest_dahua.dav"), shared.join("tracks/formats/onvif_metadata.xml"));
    if !footage.exists() || !metadata.exists() {
        eprintln!("NOT TESTED: {} or its metadata are not there", footage.display());
        return;
    }
    let desk = Desk::new();
    let args = [footage.to_str().unwrap(), "--tracks", metadata.to_str().unwrap(), "--gaps", "absent"];
    let clip = ["clip", "--clock-start", "container", "--from", "0", "--to", "15"];
    let said = desk.make(&[&clip[..], &args].concat()).ready().err;
    assert!(said.contains("known to 0.1 s only"), "{said}");
    let kept = read_json(&desk.pack("R").join("keep/tracks.json"));
    let expected = read_json(&shared.join("tracks/formats/expected_dense.json"));
    let number = |v: &Value| v.as_f64().unwrap();
    let (mut compared, mut wider) = (0, 0.0);
    for track in kept["tracks"].as_array().unwrap() {
        let boxes = &expected["tracks"][track["id"].as_str().unwrap()];
        for key in track["keyframes"].as_array().unwrap() {
            let (found, wanted) = (&key["box"], &boxes[key["frame"].to_string()]);
            // A frame before the first one, or after the last one, is there because of the clock's tenth of a second.
            if wanted.is_null() {
                continue;
            }
            let right = number(&found[0]) + number(&found[2]);
            let inside = number(&found[0]) <= number(&wanted[0]) + 0.01 && right >= number(&wanted[2]) - 0.01;
            assert!(inside, "{key} does not hold {wanted}");
            wider += number(&found[2]) - (number(&wanted[2]) - number(&wanted[0]));
            compared += 1;
        }
    }
    let wider = wider / f64::from(compared);
    assert!(compared > 1000 && wider < 20.0, "{compared} boxes, {wider} pixels wider");
}

#[test]
fn a_contact_sheet_shows_the_recording_and_never_replaces_a_file() {
    let desk = Desk::new();
    let footage = fixture("mpeg4.avi");
    let proposed = |said: &str| said.contains("--contact-sheet look.png");
    assert!(proposed(&desk.run(&["probe", &footage]).ready().out));
    let said = desk.run(&["probe", &footage, "--contact-sheet", "look.png"]).ready().out;
    assert!(!proposed(&said) && said.contains("cctv-redact review"), "{said}");
    let sheet = image::open(desk.path("look.png")).unwrap().to_rgb8();
    assert!(sheet.width() == 1280 && sheet.height() > 900, "{:?}", sheet.dimensions());
    // Pictures, not one colour: the drawn car park is on it.
    let colours: std::collections::HashSet<_> = sheet.pixels().map(|p| p.0).collect();
    assert!(colours.len() > 1000, "{} colours", colours.len());
    let before = std::fs::read(desk.path("look.png")).unwrap();
    desk.run(&["probe", &footage, "--contact-sheet", "look.png"]).stopped(2, &["look.png exists already"]);
    assert_eq!(std::fs::read(desk.path("look.png")).unwrap(), before);
    let json = desk.run(&["probe", &footage, "--json", "--contact-sheet", "other.png"]).ready().out;
    assert!(serde_json::from_str::<Value>(&json).is_ok() && desk.path("other.png").exists());
}
