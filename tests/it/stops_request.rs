//! Requests that say too little, too much, or what the law does not know; and damage.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::tool::{Desk, ffmpeg_is_missing, fixture, listing, native, person, read_json, requester, tracks_of};

/// A whole request for two seconds of the smallest fixture.
pub fn request(reference: &str) -> Value {
    json!({ "version": 1, "reference": reference, "items": [
        { "kind": "clip", "footage": [fixture("mpeg4.avi")], "from": "0", "to": "2",
          "tracks": [{ "file": tracks_of("mpeg4.avi", "json") }] } ] })
}

/// A request with one field changed is refused.
fn refused(status: i32, pointer: &str, value: Value, says: &[&str]) {
    let mut request = request("R");
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    request.pointer_mut(parent).unwrap()[field] = value;
    let desk = Desk::new();
    let file = desk.json("request.json", &request);
    desk.refuses(status, &["run", &file], says);
}

#[test]
fn the_request_that_the_others_change_is_good() {
    let desk = Desk::new();
    let file = desk.json("request.json", &request("R"));
    desk.make(&["run", &file]).ready();
    desk.refuses(2, &["run", &file], &["out/R", "exists"]);
}

#[test]
fn a_file_that_is_no_request_is_status_2_with_its_line() {
    let desk = Desk::new();
    for text in ["", "{", "[]", "{\"version\":1}", "{\"version\":1,\"reference\":\"R\",\n\"items\":[1]}"] {
        let file = desk.write("request.json", text);
        desk.refuses(2, &["run", &file], &["request.json", "line", "schema request"]);
    }
    desk.refuses(1, &["run", "absent.json"], &["absent.json"]);
}

#[test]
fn unknown_fields_and_values_are_status_2() {
    for (pointer, value, says) in [
        ("/surprise", json!(1), "`surprise`"),
        ("/items/0/surprise", json!(1), "`surprise`"),
        ("/items/0/tracks/0/surprise", json!(1), "`surprise`"),
        ("/items/0/clock", json!({ "strat": "2026-10-12T09:00:00" }), "`strat`"),
        ("/version", json!(2), "version 2"),
        ("/reference", json!("../R"), "reference"),
        ("/identity", json!("perhaps"), "`awaited`"),
        ("/items/0/kind", json!("film"), "`still`"),
        ("/items/0/method", json!("smear"), "frost"),
        ("/items/0/obscure", json!("nobody"), "`all-but-subject`"),
        ("/items/0/margin", json!("-1%"), "negative"),
        ("/items/0/margin_min", json!("-1px"), "negative"),
        ("/items/0/hold", json!(-1), "negative"),
        ("/items/0/bridge", json!("-1s"), "negative"),
        ("/items/0/damaged", json!("show"), "`cover`"),
        ("/items/0/audio", json!({ "action": "mute" }), "--mute"),
        ("/items/0/audio", json!({ "action": "keep", "mute": ["0..1"] }), "--audio mute"),
        ("/items/0/footage", json!([]), "footage"),
        ("/items/0/from", json!(null), "--from"),
        ("/items/0/at", json!(["1"]), "--at"),
        ("/items", json!([]), "asks for nothing"),
        ("/items/0/gaps", json!([{ "track": "2", "from": "0", "to": "soon", "is": "absent" }]), "soon"),
        ("/items/0/gaps", json!([{ "track": "2", "from": "0", "to": "1", "is": "away" }]), "what to do"),
        ("/items/0/shown", json!([{ "track": "2", "because": "reasonable-without-consent" }]), "justification"),
    ] {
        refused(2, pointer, value, &[says]);
    }
}

#[test]
fn a_name_in_no_track_is_status_3_wherever_it_stands() {
    refused(3, "/items/0/subjects", json!(["99"]), &["'99'", "tracks are"]);
    refused(3, "/items/0/shown", json!([{ "track": "99", "because": "consent" }]), &["'99'"]);
    refused(3, "/items/0/shown", json!([{ "track": "1", "because": "consent" }]), &["track 1"]);
    let gaps = json!([{ "track": "99", "from": "0", "to": "1", "is": "absent" }]);
    refused(3, "/items/0/gaps", gaps, &["'99'"]);
}

#[test]
fn a_processor_needs_a_contract_and_an_instruction() {
    let with = |contract: Value, instruction: Value| json!({ "role": "processor", "contract_reference": contract, "instruction_reference": instruction });
    refused(2, "/redacted_by", json!({ "role": "processor" }), &["contract_reference", "controller"]);
    refused(2, "/redacted_by", with(json!(" "), json!("I")), &["contract_reference"]);
    refused(2, "/redacted_by", with(json!("C"), json!(null)), &["instruction_reference"]);
    let desk = Desk::new();
    let mut whole = request("R");
    whole["redacted_by"] = with(json!("DPA-1"), json!("INS-1"));
    let file = desk.json("request.json", &whole);
    desk.make(&["run", &file]).ready();
}

#[test]
fn a_refusal_needs_a_ground_that_the_law_knows() {
    let refuse = |ground: Value| json!({ "outcome": "refuse", "ground": ground });
    refused(2, "/decision", refuse(json!(null)), &["ground", "manifestly-unfounded", "could not be redacted"]);
    for none in ["could-not-be-redacted", "could not be redacted", "too much work"] {
        let says = [none, "is no ground", "third-party-rights", "could not be redacted is none of them"];
        refused(2, "/decision", refuse(json!(none)), &says);
    }
    refused(2, "/decision", refuse(json!(7)), &["'7'", "is no ground"]);
}

#[test]
fn an_id_of_a_cvat_export_needs_the_exports_hash_in_a_request_file() {
    let desk = Desk::new();
    let cvat = desk.copy(&tracks_of("mpeg4.avi", "cvat.xml"), "people.xml");
    let sha256 = cctv_redact::hash::bytes(&fs::read(desk.path("people.xml")).unwrap());
    let mut whole = request("R");
    whole["items"][0]["subjects"] = json!(["1"]);
    whole["items"][0]["tracks"] = json!([{ "file": cvat }]);
    let file = desk.json("request.json", &whole);
    desk.refuses(2, &["run", &file], &["people.xml", &format!("\"sha256\": \"{sha256}\"")]);
    whole["items"][0]["tracks"][0]["sha256"] = json!("0".repeat(64));
    desk.json("request.json", &whole);
    desk.refuses(3, &["run", &file], &["people.xml", "SHA-256 0000", &sha256]);
    whole["items"][0]["tracks"][0]["sha256"] = json!(sha256);
    desk.json("request.json", &whole);
    desk.make(&["run", &file]).ready();
    // Typed at the terminal, the file and the id are of the same moment.
    let footage = fixture("mpeg4.avi");
    let args = ["clip", &footage, "--from", "0", "--to", "2", "--tracks", &cvat, "--subject", "1"];
    desk.run(&[&args[..], &["--reference", "TYPED", "--out", "out"]].concat()).ready();
}

#[test]
fn all_items_of_a_request_pass_or_none() {
    let desk = Desk::new();
    let mut whole = request("R");
    let mut bad = whole["items"][0].clone();
    bad["from"] = json!("2");
    bad["to"] = json!("99");
    bad["tracks"] = json!([{ "file": desk.json("nobody.json", &native(&[requester("s")])) }]);
    whole["items"].as_array_mut().unwrap().push(bad);
    let file = desk.json("request.json", &whole);
    desk.refuses(3, &["run", &file], &["no third party"]);
    assert_eq!(listing(&desk.path("out")), [""; 0]);
}

#[test]
fn a_flag_beats_the_request_file() {
    let desk = Desk::new();
    let file = desk.json("request.json", &request("R"));
    let own = desk.json("own.json", &native(&[person("1")]));
    desk.make(&["run", &file, "--method", "fill", "--tracks", &own]).ready();
    let log = read_json(&desk.pack("R/keep/disclosure-log.json"));
    assert_eq!(log["items"][0]["method"]["name"], "fill");
    assert_eq!(log["items"][0]["track_files"][0]["name"], "own.json");
}

/// A copy of a fixture with the coded picture nearest to `seconds` spoiled.
pub fn damaged(desk: &Desk, name: &str, seconds: f64) -> Option<String> {
    if ffmpeg_is_missing() {
        return None;
    }
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time,pos,size", "-of", "json"])
        .arg(fixture(name))
        .output()
        .unwrap();
    let packets: Value = serde_json::from_slice(&output.stdout).unwrap();
    let number = |packet: &Value, key: &str| packet[key].as_str().unwrap().parse::<f64>().unwrap();
    let off = |packet: &&Value| ((number(packet, "pts_time") - seconds).abs() * 1e6) as u64;
    let packet = packets["packets"].as_array().unwrap().iter().min_by_key(off).unwrap();
    let (at, size) = (number(packet, "pos") as usize, number(packet, "size") as usize);
    let mut bytes = fs::read(fixture(name)).unwrap();
    bytes[at + size / 3..at + size * 2 / 3].iter_mut().for_each(|byte| *byte ^= 0x5a);
    Some(desk.write("damaged.mp4", bytes))
}

#[test]
fn damage_in_the_window_is_status_3_or_covered_whole() {
    let desk = Desk::new();
    let Some(footage) = damaged(&desk, "rotated.mp4", 1.0) else { return };
    let mut tracks = native(&[person("1")]);
    tracks["footage"] = json!({ "width": 320, "height": 240 });
    let tracks = desk.json("t.json", &tracks);
    desk.tracks_refused(3, &footage, &tracks, &[], &["damaged.mp4", "damaged from", "--damaged cover"]);
    let args = ["clip", &footage, "--from", "0", "--to", "2", "--tracks", &tracks, "--damaged", "cover"];
    desk.make(&args).ready();
    let log = read_json(&desk.pack("R/keep/disclosure-log.json"));
    let damage = log["items"][0]["damaged"].as_array().unwrap();
    assert!(!damage.is_empty() && damage.iter().all(|d| d["action"] == "covered"), "{damage:?}");
    assert!(damage[0]["frames"].as_u64().unwrap() > 1, "damage lasts until the next key frame: {damage:?}");
    let notice = read_json(&desk.pack("R/send/notice.json"));
    assert_eq!(notice["items"][0]["missing"][0]["why"], "damaged");
    desk.run(&["verify", "out/R", "--footage", &footage]).ready();
    let still = ["still", &footage, "--tracks", &tracks, "--at", "1.5", "--reference", "S", "--out", "out"];
    desk.run(&still).stopped(3, &["damaged"]);
}

#[test]
fn damage_outside_the_window_does_not_matter() {
    let desk = Desk::new();
    let Some(footage) = damaged(&desk, "gap.mp4", 9.0) else { return };
    let tracks = desk.json("t.json", &native(&[person("1")]));
    desk.make(&["clip", &footage, "--from", "0", "--to", "2", "--tracks", &tracks]).ready();
}

#[test]
fn statistics_never_overwrite_a_recording() {
    let desk = Desk::new();
    let footage = desk.copy(&fixture("mpeg4.avi"), "yard.avi");
    let before = fs::read(desk.path(&footage)).unwrap();
    let tracks = tracks_of("mpeg4.avi", "json");
    let args = ["clip", &footage, "--from", "0.5", "--to", "1", "--tracks", &tracks, "--stats", &footage];
    desk.refuses(2, &args, &["--stats", "no statistics of an earlier run"]);
    assert_eq!(fs::read(desk.path(&footage)).unwrap(), before);
}
