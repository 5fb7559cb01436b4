//! What the server shows is what a disclosure would hand over, and what is saved stays saved.

use cctv_redact::contain::Place;
use cctv_redact::disclose::{Named, Settings, assess};
use cctv_redact::picture::{Picture, Planes};
use cctv_redact::progress::Silent;
use cctv_redact::render::{Event, Stretch, decode};
use cctv_redact::{hash, request};
use serde_json::{Value, json};

use super::served::Served;
use super::{desk, person, verified};

/// Two people in a recording of 320 x 240 and more.
fn two_people(saved: &mut Value) {
    let tracks = [
        person("P1", "subject", (0, [20.0, 20.0, 40.0, 60.0]), (40, [60.0, 20.0, 40.0, 60.0])),
        person("P2", "third-party", (5, [120.0, 30.0, 30.0, 60.0]), (30, [80.0, 30.0, 30.0, 60.0])),
    ];
    saved["tracks"]["tracks"] = json!(tracks);
    saved["request"]["reference"] = json!("SAR-1");
    saved["request"]["items"][0]["from"] = json!("0");
    saved["request"]["items"][0]["to"] = json!("00:00:02");
}

fn samples(picture: &Picture) -> Vec<u8> {
    match &picture.planes {
        Planes::Eight(planes) => planes.iter().flat_map(|p| p.samples.clone()).collect(),
        Planes::Sixteen(planes) => planes.iter().flat_map(|p| p.samples.iter().flat_map(|s| s.to_le_bytes())).collect(),
    }
}

#[test]
fn the_preview_has_the_very_samples_that_a_disclosure_encodes() {
    for (name, method, obscure) in [
        ("hevc.mkv", "frost", "third-parties"),
        ("mpeg4.avi", "fill", "all-but-subject"),
        ("odd-444.mp4", "blur", "third-parties"),
    ] {
        let (folder, footage) = desk(name);
        let served = Served::start(folder.path(), &[name]);
        served.change(|saved| {
            two_people(saved);
            saved["request"]["items"][0]["method"] = json!(method);
            saved["request"]["items"][0]["obscure"] = json!(obscure);
        });
        let decided = served.good("POST", "ask", &json!("Decide"));
        assert!(decided["error"].is_null(), "{decided}");
        let work = folder.path().join(format!("{name}.review"));
        let wanted = request::parse(&std::fs::read(work.join("request.json")).unwrap()).unwrap();
        let settings = Settings { threads: 1, pin_ids: true, place: Place::Here };
        let named = Named { item: &wanted.items[0], place: 0, of: 1, base: &work };
        let known = assess(&named, &settings, &Silent).unwrap();
        assert!(std::path::Path::new(&wanted.items[0].footage[0]) == footage);
        let mut compared = 0;
        decode(&known.footage, &Stretch { frames: 0..12 }, |event| {
            let Event::Frame(frame, picture) = event else { return Ok(()) };
            let recorded = hash::bytes(&samples(picture));
            known.rules.method.apply(picture, known.plan.cover(frame).unwrap());
            let shown = served.ask("GET", &format!("frame/{frame}/320/covered"), b"");
            let hash = hash::bytes(&samples(picture));
            assert_eq!(shown.header("x-planes-sha256"), Some(hash.as_str()), "{name}, frame {frame}");
            assert_ne!(hash, recorded, "{name}, frame {frame}: nothing is covered");
            assert!(image::load_from_memory(&shown.body).is_ok());
            compared += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(compared, 12);
    }
}

#[test]
fn a_damaged_frame_is_previewed_as_it_will_be_covered() {
    let desk = crate::tool::Desk::new();
    let Some(name) = crate::stops_request::damaged(&desk, "rotated.mp4", 1.0) else { return };
    let served = Served::start(&desk.path(""), &[&name]);
    served.change(|saved| {
        two_people(saved);
        saved["request"]["items"][0]["damaged"] = json!("cover");
    });
    served.good("POST", "ask", &json!("Decide"));
    let work = desk.path("damaged.mp4.review");
    let wanted = request::parse(&std::fs::read(work.join("request.json")).unwrap()).unwrap();
    let settings = Settings { threads: 1, pin_ids: true, place: Place::Here };
    let known = assess(&Named { item: &wanted.items[0], place: 0, of: 1, base: &work }, &settings, &Silent).unwrap();
    assert!(known.damaged.len() > 1 && known.damaged.len() < known.plan.covers.len(), "{:?}", known.damaged);
    let mut compared = 0;
    decode(&known.footage, &Stretch { frames: 0..known.plan.covers.len() }, |event| {
        let Event::Frame(frame, picture) = event else { return Ok(()) };
        known.rules.method.apply(picture, known.plan.cover(frame).unwrap());
        let shown = served.ask("GET", &format!("frame/{frame}/320/covered"), b"");
        let hash = hash::bytes(&samples(picture));
        assert_eq!(shown.header("x-planes-sha256"), Some(hash.as_str()), "frame {frame}");
        assert_eq!(shown.header("x-damaged") == Some("true"), known.damaged.contains(&frame), "frame {frame}");
        compared += 1;
        Ok(())
    })
    .unwrap();
    assert_eq!(compared, known.plan.covers.len());
}

#[test]
fn stepping_shows_the_frame_that_was_asked_for_in_any_order() {
    let (folder, _) = desk("car-park.mp4");
    let served = Served::start(folder.path(), &["car-park.mp4"]);
    let state = served.ready();
    let count = state["footage"]["times"].as_array().unwrap().len();
    let width = state["footage"]["shown_size"][0].as_u64().unwrap();
    let offset = number(&served, 0, width).unwrap();
    for frame in [1, 2, 1, 0, count - 1, count / 2, count / 2 - 1, count / 2 - 2, 17, 60, 16, count - 2] {
        assert_eq!(number(&served, frame, width), Some(offset + frame as u32), "frame {frame}");
    }
    assert_eq!(served.ask("GET", &format!("frame/{count}/320/recorded"), b"").status, 422);
}

/// The number that is painted into a frame.
fn number(served: &Served, frame: usize, width: u64) -> Option<u32> {
    let shown = served.ask("GET", &format!("frame/{frame}/{width}/recorded"), b"");
    let luma = image::load_from_memory(&shown.body).unwrap().to_luma8();
    let layout = cctv_redact::picture::Layout {
        width: luma.width(),
        height: luma.height(),
        chroma_shift_x: 0,
        chroma_shift_y: 0,
        depth: 8,
        grey: true,
        full_range: true,
    };
    let plane = cctv_redact::picture::Plane {
        width: luma.width() as usize,
        height: luma.height() as usize,
        samples: luma.into_raw(),
    };
    cctv_redact::scene::read_frame_number(&Picture { layout, planes: Planes::Eight(vec![plane]) })
}

#[test]
fn approval_waits_until_all_was_looked_at_and_then_makes_a_pack_that_verifies() {
    let (folder, footage) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.change(two_people);
    let refused = served.approve();
    assert_eq!(refused.status, 422);
    assert!(refused.json()["what"].as_str().unwrap().contains("looked at"), "{}", refused.json());
    let decided = served.good("POST", "ask", &json!("Decide"));
    let keys: Vec<Value> = decided["stretches"].as_array().unwrap().iter().map(|s| s["key"].clone()).collect();
    assert!(!keys.is_empty());
    served.change(|saved| saved["checks"]["looked_at"] = json!(keys));
    assert_eq!(served.approve().status, 200);
    let made = served.made();
    let pack = std::path::PathBuf::from(made["pack"].as_str().unwrap());
    let clip = served.ask("GET", "pack/send/clip.mp4", b"");
    assert_eq!((clip.status, clip.body), (200, std::fs::read(pack.join("send/clip.mp4")).unwrap()));
    verified(&pack, Some(&footage));
}

#[test]
fn a_mark_holds_for_what_was_seen_and_not_for_what_is_changed_later() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    let keys = |served: &Served| {
        let decided = served.good("POST", "ask", &json!("Decide"));
        decided["stretches"].as_array().unwrap().iter().map(|s| s["key"].clone()).collect::<Vec<_>>()
    };
    served.change(two_people);
    let before = keys(&served);
    assert_eq!(before, keys(&served));
    served.change(|saved| saved["tracks"]["tracks"][1]["keyframes"][0]["box"][0] = json!(100.0));
    assert_ne!(before, keys(&served));
}

#[test]
fn approval_is_of_what_a_window_saw_and_a_reason_of_what_it_was_written_for() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.change(two_people);
    served.excuse();
    let seen = served.ready()["saved"]["revision"].clone();
    // Another window says something else of what is handed over.
    served.change(|saved| saved["request"]["operator"] = json!("desk"));
    let refused = served.ask("POST", "approve", seen.to_string().as_bytes());
    assert_eq!(refused.status, 422);
    assert!(refused.json()["what"].as_str().unwrap().contains("another window"), "{}", refused.json());
    // The reason was written before somebody else could be seen.
    served.change(|saved| saved["tracks"]["tracks"][0]["keyframes"][1]["box"] = json!([0.0, 0.0, 300.0, 200.0]));
    let refused = served.approve();
    assert_eq!(refused.status, 422);
    assert!(refused.json()["what"].as_str().unwrap().contains("looked at"), "{}", refused.json());
    served.excuse();
    assert_eq!(served.approve().status, 200);
}

#[test]
fn whoever_stays_in_place_and_is_shown_is_looked_at_all_the_time() {
    let (folder, _) = desk("car-park.mp4");
    let served = Served::start(folder.path(), &["car-park.mp4"]);
    served.change(|saved| {
        let mut bench = person("P1", "subject", (0, [0.0, 0.0, 400.0, 300.0]), (1, [0.0, 0.0, 400.0, 300.0]));
        bench["whole"] = json!(true);
        saved["tracks"]["tracks"] = json!([bench]);
        saved["request"]["items"][0]["from"] = json!("0");
        saved["request"]["items"][0]["to"] = json!("00:00:20");
    });
    let decided = served.good("POST", "ask", &json!("Decide"));
    assert!(decided["error"].is_null(), "{decided}");
    let mut next = 0;
    for stretch in decided["stretches"].as_array().unwrap() {
        assert_eq!(stretch["first"], next, "somebody who passes could be shown before this, unseen");
        next = stretch["last"].as_u64().unwrap() + 1;
    }
    assert_eq!(next, 250);
}

#[test]
fn a_window_that_shows_one_recording_does_not_find_another_in_its_place() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &[]);
    let other = folder.path().join("other.avi");
    std::fs::copy(folder.path().join("mpeg4.avi"), &other).unwrap();
    let choose = |path: &std::path::Path| json!({ "files": [path], "fps": null }).to_string();
    let path = folder.path().join("mpeg4.avi");
    assert_eq!(served.ask("POST", "footage", choose(&path).as_bytes()).status, 200);
    served.ready();
    assert_eq!(served.ask("POST", "footage", choose(&other).as_bytes()).status, 422);
    let answer = json!({ "folder": folder.path(), "reference": "SAR-9" }).to_string();
    assert_eq!(served.ask("POST", "answer", answer.as_bytes()).status, 422);
    assert_eq!(served.ready()["footage"]["name"], "mpeg4.avi");
}

#[test]
fn what_a_run_refuses_of_who_is_who_the_page_does_not_settle_by_a_guess() {
    let (folder, _) = desk("mpeg4.avi");
    let path = |name: &str| folder.path().join(name);
    let track = |id: &str, role: &str| person(id, role, (0, [20.0, 20.0, 40.0, 60.0]), (39, [60.0, 20.0, 40.0, 60.0]));
    let write = |name: &str, what: &Value| std::fs::write(path(name), what.to_string()).unwrap();
    write("a.json", &json!({ "version": 1, "tracks": [track("P1", "third-party"), track("P2", "subject")] }));
    let mut unsaid = track("P1", "third-party");
    unsaid["role"] = Value::Null;
    write("b.json", &json!({ "version": 1, "tracks": [unsaid.clone()] }));
    write("c.json", &json!({ "version": 1, "tracks": [unsaid] }));
    for (files, says) in [
        (&["b.json", "c.json"][..], "several track files have a track 'P1'"),
        (&["a.json"][..], "says that this is a third party, the request says the person who asked"),
    ] {
        let tracks: Vec<Value> = files.iter().map(|f| json!({ "file": f })).collect();
        let item = json!({ "kind": "clip", "footage": ["mpeg4.avi"], "from": "0", "to": "1", "tracks": tracks, "subjects": ["P1"] });
        write("r.json", &json!({ "version": 1, "reference": "SAR-1", "items": [item] }));
        let served = Served::start(folder.path(), &["--request", "r.json"]);
        let failed = loop {
            let state = served.good("GET", "state", &Value::Null);
            if state["stage"] != "reading" {
                break state;
            }
        };
        assert_eq!(failed["stage"], "failed", "{failed}");
        assert!(failed["error"]["what"].as_str().unwrap().contains(says), "{failed}");
        assert!(!path("mpeg4.avi.review").exists(), "nothing was begun, so nothing is in the way");
    }
}

#[test]
fn killed_at_any_time_the_work_is_there_again_and_an_older_window_loses_nothing() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    let older = served.ready()["saved"].clone();
    served.change(two_people);
    let mut conflict = older;
    conflict["request"]["reference"] = json!("OTHER");
    assert_eq!(served.ask("PUT", "work", conflict.to_string().as_bytes()).status, 409);
    let saved = served.ready()["saved"].clone();
    served.kill();
    let again = Served::start(folder.path(), &["mpeg4.avi"]);
    assert_eq!(again.ready()["saved"], saved);
    assert_eq!(saved["request"]["reference"], "SAR-1");
    // Two programs on the same work: the second to save is told.
    let second = Served::start(folder.path(), &["mpeg4.avi"]);
    let stale = second.ready()["saved"].clone();
    again.change(|saved| saved["request"]["operator"] = json!("desk"));
    assert_eq!(second.ask("PUT", "work", stale.to_string().as_bytes()).status, 409);
}

#[test]
fn the_page_ends_it_and_a_track_file_and_a_request_are_taken_over() {
    let (folder, _) = desk("car-park.mp4");
    let tracks = crate::common::fixture("tracks/car-park.mp4.cvat.xml");
    let mut served = Served::start(folder.path(), &["car-park.mp4", "--tracks", tracks.to_str().unwrap()]);
    let state = served.ready();
    assert!(state["saved"]["tracks"]["tracks"].as_array().unwrap().len() > 1);
    assert_eq!(state["saved"]["request"]["items"][0]["obscure"], "all-but-subject");
    served.good("POST", "end", &Value::Null);
    assert_eq!(served.ended(), Some(0));
    // Tracks that are given again would replace what was done meanwhile.
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_cctv-redact"))
        .args(["review", "car-park.mp4", "--no-open", "--tracks", tracks.to_str().unwrap()])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("work on this recording already"));
}

#[test]
fn boxes_of_another_size_are_taken_in() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.ready();
    let keys = json!([{ "frame": 0, "box": [320, 240, 40, 80] }]);
    let drawn = json!({ "version": 1, "footage": { "width": 640, "height": 480 }, "tracks": [{ "id": "1", "keyframes": keys }] });
    let refused = served.ask("POST", "import/large.json/-/-", drawn.to_string().as_bytes());
    assert_eq!(refused.status, 422);
    assert!(refused.json()["hint"].as_str().unwrap().contains("drawn or counted otherwise"), "{}", refused.json());
    let taken = served.good("POST", "import/large.json/640x480/-", &drawn);
    assert_eq!(taken["tracks"][0]["keyframes"][0]["box"], json!([160.0, 120.0, 20.0, 40.0]), "{taken}");
    let rows = "1,1,101,51,40,80,1,-1,-1,-1\n2,1,101,51,40,80,1,-1,-1,-1\n";
    let left = |origin: &str| {
        let answer = served.ask("POST", &format!("import/rows.txt/-/{origin}"), rows.as_bytes());
        answer.json()["tracks"][0]["keyframes"][0]["box"][0].as_f64().unwrap()
    };
    assert_eq!(left("0"), left("1") + 1.0);
}

#[test]
fn a_box_is_followed_along_the_person_in_it() {
    let (folder, _) = desk("car-park.mp4");
    let native = crate::common::fixture("tracks/car-park.mp4.json");
    let truth: Value = serde_json::from_slice(&std::fs::read(native).unwrap()).unwrap();
    let served = Served::start(folder.path(), &["car-park.mp4"]);
    served.ready();
    let keys = truth["tracks"][0]["keyframes"].as_array().unwrap();
    let (first, later) =
        (&keys[0], keys.iter().find(|k| k["frame"].as_u64() >= keys[0]["frame"].as_u64().map(|f| f + 10)).unwrap());
    let start = first["frame"].as_u64().unwrap();
    let found =
        served.good("POST", "ask", &json!({ "Follow": { "frame": start, "shape": first["box"], "frames": 10 } }));
    let boxes = found["boxes"].as_array().unwrap();
    assert!(!boxes.is_empty() || found["stopped"].is_string(), "{found}");
    // Wherever it claims to know, it is near where the person is drawn.
    let span = (later["frame"].as_u64().unwrap() - start) as f64;
    for b in boxes {
        let share = (b["frame"].as_u64().unwrap() - start) as f64 / span;
        let at =
            |i: usize| first["box"][i].as_f64().unwrap() * (1.0 - share) + later["box"][i].as_f64().unwrap() * share;
        let off = (b["box"][0].as_f64().unwrap() - at(0)).abs();
        assert!(off < at(2), "{b}: {off} pixels from {}", at(0));
    }
}
