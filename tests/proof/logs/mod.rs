//! The logs: whatever a request says, its notice holds nothing of what stays with the controller, and no hash anywhere is
//! of something that could be guessed.

mod hashes;

use std::collections::HashSet;

use cctv_redact::{hash, json as readable};
use serde_json::{Map, Value, json};

use crate::case::Dice;
use crate::film::{Chroma, Film};
use crate::record::{Record, Share, each};
use crate::tool::{self, Files};
use hashes::Guessable;

/// The fields that a notice may have, by where they stand; what is not here a requester must not see.
const FIELDS: [(&str, &[&str]); 5] = [
    ("", &["version", "reference", "controller", "outcome", "ground", "reason", "items", "how_to_play", "rights"]),
    (
        "items",
        &[
            "kind",
            "file",
            "sha256",
            "asked",
            "supplied",
            "missing",
            "camera",
            "clock_note",
            "obscure",
            "others_covered",
            "method",
            "requester_covered_seconds",
            "audio",
        ],
    ),
    ("asked", &["from", "to"]),
    ("supplied", &["from", "to"]),
    ("missing", &["from", "to", "why"]),
];
/// The fields of a notice that may be numbers.
const NUMBERS: [&str; 2] = ["version", "requester_covered_seconds"];

pub fn prove(share: Share) -> Record {
    let seeds: Vec<u64> = (0..share.of(100, 1500)).collect();
    Record::of(each(&seeds, |seed| check(*seed)))
}

/// A request and what must not get out of it.
struct Told {
    request: Value,
    /// Words that are only the controller's: role names, reasons, ids, labels, file names, consents.
    own: Vec<String>,
    /// Edges of boxes, as they are written.
    edges: Vec<String>,
    tracks: Value,
    footage: String,
}

/// A word of letters that is found nowhere by chance.
fn word(dice: &mut Dice, what: &str) -> String {
    let letters: String = (0..6).map(|_| char::from(b"bcdfghjklmnpqrstvwxz"[dice.below(20)])).collect();
    format!("{what} {letters}")
}

impl Told {
    fn random(seed: u64) -> Self {
        let mut dice = Dice(seed ^ 0x106_0000);
        let mut own = Vec::new();
        let mut secret = |dice: &mut Dice, what: &str| {
            own.push(word(dice, what));
            own[own.len() - 1].clone()
        };
        let mut edges = Vec::new();
        let mut tracks = Vec::new();
        let mut shown = Vec::new();
        for number in 0..2 + dice.below(3) {
            let at = |dice: &mut Dice, low: usize, span: usize| {
                (low + dice.below(span)) as f64 + 0.0625 * (1 + dice.below(14)) as f64
            };
            let shape = [at(&mut dice, 2, 60), at(&mut dice, 2, 40), at(&mut dice, 12, 10), at(&mut dice, 12, 20)];
            edges.extend(shape.iter().map(f64::to_string));
            let (id, label) = (secret(&mut dice, "id"), secret(&mut dice, "label"));
            // The first is always there to be covered.
            let subject = number > 0 && dice.chance(40);
            if number > 0 && !subject && dice.chance(40) {
                shown.push(json!({ "track": id, "because": dice.one_of(&["consent", "reasonable-without-consent"]),
                    "justification": secret(&mut dice, "justification") }));
            }
            tracks.push(json!({ "id": id, "label": label, "role": if subject { "subject" } else { "third-party" },
                "whole": true, "keyframes": [{ "frame": 0, "box": shape }] }));
        }
        let footage = format!("{}.mov", secret(&mut dice, "footage"));
        let asks = tracks.iter().any(|t: &Value| t["role"] == "subject");
        let outcome = dice.one_of(&["clip", "clip", "still", "refuse", "no-data-held"]);
        let mut item = json!({ "footage": [footage], "tracks": [{ "file": "tracks.json" }], "shown": shown,
            "method": dice.one_of(&["frost", "fill", "blur", "pixelate"]),
            "obscure": if asks && dice.chance(50) { "all-but-subject" } else { "third-parties" } });
        let clock = dice.chance(50);
        let time = |second: f64| if clock { format!("2026-10-12T09:14:{second:06.3}") } else { second.to_string() };
        if clock {
            item["clock"] = json!({ "start": "2026-10-12T09:14:00" });
        }
        if outcome == "still" {
            (item["kind"], item["at"]) = ("still".into(), json!([time(0.3), time(0.7)]));
        } else {
            (item["kind"], item["from"], item["to"]) = ("clip".into(), time(0.2).into(), time(0.9).into());
        }
        let processor = dice.chance(30);
        let request = json!({
            "version": 1, "reference": format!("SAR-2026-{:03}", dice.below(1000)),
            "received": "2026-10-14", "due": "2026-11-14",
            "identity": dice.one_of(&["checked", "not-needed", "awaited"]),
            "controller": "Example Surgery", "operator": secret(&mut dice, "operator"),
            "authoriser": secret(&mut dice, "authoriser"),
            "redacted_by": if processor { json!({ "role": "processor", "contract_reference": secret(&mut dice, "contract"),
                "instruction_reference": secret(&mut dice, "instruction") }) } else { json!({ "role": "controller" }) },
            "decision": { "outcome": outcome, "ground": if outcome == "refuse" { json!("third-party-rights") } else { Value::Null },
                "reason_internal": secret(&mut dice, "reason"), "reason_to_requester": "Here is what you asked for." },
            "delivery": { "method": secret(&mut dice, "by"), "recipient_reference": secret(&mut dice, "to"), "date": "2026-10-20" },
            "retention": { "working_files_until": "2026-12-01", "log_until": "2032-12-01" },
            "items": [item],
        });
        Self { request, own, edges, tracks: tracks.into(), footage }
    }

    /// Every string of the request and the tracks, and what is in the names of files.
    fn words(&self) -> Vec<String> {
        fn strings(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::String(text) => found.push(text.clone()),
                Value::Array(values) => values.iter().for_each(|v| strings(v, found)),
                Value::Object(fields) => fields.values().for_each(|v| strings(v, found)),
                _ => {}
            }
        }
        let mut found = self.own.clone();
        strings(&self.request, &mut found);
        strings(&self.tracks, &mut found);
        found.extend(self.own.iter().filter_map(|w| w.split(' ').nth(1)).map(str::to_owned));
        found.sort();
        found.dedup();
        found
    }
}

fn check(seed: u64) -> Record {
    let told = Told::random(seed);
    let folder = tempfile::tempdir().unwrap();
    let pictures = (0..10).map(|n| vec![(60 + n * 9 + seed % 50) as u8; Chroma::C420.samples((96, 80))]).collect();
    Film::plain((96, 80), Chroma::C420, 10, pictures).write(&folder.path().join(&told.footage));
    tool::write_tracks(folder.path(), &told.tracks);
    let made =
        tool::answer(folder.path(), &told.request).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{}", told.request));
    let files = tool::files(&made.pack);
    let beside = tool::files(folder.path());
    let whole: HashSet<String> = files
        .iter()
        .chain(&beside)
        .map(|(_, bytes)| hash::bytes(bytes))
        .chain([hash::bytes(&readable::text(&made.log.request).unwrap())])
        .collect();
    let guessable = Guessable::from(&told.words());
    let sent = |files: &Files| told_too_much(files, &told);
    let hashed = |files: &Files| badly_hashed(files, &whole, &guessable);
    let mut record = Record::default();
    record.case(sent(&files).map(|fault| format!("seed {seed}: {fault}")));
    record.case(hashed(&files).map(|fault| format!("seed {seed}: {fault}")));
    // Faults in a copy of each: the checks must see them.
    let mut notice = |what: &str, change: &dyn Fn(&mut Map<String, Value>)| {
        let with = planted(&files, "send/notice.json", change);
        record.control(format!("{what} in a notice"), sent(&with).is_some());
    };
    notice("an operator", &|n| drop(n.insert("operator".into(), told.request["operator"].clone())));
    notice("an internal reason", &|n| n["reason"] = told.request["decision"]["reason_internal"].clone());
    notice("a coordinate", &|n| drop(n.insert("box".into(), told.tracks[0]["keyframes"][0]["box"].clone())));
    notice("a track", &|n| n["controller"] = told.tracks[0]["id"].clone());
    notice("a path", &|n| n["rights"] = json!(["see /srv/exports/2026"]));
    notice("a consent", &|n| n["how_to_play"] = json!(["Shown by consent."]));
    notice("a number", &|n| n["reference"] = json!(7));
    let mut log = |what: &str, hash: String| {
        let with = planted(&files, "keep/disclosure-log.json", &|log| {
            drop(log.insert("pseudonym".into(), hash.clone().into()))
        });
        record.control(format!("{what} in a log"), hashed(&with).is_some());
    };
    let secret = &told.own[seed as usize % told.own.len()];
    for (hash, name) in
        hashes::all(secret.as_bytes()).into_iter().zip(["MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"])
    {
        log(&format!("the {name} of '{secret}'"), hash);
    }
    log("the SHA-256 of a day", hash::bytes(b"2026-10-14"));
    log(
        "the beginning of the SHA-256 of a reference",
        hash::bytes(told.request["reference"].as_str().unwrap().as_bytes())[..12].into(),
    );
    let together =
        format!("{}:{}", told.request["reference"].as_str().unwrap(), told.request["received"].as_str().unwrap());
    log("the SHA-256 of a reference and a day", hash::bytes(together.as_bytes()));
    record
}

fn planted(files: &Files, name: &str, change: &dyn Fn(&mut Map<String, Value>)) -> Files {
    let mut files = files.clone();
    let bytes = &mut files.iter_mut().find(|f| f.0 == name).unwrap().1;
    let mut value: Value = serde_json::from_slice(bytes).unwrap();
    change(value.as_object_mut().unwrap());
    *bytes = value.to_string().into_bytes();
    files
}

/// What of the controller's own is in what is sent.
fn told_too_much(files: &Files, told: &Told) -> Option<String> {
    let notice = &files.iter().find(|f| f.0 == "send/notice.json").unwrap().1;
    let value: Value = serde_json::from_slice(notice).unwrap();
    if let Some(fault) = odd_field(&value, "") {
        return Some(fault);
    }
    let never =
        ["consent", "justif", "reasonable", "keyframe", "tracks.json", "third-party-", "file:", "\\", "/srv", "/t"];
    for (name, bytes) in files.iter().filter(|f| f.0.starts_with("send/notice")) {
        // The page's own markup, and the ground of a refusal, are no words about the request.
        let text = String::from_utf8_lossy(bytes).replace("third-party-rights", "");
        let text = if name.ends_with("html") { spoken(&text) } else { text };
        let lower = text.to_lowercase();
        let own = told.own.iter().filter_map(|w| w.split(' ').nth(1)).find(|w| lower.contains(*w));
        let edge = told.edges.iter().find(|edge| text.contains(*edge));
        if let Some(found) = own.or(edge.map(String::as_str)).or(never.into_iter().find(|w| lower.contains(w))) {
            return Some(format!("{name} holds '{found}'"));
        }
    }
    None
}

/// The text of a page without its markup.
fn spoken(page: &str) -> String {
    let body = page.split_once("<body>").map_or(page, |(_, body)| body);
    body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<Vec<_>>().join(" ")
}

/// A field of a notice that must not be there, or is a number and must not be.
fn odd_field(value: &Value, place: &str) -> Option<String> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let known =
                FIELDS.iter().find(|(at, _)| *at == place).is_some_and(|(_, names)| names.contains(&name.as_str()));
            if !known {
                return Some(format!("a notice has the field {place}/{name}"));
            }
            odd_field(value, name)
        }),
        Value::Array(values) => values.iter().find_map(|value| odd_field(value, place)),
        Value::Number(number) if !NUMBERS.contains(&place) => {
            Some(format!("a notice has the number {place}: {number}"))
        }
        _ => None,
    }
}

/// A hash anywhere in a pack that is not of a whole file of this request, or that could be guessed.
fn badly_hashed(files: &Files, whole: &HashSet<String>, guessable: &Guessable) -> Option<String> {
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".json") || name.ends_with(".html")) {
        for run in hashes::runs(bytes) {
            if guessable.holds(&run) {
                return Some(format!("{name} holds {run}, a hash of something that can be guessed"));
            }
            if !whole.contains(&run) {
                return Some(format!("{name} holds {run}, which is the hash of no file"));
            }
        }
    }
    None
}
