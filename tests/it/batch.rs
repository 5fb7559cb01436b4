//! Many requests: none stops another, what is done is not done again, and the summary tells.

use std::fs;

use serde_json::{Value, json};

use crate::stops_request::request;
use crate::tool::{Answer, Desk, fixture, listing, native, person, read_json, requester};

/// A request whose tracks and footage lie in the desk, to be changed.
fn own_request(desk: &Desk, reference: &str) -> Value {
    desk.copy(&fixture("mpeg4.avi"), "own.avi");
    desk.json("own.json", &native(&[person("1"), requester("2")]));
    json!({ "version": 1, "reference": reference, "items": [
        { "kind": "clip", "footage": ["own.avi"], "from": "0", "to": "1", "tracks": [{ "file": "own.json" }] } ] })
}

/// A request that is stopped: nobody is marked.
fn unsafe_request(desk: &Desk, reference: &str) -> Value {
    let mut request = request(reference);
    desk.json("nobody.json", &native(&[requester("1")]));
    request["items"][0]["tracks"] = json!([{ "file": "nobody.json" }]);
    request
}

fn batch(desk: &Desk, requests: Value, options: &[&str]) -> Answer {
    let manifest = desk.json("manifest.json", &json!({ "version": 1, "requests": requests }));
    desk.run(&[&["batch", &manifest, "--out", "out"], options].concat())
}

/// Reference and status of each row of the summary.
fn summary(desk: &Desk) -> Vec<(String, String)> {
    let summary = read_json(&desk.path("out/summary.json"));
    assert_eq!(summary["version"], 1);
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    summary["requests"].as_array().unwrap().iter().map(|r| (text(&r["reference"]), text(&r["status"]))).collect()
}

fn rows(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect()
}

#[test]
fn requests_come_by_path_by_path_with_folder_and_inline() {
    let desk = Desk::new();
    desk.json("in/a.json", &request("A"));
    desk.json("in/b.json", &request("B"));
    let mut inline = request("C");
    inline["folder"] = json!("example-school");
    let said = batch(&desk, json!(["in/a.json", { "path": "in/b.json", "folder": "example-surgery" }, inline]), &[]);
    assert!(said.ready().out.contains("3 of 3 ready"));
    for pack in ["A", "example-surgery/B", "example-school/C"] {
        desk.run(&["verify", &format!("out/{pack}")]).ready();
    }
    assert_eq!(summary(&desk), rows(&[("A", "ready"), ("B", "ready"), ("C", "ready")]));
}

#[test]
fn one_that_fails_stops_no_other_and_the_status_is_1() {
    let desk = Desk::new();
    desk.write("broken.json", "{ \"version\": 1,");
    desk.json("a.json", &request("A"));
    let mut unreadable = request("U");
    unreadable["items"][0]["footage"] = json!(["absent.avi"]);
    let mut invalid = request("I");
    invalid["items"][0]["hold"] = json!(-1);
    let requests = json!([unsafe_request(&desk, "S"), "broken.json", "absent.json", "a.json", unreadable, invalid, { "path": 7 }, request("Z")]);
    batch(&desk, requests, &["--jobs", "2"])
        .stopped(1, &["not ready: S (stopped)", "broken.json (invalid)", "what to do"]);
    let expected = [
        ("S", "stopped", 3),
        ("broken.json", "invalid", 2),
        ("absent.json", "failed", 1),
        ("A", "ready", 0),
        ("U", "failed", 1),
        ("I", "invalid", 2),
        ("requests[6]", "invalid", 2),
        ("Z", "ready", 0),
    ];
    assert_eq!(summary(&desk), rows(&expected.map(|(a, b, _)| (a, b))));
    let table = fs::read_to_string(desk.path("out/summary.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(reader.headers().unwrap(), vec!["reference", "status", "exit", "seconds", "frames", "reason"]);
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    let exits: Vec<_> = records.iter().map(|r| (r[0].to_owned(), r[2].parse::<i32>().unwrap())).collect();
    assert_eq!(exits, expected.map(|(a, _, exit)| (a.to_owned(), exit)));
    let json = read_json(&desk.path("out/summary.json"));
    assert!(json["requests"][0]["reason"].as_str().unwrap().contains("no third party"), "{json:#}");
    assert_eq!(json["requests"][3]["frames"], 20);
    assert!(json["requests"][3]["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(json["requests"][3]["reason"], Value::Null);
    let folders: Vec<_> = listing(&desk.path("out")).into_iter().filter(|n| !n.contains('/')).collect();
    assert_eq!(folders, ["A", "Z", "summary.csv", "summary.json"]);
}

#[test]
fn what_is_ready_and_unchanged_is_not_made_again() {
    let desk = Desk::new();
    let requests = json!([own_request(&desk, "A"), request("B")]);
    batch(&desk, requests.clone(), &[]).ready();
    let written = || fs::metadata(desk.pack("A/send/clip.mp4")).unwrap().modified().unwrap();
    let before = (written(), listing(&desk.path("out")));
    let said = batch(&desk, requests.clone(), &[]).ready().out;
    assert!(said.contains("made before") && said.contains("2 of 2 ready"), "{said}");
    assert_eq!((written(), listing(&desk.path("out"))), before);
    assert_eq!(read_json(&desk.path("out/summary.json"))["requests"][0]["frames"], 10);
    batch(&desk, requests, &["--no-resume"]).stopped(1, &["A (invalid)", "B (invalid)"]);
    assert_eq!(written(), before.0);
}

#[test]
fn a_pack_is_stale_when_its_request_tracks_footage_or_files_changed() {
    type Change = fn(&Desk, &mut Value);
    let changes: [(&str, Change); 4] = [
        ("the request has changed", |_, request| request["controller"] = json!("Example School")),
        ("the tracks have changed", |desk, _| drop(desk.json("own.json", &native(&[person("1"), requester("3")])))),
        ("the footage has changed", |desk, _| drop(desk.copy(&fixture("hevc.mkv"), "own.avi"))),
        ("does not verify", |desk, _| fs::write(desk.pack("A/send/notice.html"), "").unwrap()),
    ];
    for (why, change) in changes {
        let desk = Desk::new();
        let mut request = own_request(&desk, "A");
        batch(&desk, json!([request]), &[]).ready();
        change(&desk, &mut request);
        batch(&desk, json!([request]), &[]).stopped(1, &["A (stale)"]);
        assert_eq!(summary(&desk), rows(&[("A", "stale")]));
        let reason = read_json(&desk.path("out/summary.json"))["requests"][0]["reason"].as_str().unwrap().to_owned();
        assert!(reason.contains(why) && reason.contains("--revise makes A-r2"), "{reason}");
        assert!(!desk.pack("A-r2").exists());

        batch(&desk, json!([request]), &["--revise"]).ready();
        assert_eq!(summary(&desk), rows(&[("A-r2", "ready")]));
        let log = read_json(&desk.pack("A-r2/keep/disclosure-log.json"));
        assert_eq!((&log["reference"], &log["supersedes"]), (&json!("A-r2"), &json!("A")));
        assert!(desk.pack("A").exists(), "the old pack stays");
        // The revision is what stands now.
        assert!(batch(&desk, json!([request]), &[]).ready().out.contains("made before"));
    }
}

#[test]
fn shards_take_every_nth_and_together_all() {
    let requests = json!([request("A"), request("B"), request("C")]);
    let desk = Desk::new();
    batch(&desk, requests.clone(), &["--shard", "1/2"]).ready();
    assert_eq!(summary(&desk), rows(&[("A", "ready"), ("C", "ready")]));
    batch(&desk, requests.clone(), &["--shard", "2/2"]).ready();
    assert_eq!(summary(&desk), rows(&[("B", "ready")]));
    for (name, references) in [("summary-1-of-2.json", ["A", "C"].as_slice()), ("summary-2-of-2.json", &["B"])] {
        let found = read_json(&desk.path("out").join(name));
        let found: Vec<_> = found["requests"].as_array().unwrap().iter().map(|r| &r["reference"]).collect();
        assert_eq!(found, references);
    }
    for bad in ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"] {
        batch(&desk, requests.clone(), &[&format!("--shard={bad}")]).stopped(2, &["shard", "1/4"]);
    }
}

#[test]
fn the_same_packs_come_of_any_number_of_jobs() {
    let requests = json!([request("A"), request("B"), request("C")]);
    let sent = |jobs: &str| {
        let desk = Desk::new();
        batch(&desk, requests.clone(), &["--jobs", jobs]).ready();
        ["A", "B", "C"].map(|r| fs::read(desk.pack(r).join("send/clip.mp4")).unwrap())
    };
    assert_eq!(sent("1"), sent("2"));
}

#[test]
fn a_manifest_that_cannot_be_meant_is_status_2_and_nothing_is_done() {
    let desk = Desk::new();
    desk.json("a.json", &request("A"));
    let manifest = |value: Value| desk.json("manifest.json", &value);
    for (value, says) in [
        (json!({ "version": 1, "requests": ["a.json", request("A")] }), "'A'"),
        (json!({ "version": 2, "requests": [] }), "version 2"),
        (json!({ "version": 1, "requests": [7] }), "schema batch"),
        (json!({ "version": 1 }), "requests"),
        (json!({ "version": 1, "requests": [], "surprise": 1 }), "surprise"),
        (json!({ "version": 1, "requests": [{ "path": "a.json", "folder": "../up" }] }), "../up"),
        (json!({ "version": 1, "requests": [{ "path": "a.json", "folder": "/etc" }] }), "/etc"),
    ] {
        let file = manifest(value);
        desk.run(&["batch", &file, "--out", "out"]).stopped(2, &["manifest.json", says, "what to do"]);
        assert!(!desk.path("out").exists());
    }
    desk.run(&["batch", "absent.json", "--out", "out"]).stopped(1, &["absent.json"]);
    let file = manifest(json!({ "version": 1, "requests": ["a.json"] }));
    desk.run(&["batch", &file, "--out", "a/b"]).stopped(2, &["parent"]);
    desk.run(&["batch", &file, "--out", "out", "--jobs", "0"]).stopped(2, &["--jobs"]);
}

#[test]
fn a_folder_that_is_no_name_fails_its_request_alone() {
    let desk = Desk::new();
    let mut odd = request("A");
    odd["folder"] = json!(5);
    batch(&desk, json!([odd, request("B")]), &[]).stopped(1, &["(invalid)"]);
    assert!(!desk.pack("A").exists() && desk.pack("B").exists());
}

#[test]
fn an_empty_batch_is_ready() {
    let desk = Desk::new();
    assert!(batch(&desk, json!([]), &[]).ready().out.contains("0 of 0 ready"));
}

#[test]
fn an_id_of_a_cvat_export_needs_its_hash_in_a_batch_too() {
    let desk = Desk::new();
    let mut bare = request("A");
    bare["items"][0]["tracks"] = json!([{ "file": crate::tool::tracks_of("mpeg4.avi", "cvat.xml") }]);
    bare["items"][0]["subjects"] = json!(["1"]);
    batch(&desk, json!([bare]), &[]).stopped(1, &["A (invalid)"]);
}
