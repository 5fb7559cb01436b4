//! What is in a pack, and what is warned of.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::tool::{Desk, binary, fixture, listing, native, person, read_json, requester, tracks_of};

/// The demo's request: a clip and a still, shortened.
pub fn demo(reference: &str) -> Value {
    let mut request = read_json(Path::new(&fixture("request.json")));
    request["reference"] = json!(reference);
    request["items"][0]["to"] = json!("2026-10-12T09:00:05");
    for item in request["items"].as_array_mut().unwrap() {
        item["footage"] = json!([fixture("car-park.mp4")]);
        item["tracks"][0]["file"] = json!(tracks_of("car-park.mp4", "json"));
    }
    request
}

pub fn demo_pack(desk: &Desk) {
    let file = desk.json("request.json", &demo("DEMO"));
    desk.make(&["run", &file]).ready();
}

fn modes(folder: &Path) -> Vec<u32> {
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let mut all = vec![mode(folder)];
    all.extend(listing(folder).iter().map(|name| mode(&folder.join(name))));
    all
}

#[test]
fn a_pack_of_one_item_has_plain_names_and_one_of_several_numbered_ones() {
    let desk = Desk::new();
    demo_pack(&desk);
    let pack = desk.pack("DEMO");
    let kept = ["keep", "keep/disclosure-log.json", "keep/tracks.json", "send"];
    let sent = ["send/01-clip.mp4", "send/02-still-0001.png", "send/notice.html", "send/notice.json"];
    assert_eq!(listing(&pack), [&kept[..], &sent].concat());
    assert_eq!(modes(&pack), [0o700, 0o700, 0o600, 0o600, 0o700, 0o600, 0o600, 0o600, 0o600]);
    let (footage, tracks) = (fixture("mpeg4.avi"), tracks_of("mpeg4.avi", "json"));
    desk.make(&["still", &footage, "--tracks", &tracks, "--at", "1", "--at", "2"]).ready();
    let sent = ["send/notice.html", "send/notice.json", "send/still-0001.png", "send/still-0002.png"];
    assert_eq!(listing(&desk.pack("R")), [&kept[..], &sent].concat());
    assert_eq!(listing(&desk.path("out")).iter().filter(|name| !name.contains('/')).count(), 2);
}

/// Every name of the example is there with the example's type. Null fits anything; free maps are named by `free`.
fn has_all_of(example: &Value, found: &Value, place: &str, free: &[&str]) {
    match (example, found) {
        (Value::Null, _) => {}
        (_, Value::Null) if NULLABLE.iter().any(|end| place.ends_with(end)) => {}
        (Value::Object(names), Value::Object(_)) if !free.contains(&place) => {
            for (name, inner) in names {
                let value = found.get(name).unwrap_or_else(|| panic!("{place}.{name} is missing"));
                has_all_of(inner, value, &format!("{place}.{name}"), free);
            }
        }
        (Value::Array(inner), Value::Array(all)) => {
            for value in all {
                has_all_of(inner.first().unwrap_or(&Value::Null), value, &format!("{place}[]"), free);
            }
        }
        (a, b) => assert_eq!(std::mem::discriminant(a), std::mem::discriminant(b), "{place}: {b} is not as in {a}"),
    }
}

/// What the example shows with a value and can be unknown.
const NULLABLE: [&str; 4] = [".clock.start", ".clock.source", ".psnr_outside_db", ".camera"];

fn example(name: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/examples").join(name);
    let found = path.is_file().then(|| read_json(&path));
    if found.is_none() {
        eprintln!("NOT TESTED: {} is absent", path.display());
    }
    found
}

#[test]
fn the_log_and_the_notice_have_every_name_and_type_of_the_examples() {
    let desk = Desk::new();
    demo_pack(&desk);
    for (file, free) in [("keep/disclosure-log.json", "log.request"), ("send/notice.json", "")] {
        let Some(example) = example(file.split('/').next_back().unwrap()) else { return };
        let place = if free.is_empty() { "notice" } else { "log" };
        has_all_of(&example, &read_json(&desk.pack("DEMO").join(file)), place, &[free]);
    }
}

#[test]
#[should_panic(expected = "log.items[].method.name is missing")]
fn the_walk_over_the_example_notices_what_is_missing() {
    let example = json!({ "items": [{ "method": { "name": "frost" } }] });
    has_all_of(&example, &json!({ "items": [{ "method": {} }] }), "log", &[]);
}

#[test]
fn the_log_says_who_was_covered_where_and_for_how_long() {
    let desk = Desk::new();
    demo_pack(&desk);
    let log = read_json(&desk.pack("DEMO/keep/disclosure-log.json"));
    let item = &log["items"][0];
    assert_eq!(item["window"]["delivered"]["first_frame"], 50);
    assert_eq!(item["window"]["delivered"]["frames"], 13);
    assert_eq!(item["files"][0]["frames"], 13);
    assert_eq!(item["rendering"]["rendered_frames"], 13);
    assert_eq!(item["audio"], json!({ "action": "drop", "present": true }));
    let subject = item["tracks"].as_array().unwrap().iter().find(|t| t["id"] == "1").unwrap();
    assert_eq!((&subject["role"], &subject["frames_covered"]), (&json!("subject"), &json!(0)));
    assert!(item["verification"]["scope"].as_str().unwrap().contains("not show that every person was marked"));
    assert_eq!(log["request"]["items"][0]["footage"], json!(["car-park.mp4"]));
    assert_eq!(log["request"]["items"][1]["hold"], 0.5, "defaults are filled in");
    assert_eq!(log["items"][1]["files"][0]["name"], "02-still-0001.png");
    let sha256 = cctv_redact::hash::bytes(&fs::read(desk.path("request.json")).unwrap());
    assert_eq!(log["request_sha256"], sha256);
    for record in item["files"].as_array().unwrap() {
        let bytes = fs::read(desk.pack("DEMO/send").join(record["name"].as_str().unwrap())).unwrap();
        assert_eq!(
            (record["bytes"].as_u64(), &record["sha256"]),
            (Some(bytes.len() as u64), &json!(cctv_redact::hash::bytes(&bytes)))
        );
    }
}

#[test]
fn a_refusal_is_a_pack_with_its_ground_and_rights_and_no_picture() {
    let desk = Desk::new();
    let args = ["run", &fixture("refusal.json"), "--out", "out"];
    desk.run(&args).ready();
    let pack = desk.pack("SAR-2026-016");
    assert_eq!(
        listing(&pack),
        ["keep", "keep/disclosure-log.json", "keep/tracks.json", "send", "send/notice.html", "send/notice.json"]
    );
    let notice = read_json(&pack.join("send/notice.json"));
    assert_eq!((&notice["outcome"], &notice["ground"]), (&json!("refuse"), &json!("manifestly-excessive")));
    let rights = notice["rights"].to_string();
    assert!(["complain to the organisation", "regulator", "court"].iter().all(|r| rights.contains(r)), "{rights}");
    let html = fs::read_to_string(pack.join("send/notice.html")).unwrap();
    assert!(html.contains("We have sent you this footage before") && !html.contains("ninth time"));
    let log = read_json(&pack.join("keep/disclosure-log.json"));
    assert_eq!(log["items"], json!([]));
    desk.run(&["verify", "out/SAR-2026-016"]).ready();
}

#[test]
fn no_data_held_is_a_pack_too() {
    let desk = Desk::new();
    let request = json!({ "version": 1, "reference": "NONE", "decision": { "outcome": "no-data-held" } });
    let file = desk.json("request.json", &request);
    desk.make(&["run", &file]).ready();
    assert_eq!(read_json(&desk.pack("NONE/send/notice.json"))["outcome"], "no-data-held");
    desk.run(&["verify", "out/NONE"]).ready();
}

/// The warnings of a run; the log must have the same.
fn warnings(desk: &Desk, args: &[&str]) -> String {
    let said = desk.make(args).ready().err;
    let log = read_json(&desk.pack("R/keep/disclosure-log.json"));
    let logged: String =
        log["warnings"].as_array().unwrap().iter().map(|w| format!("warning: {}\n", w.as_str().unwrap())).collect();
    assert_eq!(said, logged);
    said
}

#[test]
fn what_protects_less_is_warned_of_and_logged() {
    let (footage, tracks) = (fixture("mpeg4.avi"), tracks_of("mpeg4.avi", "json"));
    let clip = ["clip", &footage, "--from", "0", "--to", "1", "--tracks", &tracks];
    assert_eq!(warnings(&Desk::new(), &clip), "");
    for (option, says) in [
        ("--margin=5%", "margin of 5%"),
        ("--margin=20px", "20px"),
        ("--margin-min=2px", "2px"),
        ("--hold=0.1", "hold of 0.1 s"),
        ("--bridge=3", "bridge of 3 s"),
        ("--gaps=absent", "every gap"),
        ("--method=blur", "'blur' can be recovered"),
        ("--method=pixelate", "'pixelate' can be recovered"),
    ] {
        let said = warnings(&Desk::new(), &[&clip[..], &[option]].concat());
        assert!(said.contains(says), "{option}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    for option in ["--margin=20%", "--margin-min=12px", "--hold=1", "--bridge=0.5", "--gaps=cover", "--method=fill"] {
        assert_eq!(warnings(&Desk::new(), &[&clip[..], &[option]].concat()), "", "{option}");
    }
    let still = ["still", &footage, "--at", "1", "--tracks", &tracks];
    assert!(warnings(&Desk::new(), &still).contains("without a reason"));
}

#[test]
fn the_log_tells_recoverable_methods_from_others() {
    let (footage, tracks) = (fixture("mpeg4.avi"), tracks_of("mpeg4.avi", "json"));
    for (method, recoverable) in [("frost", false), ("fill", false), ("blur", true), ("pixelate", true)] {
        let desk = Desk::new();
        desk.make(&["clip", &footage, "--from", "0", "--to", "1", "--tracks", &tracks, "--method", method]).ready();
        let log = read_json(&desk.pack("R/keep/disclosure-log.json"));
        let found = &log["items"][0]["method"];
        assert_eq!((&found["name"], &found["recoverable_from_cover"]), (&json!(method), &json!(recoverable)));
        desk.run(&["verify", "out/R", "--footage", &footage]).ready();
    }
}

#[test]
fn names_in_free_text_and_an_awaited_identity_are_warned_of() {
    let desk = Desk::new();
    let mut request = crate::stops_request::request("R");
    request["identity"] = json!("awaited");
    request["operator"] = json!("Jane Example");
    request["decision"] = json!({ "outcome": "clip", "reason_internal": "for Mr Example" });
    let file = desk.json("request.json", &request);
    let said = warnings(&desk, &["run", &file]);
    for part in ["operator may hold", "decision.reason_internal may hold", "identity is still awaited"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn kept_tracks_are_those_that_bore_on_the_window() {
    let desk = Desk::new();
    let mut late = person("late");
    late["keyframes"] = json!([{ "frame": 35, "box": [40, 60, 30, 80] }, { "frame": 39, "box": [40, 60, 30, 80] }]);
    let tracks = desk.json("t.json", &native(&[person("1"), late, requester("s")]));
    desk.make(&["clip", &fixture("mpeg4.avi"), "--from", "0", "--to", "2", "--tracks", &tracks]).ready();
    let kept = read_json(&desk.pack("R/keep/tracks.json"));
    let ids: Vec<_> = kept["tracks"].as_array().unwrap().iter().map(|t| &t["id"]).collect();
    assert_eq!(ids, ["1", "s"]);
    desk.run(&[
        "tracks",
        "check",
        "out/R/keep/tracks.json",
        "--footage",
        &fixture("mpeg4.avi"),
        "--from",
        "0",
        "--to",
        "2",
    ])
    .ready();
}

#[test]
fn the_version_and_the_name_are_the_tools() {
    let version = binary().arg("--version").output().unwrap();
    assert_eq!(String::from_utf8(version.stdout).unwrap(), concat!("cctv-redact ", env!("CARGO_PKG_VERSION"), "\n"));
}
