//! Damaged papers: track files, requests and manifests changed in thousands of ways, given to the whole tool with sound
//! footage. It ends well, and where it makes a pack, that pack verifies against the footage.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::DICE;
use crate::cage;
use crate::case::Dice;
use crate::record::{Record, Share, each};
use crate::tool::REFERENCE;

/// What stands in the place of something.
const PIECES: [&str; 26] = [
    "",
    "0",
    "-1",
    "1e999",
    "-1e999",
    "99999999999999999999999",
    "0.0000000000000001",
    "NaN",
    "null",
    "true",
    "\"\"",
    "[]",
    "{}",
    "[[[[[[[[",
    "{\"a\":",
    "\"",
    ",",
    "\\u0000",
    "\u{202e}",
    "\u{feff}",
    "../../x",
    "&lt;",
    "<box/>",
    "]]>",
    "2026-13-45T99:99:99",
    "\n\n",
];

const FOOTAGE: &str = "late-start.ts";

/// A Label Studio export.
pub const STUDIO: &[u8] = br#"[{"id":"a","type":"videorectangle","value":{"framesCount":40,"sequence":[
{"frame":1,"x":1,"y":2,"width":30,"height":40,"rotation":5,"enabled":true},
{"frame":30,"x":11,"y":22,"width":33,"height":44,"rotation":0,"enabled":false}]}}]"#;

/// A paper, the words that give it to the tool, and what it holds.
type Paper = (&'static str, &'static [&'static str], Vec<u8>);

pub fn prove(share: Share) -> Record {
    let papers = papers();
    let count = share.of(12, 120);
    let cases: Vec<(&Paper, usize)> = papers.iter().flat_map(|paper| (0..count).map(move |n| (paper, n))).collect();
    let mut record = Record::default();
    let came = each(&cases, |(paper, number)| given(paper, *number));
    let made = came.iter().filter(|came| matches!(came, Ok(true))).count();
    record.notes.push(format!("{} damaged papers: {made} of them answered, the rest refused", came.len()));
    came.into_iter().for_each(|came| record.case(came.err()));
    record
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

fn papers() -> Vec<Paper> {
    const CHECK: &[&str] = &["tracks", "check", "PAPER", "--footage", FOOTAGE, "--quiet"];
    const CLIP: &[&str] =
        &["clip", FOOTAGE, "--tracks", "PAPER", "--from", "1", "--to", "2", "--reference", REFERENCE, "--out", "out"];
    vec![
        ("native.json", CHECK, fixture("tracks/late-start.ts.json")),
        ("cvat.xml", CHECK, fixture("tracks/late-start.ts.cvat.xml")),
        ("rows.txt", CHECK, fixture("tracks/late-start.ts.mot.txt")),
        ("studio.json", CHECK, STUDIO.to_vec()),
        ("clip.json", CLIP, fixture("tracks/late-start.ts.json")),
        ("request.json", &["run", "PAPER", "--out", "out", "--quiet"], request().to_string().into_bytes()),
        ("batch.json", &["batch", "PAPER", "--out", "out", "--quiet"], manifest()),
    ]
}

fn item() -> Value {
    json!({
        "kind": "clip", "footage": [FOOTAGE], "from": "00:00:01", "to": "2s", "tracks": [{ "file": "sound.json" }],
        "clock": { "start": "2026-10-12T09:00:00", "zone": "Europe/London", "error_seconds": 1.5 }, "margin": "10%",
        "margin_min": "8px", "hold": 0.5, "bridge": 1.0, "gaps": "absent", "method": "frost", "damaged": "refuse",
    })
}

fn request() -> Value {
    json!({
        "version": 1, "reference": REFERENCE, "identity": "checked", "controller": "Example Surgery",
        "decision": { "outcome": "clip", "reason_internal": "a claim" }, "items": [item()],
    })
}

/// Requests in it and beside it.
pub fn manifest() -> Vec<u8> {
    let other = json!({ "version": 1, "reference": "SAR-2", "items": [item()] });
    let requests = json!([request(), { "path": "other.json", "folder": "b" }, other]);
    json!({ "version": 1, "requests": requests }).to_string().into_bytes()
}

/// Gives a damaged copy to the tool; whether it was answered.
fn given((name, words, bytes): &Paper, number: usize) -> Result<bool, String> {
    let (bytes, what) = harmed(bytes, number, name.len() as u64);
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(place(FOOTAGE), fixture(FOOTAGE)).unwrap();
    fs::write(place("sound.json"), fixture("tracks/late-start.ts.json")).unwrap();
    fs::write(place(name), &bytes).unwrap();
    let words: Vec<&str> = words.iter().map(|word| if *word == "PAPER" { *name } else { *word }).collect();
    let run = |words: &[&str]| cage::run(cage::tool(), folder.path(), words, cage::LIMITS);
    let ended = run(&words);
    let what = format!("{name} {number} ({what})");
    if let Some(fault) = ended.fault() {
        return Err(format!("{what}: {fault}"));
    }
    for (name, sound) in [(FOOTAGE, fixture(FOOTAGE)), (name, bytes)] {
        if fs::read(place(name)).ok() != Some(sound) {
            return Err(format!("{what}: {name} is not what it was"));
        }
    }
    let pack = format!("out/{REFERENCE}");
    let stands = place(&pack).exists();
    if stands && ended.status != 0 && words[0] != "batch" {
        return Err(format!("{what}: a pack, and status {}", ended.status));
    }
    if stands {
        let again = run(&["verify", &pack, "--footage", FOOTAGE]);
        if again.status != 0 {
            return Err(format!("{what}: the pack does not verify: {}", again.said));
        }
    }
    Ok(ended.status == 0)
}

/// A damaged copy of a text, and what was done.
pub fn harmed(text: &[u8], number: usize, seed: u64) -> (Vec<u8>, String) {
    let mut bytes = text.to_vec();
    let mut dice = Dice(DICE ^ seed << 32 ^ number as u64);
    let mut said = Vec::new();
    for _ in 0..1 + dice.below(2) {
        let at = dice.below(bytes.len().max(1)).min(bytes.len());
        // A value ends where the next mark stands.
        let marks = b",:[]{}<>\"= \n";
        let length =
            bytes[at..].iter().skip(1).position(|b| marks.contains(b)).map_or(0, |n| n + 1).min(bytes.len() - at);
        match dice.below(12) {
            // Another number, and nothing else.
            7.. => {
                let digits: Vec<usize> = (0..bytes.len()).filter(|&i| bytes[i].is_ascii_digit()).collect();
                digits
                    .get(dice.below(digits.len().max(1)))
                    .into_iter()
                    .for_each(|&i| bytes[i] = b'0' + number as u8 % 10);
            }
            0 => bytes.truncate(at),
            1 => bytes.get_mut(at).into_iter().for_each(|b| *b ^= 1 << (number % 8)),
            2 => drop(bytes.drain(at..at + length)),
            3 => {
                let piece = bytes[at..at + length].repeat(1 + dice.below(40));
                bytes.splice(at..at, piece);
            }
            4 => drop(bytes.splice(at..at, b"[".repeat(1 << dice.below(18)))),
            _ => drop(bytes.splice(at..at + length, dice.one_of(&PIECES).bytes())),
        }
        said.push(at);
    }
    (bytes, format!("changed at {said:?}"))
}
