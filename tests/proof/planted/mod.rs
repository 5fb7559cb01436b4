//! Every byte accounted for: faults planted in what stands ready, with the log and the notice made to agree, are each
//! refused by `verify`.

mod clips;
mod stills;
mod surgery;

use std::fs;

use cctv_redact::contain::{self, Place};
use cctv_redact::disclose::CheckAgain;
use cctv_redact::progress::Silent;
use cctv_redact::{Kind, hash};
use serde_json::{Value, json};

use crate::film::{Chroma, Film, Turn};
use crate::record::{Record, Share, each};
use crate::tool::{self, Files};

/// A fault: what it is, and the file with it.
pub type Fault = (String, Vec<u8>);

/// A pack, its recording beside it, and the file of it that is tampered with.
struct Ready {
    kind: &'static str,
    file: &'static str,
    folder: tempfile::TempDir,
    faults: Vec<Fault>,
}

pub fn prove(_: Share) -> Record {
    let mut record = Record::default();
    let mut ready = vec![clip(Turn::default()), clip(Turn { quarters: 1, mirrored: false }), still()];
    for pack in &mut ready {
        let good = fs::read(tool::pack(pack.folder.path()).join(pack.file)).unwrap();
        pack.faults = if pack.kind == "clip" { clips::faults(&good, &longer()) } else { stills::faults(&good) };
        // The check is not one that refuses everything, nor is it the hashes that find the faults.
        for with_footage in [false, true] {
            record
                .case(refusal(pack, &good, with_footage).map(|why| format!("a good {} is refused: {why}", pack.kind)));
        }
    }
    let faults: Vec<(&Ready, &Fault)> = ready.iter().flat_map(|r| r.faults.iter().map(move |f| (r, f))).collect();
    let found = each(&faults, |(pack, (what, bytes))| {
        let mut record = Record::default();
        for with_footage in [false, true] {
            let seen = refusal(pack, bytes, with_footage).is_some();
            let what = format!("{}: {what}{}", pack.kind, if with_footage { ", footage at hand" } else { "" });
            match what.contains(clips::LIMIT) && !seen {
                true => record.notes.push(format!("a known limit, seen by the hashes in the log alone: {what}")),
                false => record.control(what, seen),
            }
        }
        record
    });
    Record::of(std::iter::once(record).chain(found))
}

fn film() -> Film {
    let mut dice = crate::case::Dice(5);
    let picture = |n: usize| {
        (0..Chroma::C420.samples((160, 120))).map(|i| ((i / 9 + n * 3) % 90 + 60 + dice.below(6)) as u8).collect()
    };
    Film::plain((160, 120), Chroma::C420, 10, (0..30).map(picture).collect())
}

fn made(kind: &'static str, file: &'static str, turn: Turn, asked: Value) -> Ready {
    let folder = tempfile::tempdir().unwrap();
    Film { turn, ..film() }.write(&folder.path().join("film.mov"));
    let mask = json!([{ "id": "1", "whole": true, "keyframes": [{ "frame": 0, "box": [40, 40, 30, 40] }] }]);
    tool::write_tracks(folder.path(), &mask);
    let mut item = json!({ "kind": kind, "footage": ["film.mov"], "tracks": [{ "file": "tracks.json" }] });
    item.as_object_mut().unwrap().extend(asked.as_object().unwrap().clone());
    tool::answer(folder.path(), &tool::request(&[item])).unwrap();
    Ready { kind, file, folder, faults: Vec::new() }
}

fn clip(turn: Turn) -> Ready {
    made("clip", "send/clip.mp4", turn, json!({ "from": "0.5", "to": "2" }))
}

fn still() -> Ready {
    made("still", "send/still-0001.png", Turn::default(), json!({ "at": ["1"] }))
}

/// The same clip begun one frame earlier.
fn longer() -> Vec<u8> {
    let pack = made("clip", "send/clip.mp4", Turn::default(), json!({ "from": "0.4", "to": "2" }));
    fs::read(tool::pack(pack.folder.path()).join(pack.file)).unwrap()
}

/// Why `verify` refuses the pack with this file in the place of its own; `None` where it does not.
fn refusal(ready: &Ready, bytes: &[u8], with_footage: bool) -> Option<String> {
    let pack = tempfile::tempdir().unwrap();
    let mut files = tool::files(&tool::pack(ready.folder.path()));
    files.iter_mut().find(|f| f.0 == ready.file).unwrap().1 = bytes.to_vec();
    seal_again(&mut files);
    for (name, bytes) in &files {
        let path = pack.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let footage = ready.folder.path().join("film.mov");
    let footage = if with_footage { vec![footage] } else { Vec::new() };
    let again = CheckAgain { pack: pack.path().to_owned(), footage, threads: 1 };
    let error = contain::run(again, Place::Here, &Silent).err()?;
    // A pack that cannot be read at all is refused too, but not for the fault.
    let found = matches!(error.kind(), Kind::Unverified | Kind::Failed) && !error.what().contains("SHA-256");
    found.then(|| error.what().to_owned())
}

/// Makes notice and log agree with the files as they are now, as somebody who wants to deceive would.
fn seal_again(files: &mut Files) {
    let facts = |files: &Files, name: &str| {
        let bytes = &files.iter().find(|f| f.0 == name).unwrap().1;
        (json!(hash::bytes(bytes)), json!(bytes.len()))
    };
    let mut edit = |name: &str, change: &dyn Fn(&mut Value, &Files)| {
        let place = files.iter().position(|f| f.0 == name).unwrap();
        let mut value = serde_json::from_slice(&files[place].1).unwrap();
        change(&mut value, files);
        files[place].1 = value.to_string().into_bytes();
    };
    edit("send/notice.json", &|notice, files| {
        for item in notice["items"].as_array_mut().unwrap() {
            item["sha256"] = facts(files, &format!("send/{}", item["file"].as_str().unwrap())).0;
        }
    });
    edit("keep/disclosure-log.json", &|log, files| {
        for file in log["items"][0]["files"].as_array_mut().unwrap() {
            (file["sha256"], file["bytes"]) = facts(files, &format!("send/{}", file["name"].as_str().unwrap()));
        }
        for record in log["records"].as_array_mut().unwrap() {
            (record["sha256"], record["bytes"]) = facts(files, record["name"].as_str().unwrap());
        }
    });
}
