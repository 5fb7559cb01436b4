//! Our own parsers, each on its own, over changed copies of sound files: the entries that libFuzzer drives (`make fuzz`),
//! for a short time, and every file that ever broke one (`tests/vectors`).

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{DICE, harm, papers};
use crate::cage;
use crate::case::Dice;
use crate::record::{Record, Share, each};

#[path = "../../../fuzz/entries.rs"]
mod entries;

use entries::{ENTRIES, Parser};

/// The longest that one input may take; a sound file takes a thousandth.
const LONGEST: Duration = Duration::from_secs(3);

pub fn prove(share: Share) -> Record {
    let folder = tempfile::tempdir().unwrap();
    let corpora = corpora(folder.path());
    let said = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut record = Record::of(each(ENTRIES, |(name, parser)| {
        let sound = corpora.iter().filter(|c| c.0 == *name).flat_map(|c| &c.1);
        one(name, *parser, &sound.filter(|bytes| bytes.len() < 200_000).collect::<Vec<_>>(), share)
    }));
    controls(&mut record);
    std::panic::set_hook(said);
    record
}

fn one(name: &str, parser: Parser, sound: &[&Vec<u8>], share: Share) -> Record {
    let mut record = Record::default();
    let vectors = files_below(&root().join("tests/vectors").join(name));
    for bytes in sound.iter().copied().chain(vectors.iter().map(|v| &v.1)) {
        record.case(fault(parser, bytes).map(|fault| format!("{name}, a sound file or a known one: {fault}")));
    }
    record.case(sound.is_empty().then(|| format!("{name} has no file to change")));
    let (start, mut number) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_secs(share.of(3, 60)) && !sound.is_empty() {
        let bytes = changed(sound[number % sound.len()], number);
        if let Some(fault) = fault(parser, &bytes) {
            record.case(Some(format!("{name}, case {number}: {fault}; kept as {}", keep(name, &bytes))));
            break;
        }
        number += 1;
    }
    record.case(None);
    record.notes.push(format!("{number} changed files for the parser of {name}"));
    record
}

/// What an entry does wrong with an input.
fn fault(parser: Parser, bytes: &[u8]) -> Option<String> {
    let start = Instant::now();
    let panic = catch_unwind(AssertUnwindSafe(|| parser(bytes))).err();
    if let Some(panic) = panic {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        return Some(format!("a panic: {}", said.unwrap_or_default()));
    }
    (start.elapsed() > LONGEST).then(|| format!("{} bytes take {:?}", bytes.len(), start.elapsed()))
}

fn changed(bytes: &[u8], number: usize) -> Vec<u8> {
    match Dice(DICE ^ number as u64).below(3) {
        0 => papers::harmed(bytes, number, 7).0,
        _ if bytes.len() < 16 => papers::harmed(bytes, number, 9).0,
        _ => harm::harmed(bytes, harm::CUTS + number, DICE).0,
    }
}

/// Keeps an input that broke a parser, to be named and added to `tests/vectors`.
fn keep(name: &str, bytes: &[u8]) -> String {
    let path = std::env::temp_dir().join(format!("broke-{name}"));
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

fn controls(record: &mut Record) {
    record.control("a parser that panics", fault(|bytes| assert!(bytes.len() > 3), b"abc").is_some());
    record.control(
        "a parser that hangs",
        fault(|_| std::thread::sleep(LONGEST + Duration::from_millis(50)), b"").is_some(),
    );
    let reader: Parser = |bytes| assert!(!bytes.windows(3).any(|w| w == b"1e9"));
    let found = (0..20_000).any(|n| fault(reader, &changed(br#"{"frame": 10, "box": [1, 2, 3, 4]}"#, n)).is_some());
    record.control("a parser that stumbles over a large number", found);
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_file() {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// Sound files for each entry.
fn corpora(folder: &Path) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let fixtures = files_below(&root().join("fixtures"));
    let with = |end: &str| -> Vec<Vec<u8>> {
        fixtures.iter().filter(|(path, _)| path.to_string_lossy().ends_with(end)).map(|f| f.1.clone()).collect()
    };
    let made = |name: &str, arguments: &str| -> Vec<u8> {
        let mut command = Command::new("ffmpeg");
        command.current_dir(folder).args(["-v", "error", "-y", "-i"]).arg(root().join("fixtures/gap.mp4"));
        assert!(command.args(arguments.split(' ')).arg(name).status().unwrap().success());
        fs::read(folder.join(name)).unwrap()
    };
    let x264 = |options: &str| format!("-an -frames:v 8 -c:v libx264 -g 4 -threads 1 {options}");
    let streams: Vec<Vec<u8>> =
        ["-bf 2", "-profile:v baseline -slices 3", "-tune zerolatency -x264-params cqm=jvt:weightp=2"]
            .iter()
            .enumerate()
            .map(|(n, options)| made(&format!("{n}.h264"), &x264(options)))
            .collect();
    let record = |mp4: &[u8]| {
        let at = mp4.windows(4).position(|w| w == b"avcC")?;
        let size = u32::from_be_bytes(mp4.get(at - 4..at)?.try_into().ok()?) as usize;
        Some(mp4.get(at + 4..at - 4 + size)?.to_vec())
    };
    // Of packets, too, whose first byte says how they are framed.
    let packets = streams.iter().map(|s| [&[0][..], &s[..s.len().min(3000)]].concat());
    let records: Vec<Vec<u8>> = with(".mp4").iter().filter_map(|mp4| record(mp4)).collect();
    let clip = cage::tool();
    let words =
        ["clip", "gap.mp4", "--tracks", "t.json", "--from", "0", "--to", "1", "--reference", "A", "--out", "out"];
    fs::copy(root().join("fixtures/gap.mp4"), folder.join("gap.mp4")).unwrap();
    fs::copy(root().join("fixtures/tracks/gap.mp4.json"), folder.join("t.json")).unwrap();
    assert_eq!(cage::run(clip, folder, &words, cage::LIMITS).status, 0);
    let still = ["still", "gap.mp4", "--at", "0.5", "--tracks", "t.json", "--reference", "B", "--out", "out"];
    assert_eq!(cage::run(clip, folder, &still, cage::LIMITS).status, 0);
    let small = made("small.mp4", &x264("-movflags +faststart -fflags +bitexact"));
    let tracks = files_below(&root().join("fixtures/tracks"));
    let texts = [
        "00:01:30",
        "90.5",
        "90s",
        "2026-10-12T09:14:00",
        "2026-10-12T09:14:00+01:00",
        "2026-10-12T08:14:00Z",
        "25",
        "30000/1001",
        "1920x1080",
        "2/4",
        "SAR-2026-014",
        "Europe/London",
        "CH01_20261012091400.dav",
    ];
    vec![
        ("tracks", tracks.into_iter().map(|t| t.1).chain([papers::STUDIO.to_vec()]).collect()),
        ("request", with("request.json").into_iter().chain(with("still.json")).chain(with("refusal.json")).collect()),
        ("manifest", with("batch.json").into_iter().chain([papers::manifest()]).collect()),
        ("mp4", vec![fs::read(folder.join("out/A/send/clip.mp4")).unwrap(), small]),
        ("png", vec![fs::read(folder.join("out/B/send/still-0001.png")).unwrap()]),
        ("slices", streams.clone()),
        ("framing", packets.chain(records).collect()),
        ("times", texts.iter().map(|text| text.as_bytes().to_vec()).collect()),
    ]
}

/// Writes the sound files where libFuzzer looks for them.
pub fn plant(into: &Path) {
    let folder = tempfile::tempdir().unwrap();
    for (name, files) in corpora(folder.path()) {
        fs::create_dir_all(into.join(name)).unwrap();
        for (number, bytes) in files.iter().enumerate() {
            fs::write(into.join(name).join(format!("sound-{number}")), bytes).unwrap();
        }
    }
}
