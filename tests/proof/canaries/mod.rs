//! Words planted in everything that a recording, its name, its tracks and a request can say: none of them is in what is
//! sent or said, and no path, host or user in what is kept.

mod cages;
mod forms;

use std::fs;
use std::path::Path;
use std::process::Command;

use cctv_redact::media::{FrameReader, ProbeOptions, probe};
use cctv_redact::picture::Picture;
use serde_json::{Value, json};

use crate::record::{Record, Share};
use crate::tool::{self, Files, REFERENCE};
use cages::Cage;
use forms::{PLANTED, STEM, all_forms, found};

/// What the environment says of the machine and its user.
const MACHINE: [(&str, &str); 4] = [
    ("USER", "zqcanaryuserx"),
    ("LOGNAME", "zqcanaryuserx"),
    ("HOSTNAME", "zqcanaryhostx"),
    ("HOME", "/zqcanaryhomex"),
];
/// What a log may hold of all that is planted: the recording's and the tracks' names, the tracks, the request.
const KEPT: [&str; 7] = [
    "zqcanaryfilename",
    "zqcanarytracksname",
    "zqcanaryid",
    "zqcanarylabel",
    "zqcanaryinternal",
    "zqcanaryrequestname",
    "zqcanaryjustification",
];

pub fn prove(_: Share) -> Record {
    let folder = tempfile::Builder::new().prefix("zqcanaryfolderx").tempdir().unwrap();
    let mut cages = vec![cages::by_hand(folder.path())];
    cages.extend(cages::by_ffmpeg(folder.path()));
    let mut record = Record::of(cages.iter().map(|cage| escapes(cage, folder.path())));
    if cages.len() == 1 {
        record.notes.push("NOT TESTED: MP4, MKV and MPEG-TS, because the ffmpeg command is not installed".to_owned());
    }
    record
}

/// Runs everything on one recording and looks for its words in all that comes of it.
fn escapes(cage: &Cage, folder: &Path) -> Record {
    let mut record = Record::default();
    let bytes = fs::read(folder.join(&cage.name)).unwrap();
    for (word, place) in &cage.words {
        for (form, of) in PLANTED.iter().take(if cage.all_forms { 4 } else { 1 }) {
            let there = bytes.windows(of(word).len()).any(|w| w == of(word));
            record.control(format!("{}: {place} holds its word, {form}", cage.name), there);
        }
        record.control(format!("{}: {place} is found in the recording", cage.name), found(&bytes, word).is_some());
    }
    let tracks = json!([
        { "id": "zqcanaryidone", "label": "zqcanarylabelone", "whole": true, "keyframes": [{ "frame": 0, "box": [20, 20, 30, 40] }] },
        { "id": "zqcanaryidtwo", "label": "zqcanarylabeltwo", "role": "subject", "keyframes": [{ "frame": 0, "box": [90, 20, 30, 40] }, { "frame": 19, "box": [90, 20, 30, 40] }] },
        { "id": "zqcanaryidthree", "keyframes": [{ "frame": 3, "box": [60, 60, 30, 40] }, { "frame": 9, "box": [70, 60, 30, 40] }] },
    ]);
    fs::write(folder.join("zqcanarytracksname.json"), json!({ "version": 1, "tracks": tracks }).to_string()).unwrap();
    fs::write(folder.join("zqcanaryrequestname.json"), internal(&cage.name).to_string()).unwrap();
    let out = tempfile::tempdir().unwrap();
    let places: Vec<&str> = cage.words.iter().map(|w| w.0.as_str()).collect();
    let with = ["--tracks", "zqcanarytracksname.json", "--subject", "zqcanaryidtwo"];
    let runs: [(&str, Vec<&str>); 4] = [
        ("clip", [&["clip", &cage.name, "--from", "0.2", "--to", "1.1"], &with[..]].concat()),
        ("still", [&["still", &cage.name, "--at", "0.5", "--at", "1.5", "--json"], &with[..]].concat()),
        ("blur", [&["clip", &cage.name, "--from", "0", "--to", "9", "--method", "blur"], &with[..]].concat()),
        ("run", vec!["run", "zqcanaryrequestname.json"]),
    ];
    for (name, args) in runs {
        let into = out.path().join(name);
        let into = into.to_str().unwrap();
        let reference = if name == "run" { &[][..] } else { &["--reference", REFERENCE] };
        let (status, said) = run(folder, &[&args[..], reference, &["--out", into]].concat());
        assert_eq!(status, Some(0), "{said}");
        let pack = Path::new(into).join(REFERENCE);
        record = Record::of([record, look(cage, name, &pack, &said)]);
        let (status, said) =
            run(folder, &["verify", pack.to_str().unwrap(), "--footage", &cage.name, "--footage", &cage.name]);
        record.case((status != Some(0)).then(|| format!("{name}: does not verify: {said}")));
        record.case(leak(&format!("{name}: verify"), spoken(&said, cage).as_bytes(), &[]));
    }
    // What only asks, and what is refused: nothing inside the recording is said. The tracks' own names may be.
    let asked: [&[&str]; 8] = [
        &["probe", &cage.name],
        &["probe", &cage.name, "--json"],
        &["tracks", "check", "zqcanarytracksname.json", "--footage", &cage.name],
        &["clip", &cage.name, "--from", "0", "--to", "1", "--reference", "A", "--out", "o"],
        &["clip", &cage.name, "--from", "50", "--to", "60", "--reference", "A", "--out", "o", "--no-third-parties"],
        &["clip", &cage.name, "--from", "2026-01-01T00:00:00", "--to", "9", "--reference", "A", "--out", "o"],
        &["still", &cage.name, "--at", "1", "--clock-start", "filename", "--reference", "A", "--out", "o"],
        &["clip", &cage.name, "--from", "0", "--to", "1", "--reference", "A", "--out", "o", "--fps", "5"],
    ];
    for args in asked {
        let (_, said) = run(folder, args);
        let said = spoken(&said, cage);
        for word in &places {
            record.case(found(said.as_bytes(), word).map(|form| format!("{args:?} says {word} ({form}): {said}")));
        }
        record.case(leak(&format!("{args:?}"), said.as_bytes(), &["zqcanaryid", "zqcanarylabel"]));
    }
    record
}

/// A request in which everything that is the controller's own speaks.
fn internal(footage: &str) -> Value {
    let item = |kind: &str| {
        json!({ "kind": kind, "footage": [footage], "tracks": [{ "file": "zqcanarytracksname.json" }],
                "subjects": ["zqcanaryidtwo"], "shown": [{ "track": "zqcanaryidthree",
                "because": "reasonable-without-consent", "justification": "zqcanaryjustification" }] })
    };
    let (mut clip, mut still) = (item("clip"), item("still"));
    (clip["from"], clip["to"], still["at"]) = ("0".into(), "1.5".into(), json!(["1"]));
    json!({
        "version": 1, "reference": REFERENCE, "received": "zqcanaryinternal", "due": "zqcanaryinternal",
        "identity": "checked", "controller": "Example Surgery", "operator": "zqcanaryinternal",
        "authoriser": "zqcanaryinternal",
        "redacted_by": { "role": "processor", "contract_reference": "zqcanaryinternal", "instruction_reference": "zqcanaryinternal" },
        "decision": { "outcome": "clip", "reason_internal": "zqcanaryinternal", "reason_to_requester": "Here it is." },
        "delivery": { "method": "zqcanaryinternal", "recipient_reference": "zqcanaryinternal", "date": "zqcanaryinternal" },
        "retention": { "working_files_until": "zqcanaryinternal", "log_until": "zqcanaryinternal" },
        "items": [clip, still],
    })
}

/// Runs the binary in a folder, with names planted in the environment; returns its status and all it said.
fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cctv-redact"));
    command.args(args).current_dir(folder).envs(MACHINE);
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// What was said, without the names that were typed.
fn spoken(said: &str, cage: &Cage) -> String {
    [cage.name.as_str(), "zqcanarytracksname.json", "zqcanaryrequestname.json"]
        .iter()
        .fold(said.to_owned(), |said, typed| said.replace(typed, "TYPED"))
}

/// A planted word in some bytes, in any form, other than the allowed ones.
fn leak(what: &str, bytes: &[u8], allowed: &[&str]) -> Option<String> {
    let mut left = String::from_utf8_lossy(bytes).into_owned();
    for word in allowed {
        left = left.replace(word, "ALLOWED");
    }
    let bytes = if allowed.is_empty() { bytes } else { left.as_bytes() };
    found(bytes, STEM).map(|form| {
        let at = left.find(STEM).unwrap_or(0);
        let about: String = left.chars().skip(left[..at].chars().count()).take(60).collect();
        format!("{what} holds a planted word ({form}): {about}")
    })
}

/// Looks through a pack and what was said while it was made; and plants each form in each kind of file, to see it found.
fn look(cage: &Cage, name: &str, pack: &Path, said: &str) -> Record {
    let mut record = Record::default();
    let what = |file: &str| format!("{} {name}: {file}", cage.name);
    record.case(leak(&what("the terminal"), spoken(said, cage).as_bytes(), &[]));
    let sent = tool::files(&pack.join("send"));
    for (file, bytes) in unpacked(&sent, pack) {
        record.case(leak(&what(&file), &bytes, &[]));
        for (form, of) in PLANTED {
            let (before, after) = bytes.split_at(bytes.len() / 2);
            let planted =
                [&before[before.len().saturating_sub(5000)..], &of(STEM), &after[..after.len().min(5000)]].concat();
            record.control(format!("{form} planted in {file}"), leak("", &planted, &[]).is_some());
        }
    }
    let host = fs::read_to_string("/etc/hostname").unwrap_or_default().trim().to_owned();
    let user = std::env::var("USER").unwrap_or_default();
    let here = pack.parent().unwrap().to_str().unwrap();
    for (file, bytes) in tool::files(&pack.join("keep")) {
        record.case(leak(&what(&file), &bytes, &KEPT));
        for secret in [&host, &user, here, concat!("/t", "mp"), concat!("/ho", "me")].iter().filter(|s| s.len() > 3) {
            let known =
                |bytes: &[u8]| found(bytes, secret).map(|form| format!("{} holds {secret} ({form})", what(&file)));
            record.case(known(&bytes));
            record.control(
                format!("{secret} planted in {file}"),
                known(&[&bytes, &all_forms(secret)[..]].concat()).is_some(),
            );
        }
    }
    record
}

/// Files as they are, and their pictures' samples.
fn unpacked(files: &Files, pack: &Path) -> Files {
    let mut all = files.clone();
    for (name, bytes) in files {
        if name.ends_with(".png") {
            all.push((format!("{name}, its samples"), forms::samples_of_png(bytes)));
        }
        if name.ends_with(".mp4") {
            let clip = probe(&pack.join("send").join(name), ProbeOptions::default()).unwrap();
            let mut reader = FrameReader::open(&clip, 0).unwrap();
            let mut picture = Picture::grey(clip.layout);
            let mut samples = Vec::new();
            while reader.next(&mut picture).unwrap().is_some() {
                samples.extend(forms::samples_of(&picture));
            }
            all.push((format!("{name}, its samples"), samples));
        }
    }
    all
}
