//! Track files that could leave somebody uncovered, or that belong to other footage. `tracks check` answers alike.

use serde_json::{Value, json};

use crate::tool::{Desk, fixture, native, person, read_json, requester, tracks_of};

fn footage() -> String {
    fixture("mpeg4.avi")
}

/// A clip of the first two seconds with these native tracks is refused.
fn refused(status: i32, tracks: &Value, options: &[&str], says: &[&str]) {
    let desk = Desk::new();
    let tracks = desk.json("t.json", tracks);
    desk.tracks_refused(status, &footage(), &tracks, options, says);
}

fn refused_text(status: i32, name: &str, text: &str, says: &[&str]) {
    let desk = Desk::new();
    let tracks = desk.write(name, text);
    desk.tracks_refused(status, &footage(), &tracks, &[], says);
}

fn made(tracks: &Value, options: &[&str]) -> Desk {
    let desk = Desk::new();
    let tracks = desk.json("t.json", tracks);
    desk.make(&[&["clip", &footage(), "--from", "0", "--to", "2", "--tracks", &tracks], options].concat()).ready();
    desk
}

const CVAT: &str = r#"<?xml version="1.0"?><annotations><meta><task><start_frame>0</start_frame><stop_frame>39</stop_frame></task></meta>
<track id="0" label="person"><box frame="0" outside="0" xtl="40" ytl="60" xbr="70" ybr="140"/>
<box frame="5" outside="0" xtl="BAD" ytl="60" xbr="70" ybr="140"/></track></annotations>"#;

const LABEL_STUDIO: &str = r#"[{"id":1,"annotations":[{"result":[{"id":"a","type":"videorectangle","value":{"framesCount":40,"sequence":[
{"frame":1,"x":10,"y":20,"width":BAD,"height":30,"rotation":0,"enabled":true}]}}]}]}]"#;

#[test]
fn the_templates_are_covered_when_they_hold_a_good_number() {
    let desk = Desk::new();
    for (name, text, good) in [("t.xml", CVAT, "40"), ("t.json", LABEL_STUDIO, "10")] {
        let tracks = desk.write(name, text.replace("BAD", good));
        desk.run(&["tracks", "check", &tracks, "--footage", &footage(), "--from", "0", "--to", "2"]).ready();
    }
}

#[test]
fn a_box_that_is_no_rectangle_is_status_3_in_every_format() {
    for bad in ["NaN", "Infinity", "-Infinity", "1e999", "-3", "0", "null"] {
        let text = native(&[person("7")]).to_string().replacen("30", bad, 1);
        refused_text(3, "t.json", &text, &["t.json"]);
        refused_text(3, "t.json", &LABEL_STUDIO.replace("BAD", bad), &["t.json"]);
    }
    refused_text(3, "t.json", &native(&[person("7")]).to_string().replacen(",30,80", "", 1), &["track 7"]);
    for bad in ["nan", "inf", "-inf", "1e999", "1000"] {
        refused_text(3, "t.xml", &CVAT.replace("BAD", bad), &["t.xml", "track 0", "frame 5"]);
    }
    refused_text(3, "t.xml", &CVAT.replace(r#"xtl="BAD" "#, ""), &["t.xml", "track 0", "frame 5"]);
    for bad in ["nan", "inf", "-inf", "-3", "0", ""] {
        let text = format!("1,7,40,60,30,80,1\n2,7,40,60,{bad},80,1\n");
        refused_text(3, "t.txt", &text, &["t.txt", "line 2"]);
    }
}

#[test]
fn a_file_that_cannot_be_read_as_tracks_is_status_1() {
    for (name, text) in [
        ("t.json", "{"),
        ("t.json", "{\"tracks\":1}"),
        ("t.json", "{\"version\":2,\"tracks\":[]}"),
        ("t.json", "{\"version\":1,\"tracks\":[],\"surprise\":1}"),
        ("t.json", "{\"version\":1,\"tracks\":[{\"id\":\"1\",\"keyframes\":[]}]}"),
        ("t.xml", "<annotations><track id=\"0\""),
        ("t.xml", "<annotations><image/></annotations>"),
        ("t.txt", "hello"),
        ("t.txt", "1,1,a,b,c,d\n"),
        ("empty.json", ""),
    ] {
        refused_text(1, name, text, &[name]);
    }
    Desk::new().tracks_refused(1, &footage(), "absent.json", &[], &["absent.json", "no such file"]);
    let twice = native(&[person("1"), person("1")]);
    refused(1, &twice, &[], &["t.json", "second track 1"]);
}

#[test]
fn tracks_of_other_footage_are_status_3() {
    let own = read_json(std::path::Path::new(&tracks_of("mpeg4.avi", "json")));
    let with = |key: &str, value: Value| {
        let mut tracks = own.clone();
        tracks["footage"][key] = value;
        tracks
    };
    made(&own, &[]);
    refused(3, &with("sha256", json!("a".repeat(64))), &[], &["t.json", "SHA-256 aaaa"]);
    refused(3, &with("frames", json!(41)), &[], &["t.json", "41 frames", "40"]);
    refused(3, &with("width", json!(640)), &[], &["t.json", "640x240", "--tracks-size 640x240"]);
    refused(3, &own, &["--tracks-size", "640x480"], &["t.json", "320x240"]);
    Desk::new().tracks_refused(3, &footage(), &tracks_of("gap.mp4", "json"), &[], &["gap.mp4.json", "SHA-256"]);
    let cvat = fixture("tracks/car-park.mp4.cvat.xml");
    Desk::new().tracks_refused(3, &footage(), &cvat, &[], &["car-park.mp4.cvat.xml", "704x576", "--tracks-size"]);
}

#[test]
fn boxes_that_lie_elsewhere_are_status_3() {
    let mut far = person("1");
    for key in far["keyframes"].as_array_mut().unwrap() {
        key["box"] = json!([900, 500, 60, 160]);
    }
    refused(3, &native(&[far.clone()]), &[], &["t.json", "outside", "--tracks-size"]);
    refused(3, &native(&[far.clone(), far.clone(), person("3")].map(named_apart)), &[], &["4 of 6"]);
    made(&native(&[far.clone(), person("2")].map(named_apart)), &[]);

    let mut late = person("1");
    late["keyframes"] = json!([{ "frame": 40, "box": [40, 60, 30, 80] }, { "frame": 60, "box": [40, 60, 30, 80] }]);
    refused(3, &native(&[late.clone()]), &[], &["t.json", "after the end", "40 frames"]);
    late["keyframes"] = json!([{ "time": 4.0, "box": [40, 60, 30, 80] }, { "time": 9.0, "box": [40, 60, 30, 80] }]);
    refused(3, &native(&[late]), &[], &["t.json", "after the end"]);
}

fn named_apart(mut track: Value) -> Value {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(100);
    track["id"] = json!(NEXT.fetch_add(1, Ordering::Relaxed).to_string());
    track
}

#[test]
fn a_window_with_nobody_to_cover_is_status_3_unless_somebody_has_looked() {
    let mut shown = person("1");
    shown["shown_because"] = json!("consent");
    let mut elsewhere = person("1");
    elsewhere["keyframes"] =
        json!([{ "frame": 35, "box": [40, 60, 30, 80] }, { "frame": 39, "box": [40, 60, 30, 80] }]);
    for (tracks, why) in [
        (native(&[]), "no track is given"),
        (native(&[requester("s")]), "no third party is marked"),
        (native(&[shown, requester("s")]), "every third party is marked as shown"),
        (native(&[elsewhere, requester("s")]), "comes into the window"),
    ] {
        refused(3, &tracks, &[], &[why, "--no-third-parties", "\"no_third_parties\": true"]);
        made(&tracks, &["--no-third-parties"]);
    }
    let clip = ["clip", &footage(), "--from", "0", "--to", "2"];
    Desk::new().refuses(3, &clip, &["--no-third-parties"]);
}

#[test]
fn no_third_parties_with_one_in_the_window_is_status_2() {
    refused(2, &native(&[person("1")]), &["--no-third-parties"], &["--no-third-parties", "leave"]);
}

#[test]
fn a_subject_in_no_track_is_status_3() {
    let tracks = native(&[person("1"), person("2")]);
    refused(3, &tracks, &["--subject", "9"], &["'9'", "1, 2"]);
    refused(3, &tracks, &["--subject-label", "requester"], &["'requester'"]);
    refused(2, &tracks, &["--obscure", "all-but-subject"], &["--subject"]);
    let clip = ["clip", &footage(), "--from", "0", "--to", "2", "--subject", "1"];
    Desk::new().refuses(3, &clip, &["'1'"]);
}

#[test]
fn a_conflict_between_request_and_tracks_is_status_3() {
    let mut other = person("1");
    other["role"] = json!("third-party");
    refused(3, &native(&[other.clone()]), &["--subject", "1"], &["t.json", "track 1", "third party"]);
    other["shown_because"] = json!("consent");
    refused(3, &native(&[other]), &["--subject", "1"], &["t.json", "track 1", "third party"]);
    refused(3, &native(&[requester("s"), person("1")]), &["--subject", "1"], &["t.json", "track s"]);
}

#[test]
fn an_id_in_two_files_must_say_which_file() {
    let desk = Desk::new();
    let (a, b) = (desk.json("a.json", &native(&[person("1")])), desk.json("b.json", &native(&[requester("1")])));
    let mut plain = person("1");
    plain["keyframes"][0]["box"][0] = json!(200);
    plain["keyframes"][1]["box"][0] = json!(200);
    desk.json("b.json", &native(&[plain]));
    let clip = ["clip", &footage(), "--from", "0", "--to", "2", "--tracks", &a, "--tracks", &b, "--subject"];
    desk.refuses(2, &[&clip[..], &["1"]].concat(), &["a.json, b.json", "a.json:1"]);
    desk.refuses(3, &[&clip[..], &["c.json:1"]].concat(), &["c.json:1"]);
    desk.make(&[&clip[..], &["b.json:1"]].concat()).ready();
    let log = read_json(&desk.pack("R/keep/disclosure-log.json"));
    let roles: Vec<_> = log["items"][0]["tracks"].as_array().unwrap().iter().map(|t| &t["role"]).collect();
    assert_eq!(roles, ["third-party", "subject"]);
    let footage = footage();
    desk.run(&["verify", "out/R", "--footage", &footage]).ready();
}

/// Somebody in every frame of 0 to 3 and of 18 to 20: a gap of 1.5 s at 10 frames a second.
fn with_a_gap() -> String {
    (0..4).chain(18..21).map(|n| format!("{},7,40,60,30,80,1\n", n + 1)).collect()
}

#[test]
fn a_long_gap_is_status_3_with_a_statement_that_works_when_pasted() {
    let desk = Desk::new();
    let tracks = desk.write("t.txt", with_a_gap());
    desk.tracks_refused(3, &footage(), &tracks, &[], &["track 7", "00:00:00.400", "00:00:01.800", "--gaps absent"]);
    let clip = ["clip", &footage(), "--from", "0", "--to", "2", "--tracks", &tracks];
    let said = desk.make(&clip).err;
    let start = said.find("\"gaps\": [").unwrap();
    let end = start + said[start..].find(']').unwrap() + 1;
    let statement: Value = serde_json::from_str(&format!("{{ {} }}", &said[start..end])).unwrap();
    let mut request = json!({ "version": 1, "reference": "PASTED", "items": [
        { "kind": "clip", "footage": [footage()], "from": "0", "to": "2", "tracks": [{ "file": "t.txt" }] } ] });
    let file = desk.json("request.json", &request);
    desk.refuses(3, &["run", &file], &["track 7"]);
    request["items"][0]["gaps"] = statement["gaps"].clone();
    desk.json("request.json", &request);
    desk.make(&["run", &file]).ready();
    assert_eq!(covered(&desk, "PASTED"), (4 + 5 + 5 + 2, 0), "marked, held after, held before, marked");
    desk.run(&["verify", "out/PASTED", "--footage", &footage()]).ready();
    // A statement about half of the gap does not settle it.
    request["items"][0]["gaps"][0]["to"] = json!("1.0");
    request["reference"] = json!("HALF");
    desk.json("request.json", &request);
    desk.refuses(3, &["run", &file], &["track 7"]);
}

/// Frames covered and frames bridged of the first track.
fn covered(desk: &Desk, reference: &str) -> (u64, u64) {
    let log = read_json(&desk.pack(reference).join("keep/disclosure-log.json"));
    let track = &log["items"][0]["tracks"][0];
    (track["frames_covered"].as_u64().unwrap(), track["bridged"].as_u64().unwrap())
}

#[test]
fn gaps_can_be_taken_as_absence_or_covered_throughout() {
    let desk = Desk::new();
    let tracks = desk.write("t.txt", with_a_gap());
    let clip = |gaps, reference| {
        let args = ["clip", &footage(), "--from", "0", "--to", "2", "--tracks", &tracks, "--out", "out"];
        desk.run(&[&args[..], &["--reference", reference], gaps].concat()).ready()
    };
    clip(&["--gaps", "cover"], "COVER");
    assert_eq!(covered(&desk, "COVER").1, 14);
    let said = clip(&["--gaps", "absent"], "ABSENT").err;
    assert!(said.contains("warning: every gap in a track"), "{said}");
    assert_eq!(covered(&desk, "ABSENT").1, 0);
    clip(&["--bridge", "2"], "BRIDGE");
    assert_eq!(covered(&desk, "BRIDGE").1, 14);
}

#[test]
fn the_order_and_number_of_track_files_does_not_matter_to_their_sum() {
    let desk = Desk::new();
    let (a, b) = (desk.json("a.json", &native(&[person("1")])), desk.json("b.json", &native(&[requester("2")])));
    let clip = |first, second, reference| {
        let args = ["clip", &footage(), "--from", "0", "--to", "2", "--tracks", first, "--tracks", second];
        desk.run(&[&args[..], &["--reference", reference, "--out", "out"]].concat()).ready();
        std::fs::read(desk.pack(reference).join("send/clip.mp4")).unwrap()
    };
    assert_eq!(clip(&a, &b, "AB"), clip(&b, &a, "BA"));
}

#[test]
fn converting_never_replaces_a_file_and_needs_a_known_ending() {
    let desk = Desk::new();
    let tracks = desk.json("t.json", &native(&[person("1")]));
    desk.run(&["tracks", "convert", &tracks, "t.xml", "--footage", &footage()]).ready();
    desk.run(&["tracks", "convert", &tracks, "t.xml"]).stopped(2, &["t.xml", "exists", "another name"]);
    desk.run(&["tracks", "convert", &tracks, "t.csv"]).stopped(2, &["t.csv", ".json"]);
    desk.run(&["tracks", "convert", "t.xml", "back.json"]).ready();
    let back = read_json(&desk.path("back.json"));
    assert_eq!(back["tracks"][0]["keyframes"][0]["box"], json!([40.0, 60.0, 30.0, 80.0]));
}

#[test]
fn checking_draws_a_picture_of_each_track() {
    let desk = Desk::new();
    let tracks = desk.json("t.json", &native(&[person("1"), person("../2")]));
    desk.run(&["tracks", "check", &tracks, "--footage", &footage(), "--pictures", "who"]).ready();
    let names = ["unredacted-do-not-send-track-.._2.png", "unredacted-do-not-send-track-1.png"];
    assert_eq!(crate::tool::listing(&desk.path("who")), names);
}
