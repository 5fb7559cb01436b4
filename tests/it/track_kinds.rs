//! Track files that are folders, and tracks placed by the wall clock, from the command line to the pack.

use serde_json::json;

use crate::tool::{Desk, fixture, read_json};

fn footage() -> String {
    fixture("mpeg4.avi")
}

/// A third party in one place for the first two seconds (10 frames a second), a label file for each frame.
fn yolo(desk: &Desk, frames: std::ops::Range<u32>) {
    for frame in frames {
        desk.write(&format!("labels/yard_{frame}.txt"), "0 0.171875 0.416667 0.09375 0.333333 7\n");
    }
}

/// The same as a camera's metadata, its clock at nine.
fn onvif(box_left: &str) -> String {
    let frames = (0..20).map(|n| {
        format!(
            r#"<tt:Frame UtcTime="2026-10-12T08:00:{:02}.{}00Z"><tt:Object ObjectId="7"><tt:Appearance><tt:Shape><tt:BoundingBox left="{box_left}" top="0.5" right="-0.5625" bottom="-0.166667"/></tt:Shape></tt:Appearance></tt:Object></tt:Frame>"#,
            n / 10,
            n % 10
        )
    });
    format!(
        r#"<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"><tt:VideoAnalytics>{}</tt:VideoAnalytics></tt:MetadataStream>"#,
        frames.collect::<String>()
    )
}

const LEFT: &str = "-0.75";

const CLIP: [&str; 5] = ["clip", "--from", "0", "--to", "2"];

#[test]
fn a_folder_of_labels_makes_a_pack_that_names_it_by_a_hash_anyone_can_make() {
    let desk = Desk::new();
    yolo(&desk, 1..21);
    desk.make(&[&CLIP[..], &[&footage(), "--tracks", "labels/"]].concat()).ready();
    let log = read_json(&desk.pack("R").join("keep/disclosure-log.json"));
    let item = &log["items"][0];
    let command = ["-c", "LC_ALL=C sha256sum * | sha256sum"];
    let printed = std::process::Command::new("sh").args(command).current_dir(desk.path("labels")).output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    let file = &item["track_files"][0];
    assert_eq!((file["name"].as_str(), file["sha256"].as_str()), (Some("labels"), printed.split_whitespace().next()));
    assert_eq!(item["tracks"][0]["id"], json!("7"));
    assert_eq!(item["tracks"][0]["frames_covered"], json!(20));
    desk.run(&["verify", "out/R", "--footage", &footage()]).ready();
}

#[test]
fn a_request_and_a_batch_know_a_folder_again_by_its_hash() {
    let desk = Desk::new();
    yolo(&desk, 1..21);
    let request = |sha256: &str| {
        json!({ "version": 1, "reference": "R", "items": [{ "kind": "clip", "footage": [footage()], "from": "0",
            "to": "2", "tracks": [{ "file": "labels", "sha256": sha256 }] }] })
    };
    let other = desk.json("request.json", &request(&"a".repeat(64)));
    let said = desk.refuses(3, &["run", &other], &["labels", "SHA-256 aaaa"]).err;
    let own = said.split("this one has ").nth(1).unwrap()[..64].to_owned();
    desk.json("request.json", &request(&own));
    let manifest = desk.json("batch.json", &json!({ "version": 1, "requests": ["request.json"] }));
    let status = |run: &str| {
        desk.run(&["batch", &manifest, "--out", "out"]);
        let summary = read_json(&desk.path("out/summary.json"));
        let said = summary["requests"][0]["status"].as_str().unwrap().to_owned();
        assert_eq!(said, run, "{summary:#}");
    };
    status("ready");
    status("ready");
    desk.write("labels/yard_20.txt", "");
    status("stale");
}

#[test]
fn folders_that_could_mislead_are_refused() {
    let refused = |spoil: &dyn Fn(&Desk), status: i32, options: &[&str], says: &[&str]| {
        let desk = Desk::new();
        yolo(&desk, 1..21);
        spoil(&desk);
        desk.tracks_refused(status, &footage(), "labels", options, says);
    };
    let link = |desk: &Desk| {
        std::fs::remove_file(desk.path("labels/yard_9.txt")).unwrap();
        std::os::unix::fs::symlink(desk.path("labels/yard_8.txt"), desk.path("labels/yard_9.txt")).unwrap();
    };
    refused(&link, 2, &[], &["yard_9.txt", "regular file"]);
    let pipe = |desk: &Desk| {
        let made = std::process::Command::new("mkfifo").arg(desk.path("labels/yard_21.txt")).status().unwrap();
        assert!(made.success());
    };
    refused(&pipe, 2, &[], &["yard_21.txt", "regular file"]);
    refused(&|desk| drop(desk.write("labels/deeper/a_1.txt", "")), 2, &[], &["deeper", "regular file"]);
    refused(&|desk| drop(desk.write("labels/notes.txt", "x")), 1, &[], &["notes.txt", "labels"]);
    refused(&|desk| drop(desk.write("labels/gate_1.txt", "")), 1, &[], &["labels", "another series"]);
    let late = |desk: &Desk| {
        (1..5).for_each(|n| std::fs::remove_file(desk.path(&format!("labels/yard_{n}.txt"))).unwrap());
    };
    refused(&late, 2, &[], &["labels", "yard_5.txt", "--tracks-first-frame"]);
    refused(&|_| (), 2, &["--tracks-format", "mot"], &["labels", "folder"]);
    for bad in ["nan", "inf", "0", "-0.1"] {
        let spoil = |desk: &Desk| drop(desk.write("labels/yard_3.txt", format!("0 0.2 0.4 {bad} 0.3 7\n")));
        refused(&spoil, 3, &[], &["labels", "yard_3.txt, line 1"]);
    }
    let desk = Desk::new();
    yolo(&desk, 1..2);
    desk.tracks_refused(1, &footage(), "labels/yard_1.txt", &[], &["yard_1.txt", "single frame", "folder"]);
    let mot = desk.write("t.txt", "1,7,40,60,30,80,1\n");
    desk.tracks_refused(
        2,
        &footage(),
        &mot,
        &["--tracks-first-frame", "0"],
        &["t.txt", "leave --tracks-first-frame out"],
    );
}

#[test]
fn metadata_by_the_clock_needs_the_footages_clock_and_then_fits() {
    let desk = Desk::new();
    let tracks = desk.write("people.xml", onvif(LEFT));
    desk.tracks_refused(2, &footage(), &tracks, &[], &["people.xml", "--clock-start"]);
    let exact = ["--clock-start", "2026-10-12T09:00:00.000", "--clock-error", "42"];
    desk.make(&[&CLIP[..], &[&footage(), "--tracks", &tracks], &exact].concat()).ready();
    let log = read_json(&desk.pack("R").join("keep/disclosure-log.json"));
    let track = &log["items"][0]["tracks"][0];
    assert_eq!((&track["id"], &track["frames_covered"]), (&json!("7"), &json!(20)));
    let kept = read_json(&desk.pack("R").join("keep/tracks.json"));
    let key = &kept["tracks"][0]["keyframes"][0];
    assert_eq!(key["frame"], json!(0));
    let edges: Vec<f64> = key["box"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap().round()).collect();
    assert_eq!(edges, [40.0, 60.0, 30.0, 80.0]);
    desk.run(&["verify", "out/R", "--footage", &footage()]).ready();
    let desk = Desk::new();
    let tracks = desk.write("people.xml", onvif(LEFT));
    // An hour off, as where local time is called UTC.
    let summer = ["--clock-start", "2026-10-12T08:00:00.000"];
    desk.tracks_refused(3, &footage(), &tracks, &summer, &["people.xml", "-1 hours"]);
    for bad in ["NaN", "-INF", "-0.5", ""] {
        let tracks = desk.write("people.xml", onvif(bad));
        let status = if bad.is_empty() { 1 } else { 3 };
        desk.tracks_refused(status, &footage(), &tracks, &exact, &["people.xml"]);
    }
}

#[test]
fn a_start_that_is_known_to_the_second_is_not_precise_enough_to_leave_the_requester_clear() {
    let desk = Desk::new();
    let tracks = desk.write("people.xml", onvif(LEFT));
    let only = ["--obscure", "all-but-subject", "--subject", "7", "--clock-start"];
    let whole = [&only[..], &["2026-10-12T09:00:00"]].concat();
    desk.tracks_refused(3, &footage(), &tracks, &whole, &["people.xml", "not known to the frame"]);
    desk.make(&[&CLIP[..], &[&footage(), "--tracks", &tracks], &only, &["2026-10-12T09:00:00.000"]].concat()).ready();
    let others = ["tracks", "check", &tracks, "--footage", &footage(), "--from", "0", "--to", "2", "--clock-start"];
    let said = desk.run(&[&others[..], &["2026-10-12T09:00:00"]].concat()).ready().err;
    assert!(said.contains("known to 1 s only"), "{said}");
}

#[test]
fn metadata_and_folders_convert_to_what_annotation_tools_read() {
    let desk = Desk::new();
    yolo(&desk, 1..21);
    let tracks = desk.write("people.xml", onvif(LEFT));
    desk.run(&["tracks", "convert", "labels", "a.xml"]).stopped(2, &["--tracks-size", "--footage"]);
    desk.run(&["tracks", "convert", "labels", "a.xml", "--footage", &footage()]).ready();
    desk.run(&["tracks", "convert", &tracks, "b.xml", "--footage", &footage()]).stopped(2, &["--clock-start"]);
    let clock = ["--footage", &footage(), "--clock-start"];
    let rough = [&["tracks", "convert", &tracks, "b.xml"], &clock[..], &["2026-10-12T09:00:00"]].concat();
    desk.run(&rough).stopped(3, &["people.xml", "fraction"]);
    let exact = [&["tracks", "convert", &tracks, "b.xml"], &clock[..], &["2026-10-12T09:00:00.0"]].concat();
    desk.run(&exact).ready();
    for name in ["a.xml", "b.xml"] {
        let text = std::fs::read_to_string(desk.path(name)).unwrap();
        assert!(text.contains(r#"<box frame="0""#) && text.contains("20"), "{name}: {text}");
        desk.run(&["tracks", "check", name, "--footage", &footage(), "--from", "0", "--to", "2"]).ready();
    }
}
