//! `verify` passes what the tool made, says what it could not check, and finds every planted fault. (Faults in the bytes
//! of clips and stills are in tests/proof.)

use std::fs;
use std::path::Path;

use cctv_redact::hash;
use serde_json::{Value, json};

use crate::tool::{Desk, fixture, listing, native, person, read_json, requester, tracks_of};

const WINDOW: [&str; 4] = ["--from", "0.5", "--to", "1.5"];

fn footage() -> String {
    fixture("mpeg4.avi")
}

/// Makes a clip of ten frames; `options` come last, so that they win.
fn clip(desk: &Desk, reference: &str, footage: &str, tracks: &str, window: [&str; 4]) {
    let args = ["clip", footage, "--tracks", tracks, "--out", "out", "--reference", reference];
    desk.run(&[&args[..], &window].concat()).ready();
}

fn good() -> Desk {
    let desk = Desk::new();
    clip(&desk, "R", &footage(), &tracks_of("mpeg4.avi", "json"), WINDOW);
    desk
}

fn stills() -> Desk {
    let desk = Desk::new();
    desk.make(&["still", &footage(), "--tracks", &tracks_of("mpeg4.avi", "json"), "--at", "1", "--at", "2"]).ready();
    desk
}

fn alone(desk: &Desk, status: i32, says: &[&str]) {
    desk.run(&["verify", "out/R"]).stopped(status, says);
}

fn with_footage(desk: &Desk, status: i32, says: &[&str]) {
    desk.run(&["verify", "out/R", "--footage", &footage()]).stopped(status, says);
}

/// Changes a JSON file of the pack.
fn edit(desk: &Desk, name: &str, change: impl FnOnce(&mut Value)) {
    let path = desk.pack("R").join(name);
    let mut value = read_json(&path);
    change(&mut value);
    fs::write(path, value.to_string()).unwrap();
}

/// Makes notice and log agree with the files as they are now, as somebody who wants to deceive would.
pub fn seal_again(desk: &Desk) {
    let pack = desk.pack("R");
    let facts = |name: &str| {
        let bytes = fs::read(pack.join(name)).unwrap();
        (json!(hash::bytes(&bytes)), json!(bytes.len()))
    };
    edit(desk, "send/notice.json", |notice| {
        for item in notice["items"].as_array_mut().unwrap() {
            item["sha256"] = facts(&format!("send/{}", item["file"].as_str().unwrap())).0;
        }
    });
    edit(desk, "keep/disclosure-log.json", |log| {
        for item in log["items"].as_array_mut().unwrap() {
            for file in item["files"].as_array_mut().unwrap() {
                (file["sha256"], file["bytes"]) = facts(&format!("send/{}", file["name"].as_str().unwrap()));
            }
        }
        for record in log["records"].as_array_mut().unwrap() {
            (record["sha256"], record["bytes"]) = facts(record["name"].as_str().unwrap());
        }
    });
}

/// Puts another pack's clip in the place of the good one, hashes and all.
fn swap(desk: &Desk, other: &str) {
    fs::copy(desk.pack(other).join("send/clip.mp4"), desk.pack("R/send/clip.mp4")).unwrap();
    seal_again(desk);
}

#[test]
fn a_good_pack_verifies_and_what_was_not_checked_is_named() {
    for desk in [good(), stills()] {
        let said = desk.run(&["verify", "out/R"]).ready().out;
        assert!(said.contains("not checked: the picture outside the covers (needs --footage)"), "{said}");
        let said = desk.run(&["verify", "out/R", "--footage", &footage()]).ready().out;
        assert!(!said.contains("not checked"), "{said}");
        let (_, before) = (seal_again(&desk), listing(&desk.path("out")));
        with_footage(&desk, 0, &[]);
        assert_eq!(listing(&desk.path("out")), before, "verify writes nothing");
    }
}

#[test]
fn a_recoverable_methods_still_cannot_be_proved_without_the_footage() {
    let desk = Desk::new();
    desk.make(&["still", &footage(), "--tracks", &tracks_of("mpeg4.avi", "json"), "--at", "1", "--method", "blur"])
        .ready();
    assert!(desk.run(&["verify", "out/R"]).ready().out.contains("not checked: what 'blur' leaves"));
    with_footage(&desk, 0, &[]);
}

#[test]
fn what_is_no_pack_is_status_1_and_a_broken_log_status_4() {
    let desk = good();
    desk.run(&["verify", "nowhere"]).stopped(1, &["nowhere"]);
    desk.run(&["verify", "out"]).stopped(1, &["this is not a pack"]);
    fs::write(desk.pack("R/keep/disclosure-log.json"), "{}").unwrap();
    alone(&desk, 4, &["disclosure-log.json"]);
}

#[test]
fn footage_that_the_pack_was_not_made_from_is_status_3() {
    let desk = good();
    desk.run(&["verify", "out/R", "--footage", &fixture("hevc.mkv")]).stopped(3, &["hevc.mkv", "not made from"]);
    let mut bytes = fs::read(footage()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let changed = desk.write("changed.avi", bytes);
    desk.run(&["verify", "out/R", "--footage", &changed]).stopped(3, &["changed.avi"]);
    desk.run(&["verify", "out/R", "--footage", "/dev/zero"]).stopped(2, &["/dev/zero"]);
    desk.run(&["verify", "out/R", "--footage", "absent.avi"]).stopped(1, &["absent.avi"]);
}

#[test]
fn a_changed_byte_in_any_file_is_found() {
    for name in ["send/clip.mp4", "send/notice.json", "send/notice.html", "keep/tracks.json"] {
        let desk = good();
        let path = desk.pack("R").join(name);
        let mut bytes = fs::read(&path).unwrap();
        // A letter or a sample in the middle, so that the file can still be read.
        let at = (bytes.len() / 2..bytes.len()).find(|&i| bytes[i].is_ascii_lowercase()).unwrap();
        bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
        fs::write(&path, bytes).unwrap();
        alone(&desk, 4, &[name]);
        with_footage(&desk, 4, &[name]);
    }
    let desk = stills();
    let path = desk.pack("R/send/still-0002.png");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    alone(&desk, 4, &["send/still-0002.png"]);
    seal_again(&desk);
    alone(&desk, 4, &["still"]);
}

#[test]
fn a_changed_fact_in_the_log_is_found() {
    for (pointer, value) in [
        ("/reference", json!("OTHER")),
        ("/items/0/files/0/sha256", json!("0".repeat(64))),
        ("/items/0/files/0/bytes", json!(1)),
        ("/items/0/files/0/name", json!("film.mp4")),
        ("/items/0/expected_clip/intervals", json!([[1, 8]])),
        ("/items/0/expected_clip/intervals", json!([[1, 8], [2, 1]])),
        ("/items/0/expected_clip/size", json!([320, 242])),
        ("/items/0/expected_clip/quarter_turns", json!(1)),
        ("/items/0/expected_clip/covers", json!([{ "frame": 0, "boxes": [[0, 0, 320, 240]], "all_but": null }])),
        ("/items/0/expected_clip", json!(null)),
        ("/items/0/method/name", json!("smear")),
        ("/items/0/verification/passed", json!(false)),
        ("/items/0/verification/checks", json!([])),
        ("/items/0/verification/checks/0/passed", json!(false)),
        ("/items", json!([])),
        ("/records", json!([])),
        ("/version", json!("one")),
    ] {
        let desk = good();
        edit(&desk, "keep/disclosure-log.json", |log| *log.pointer_mut(pointer).unwrap() = value);
        alone(&desk, 4, &["error: "]);
    }
}

#[test]
fn a_file_too_many_or_too_few_is_found() {
    for extra in ["send/clip2.mp4", "send/.hidden", "keep/copy.mp4", "notes.txt"] {
        let desk = good();
        fs::write(desk.pack("R").join(extra), "").unwrap();
        alone(&desk, 4, &["too many", extra.split('/').next_back().unwrap()]);
    }
    for missing in ["send/clip.mp4", "send/notice.html", "send/notice.json", "keep/tracks.json"] {
        let desk = good();
        fs::remove_file(desk.pack("R").join(missing)).unwrap();
        alone(&desk, 4, &["missing", missing.split('/').next_back().unwrap()]);
    }
}

#[test]
fn a_clip_with_a_frame_missing_is_found() {
    let desk = good();
    clip(&desk, "SHORT", &footage(), &tracks_of("mpeg4.avi", "json"), ["--from", "0.5", "--to", "1.4"]);
    swap(&desk, "SHORT");
    alone(&desk, 4, &["9 frames, not 10"]);
}

#[test]
fn a_clip_that_shows_each_frame_one_frame_early_is_found() {
    let desk = good();
    clip(&desk, "LATE", &footage(), &tracks_of("mpeg4.avi", "json"), ["--from", "0.6", "--to", "1.6"]);
    swap(&desk, "LATE");
    with_footage(&desk, 4, &["frame"]);
}

#[test]
fn a_clip_with_a_region_left_open_is_found() {
    let desk = good();
    let mut tracks = read_json(Path::new(&tracks_of("mpeg4.avi", "json")));
    let open = |t: &Value| t["id"] == "4" || t["role"] == "subject";
    tracks["tracks"].as_array_mut().unwrap().retain(open);
    let fewer = desk.json("fewer.json", &tracks);
    clip(&desk, "OPEN", &footage(), &fewer, WINDOW);
    swap(&desk, "OPEN");
    alone(&desk, 4, &["under the cover"]);
    // Even with the other pack's expectations, the kept tracks speak against it.
    let expected = read_json(&desk.pack("OPEN/keep/disclosure-log.json"))["items"][0]["expected_clip"].clone();
    edit(&desk, "keep/disclosure-log.json", |log| log["items"][0]["expected_clip"] = expected);
    alone(&desk, 0, &[]);
    with_footage(&desk, 4, &["the kept tracks do not give what the log says"]);
}

#[test]
fn a_clip_that_covers_more_than_its_log_says_is_found() {
    let desk = good();
    let mut tracks = read_json(Path::new(&tracks_of("mpeg4.avi", "json")));
    // The frame number that is painted in the corner.
    let corner = json!({ "id": "corner", "whole": true, "keyframes": [{ "frame": 0, "box": [250, 5, 60, 20] }] });
    tracks["tracks"].as_array_mut().unwrap().push(corner);
    let more = desk.json("more.json", &tracks);
    clip(&desk, "MORE", &footage(), &more, WINDOW);
    swap(&desk, "MORE");
    alone(&desk, 0, &[]);
    with_footage(&desk, 4, &["is not the footage's"]);
}

#[test]
fn another_clip_of_the_same_shape_is_found() {
    let desk = good();
    // The same scene, a second later.
    let later = ["--from", "1.5", "--to", "2.5"];
    clip(&desk, "OTHER", &fixture("hevc.mkv"), &tracks_of("hevc.mkv", "json"), later);
    swap(&desk, "OTHER");
    with_footage(&desk, 4, &["clip"]);
}

#[test]
fn a_still_of_another_moment_is_found() {
    let desk = stills();
    fs::copy(desk.pack("R/send/still-0001.png"), desk.pack("R/send/still-0002.png")).unwrap();
    seal_again(&desk);
    with_footage(&desk, 4, &["still"]);
}

#[test]
fn changed_tracks_do_not_give_the_clip() {
    let desk = good();
    edit(&desk, "keep/tracks.json", |tracks| {
        let person = tracks["tracks"].as_array_mut().unwrap().iter_mut().find(|t| t["role"] == "third-party").unwrap();
        for key in person["keyframes"].as_array_mut().unwrap() {
            key["box"][2] = json!(key["box"][2].as_f64().unwrap() + 20.0);
        }
    });
    seal_again(&desk);
    alone(&desk, 0, &[]);
    with_footage(&desk, 4, &["kept tracks"]);
}

#[test]
fn kept_tracks_without_anybody_are_a_fault_of_the_pack() {
    let desk = good();
    edit(&desk, "keep/tracks.json", |tracks| {
        tracks["tracks"].as_array_mut().unwrap().retain(|t| t["role"] == "subject");
    });
    seal_again(&desk);
    with_footage(&desk, 4, &["nobody would be covered"]);
}

#[test]
fn items_with_other_tracks_and_footage_verify_each_by_its_own() {
    let desk = Desk::new();
    let mut far = person("1");
    far["keyframes"] = json!([{ "frame": 0, "box": [250, 20, 40, 90] }, { "frame": 39, "box": [250, 20, 40, 90] }]);
    let a = desk.json("a.json", &native(&[person("1"), requester("2")]));
    let b = desk.json("b.json", &native(&[far, requester("3"), person("late")]));
    let item = |footage: &str, tracks: &str, subjects: Value, from: &str, to: &str| json!({ "kind": "clip", "footage": [fixture(footage)], "from": from, "to": to, "tracks": [{ "file": tracks }], "subjects": subjects });
    let request = json!({ "version": 1, "reference": "R", "items": [
        item("mpeg4.avi", &a, json!(["2"]), "0", "1"),
        item("mpeg4.avi", &b, json!([]), "1", "2"),
        item("hevc.mkv", &a, json!([]), "1", "2"),
        { "kind": "still", "footage": [fixture("hevc.mkv")], "at": ["1"], "tracks": [{ "file": b }] } ] });
    let file = desk.json("request.json", &request);
    desk.make(&["run", &file]).ready();
    let both = ["verify", "out/R", "--footage", &footage(), "--footage", &fixture("hevc.mkv")];
    let said = desk.run(&both).ready().out;
    assert!(!said.contains("not checked"), "{said}");
    with_footage(&desk, 0, &[]);
}

#[test]
fn one_person_can_play_another_part_in_each_item() {
    let desk = Desk::new();
    let mut second = person("2");
    second["keyframes"][0]["box"][0] = json!(200);
    second["keyframes"][1]["box"][0] = json!(200);
    let tracks = desk.json("t.json", &native(&[person("1"), second]));
    let item = |subjects: Value, gaps: Value| {
        json!({ "kind": "clip", "footage": [footage()], "from": "0", "to": "1", "tracks": [{ "file": tracks }],
                "subjects": subjects, "gaps": gaps })
    };
    let gaps = json!([{ "track": "2", "from": "0", "to": "1", "is": "absent" }, { "track": "t.json:1", "from": "0", "to": "1", "is": "absent" }]);
    let request = json!({ "version": 1, "reference": "R", "items": [
        item(json!(["1"]), json!("refuse")), item(json!(["2"]), gaps.clone()), item(json!([]), gaps) ] });
    let file = desk.json("request.json", &request);
    desk.make(&["run", &file]).ready();
    let said = desk.run(&["verify", "out/R", "--footage", &footage()]).ready().out;
    assert!(!said.contains("not checked"), "{said}");
}

#[test]
fn a_link_in_a_pack_is_no_file_of_it_and_pictures_do_not_go_into_one() {
    let desk = Desk::new();
    let (footage, tracks) = (fixture("mpeg4.avi"), crate::tool::tracks_of("mpeg4.avi", "json"));
    desk.make(&["clip", &footage, "--from", "0.5", "--to", "1", "--tracks", &tracks]).ready();
    let folder = desk.pack("R/send");
    let folder = folder.to_str().unwrap();
    desk.run(&["tracks", "check", &tracks, "--footage", &footage, "--pictures", folder]).stopped(2, &["--pictures"]);
    let clip = desk.pack("R/send/clip.mp4");
    fs::rename(&clip, desk.path("elsewhere.mp4")).unwrap();
    std::os::unix::fs::symlink(desk.path("elsewhere.mp4"), &clip).unwrap();
    alone(&desk, 4, &["not a plain file"]);
}
