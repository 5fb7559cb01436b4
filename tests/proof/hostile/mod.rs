//! Hostile footage: the whole tool over recordings damaged in thousands of ways. It ends, in time and memory, without a
//! panic; and where it makes a pack, the clip shows the recording's own pictures, each at its time.

mod controls;
mod harm;
mod papers;
mod parsers;
mod seeds;
mod truth;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::cage::{self, Ended};
use crate::record::{Record, Share, each};
use seeds::Seed;
use truth::{MASK, Shown, Truth, Wrong, decode};

/// Where the numbers of all cases come from.
const DICE: u64 = 0x5eed_4a11;

/// How the tool is run over a damaged file.
const RUNS: [&str; 5] =
    ["", "--damaged cover", "--damaged cover --render smart", "--damaged cover --threads 1", "--render smart"];

/// Per cent of damaged files, by codec, that may show damage of which the decoder says nothing: what was measured, and
/// half as much again. A changed bit that makes another stream by the standard cannot be found.
const UNSEEN: [(&str, usize); 5] = [("h264", 2), ("hevc", 65), ("mjpeg", 25), ("mpeg4", 30), ("mpeg2", 12)];

/// What became of one damaged file.
enum Came {
    /// A run that no input may cause, or a clip that shows what the file does not.
    Fault(String),
    /// It was refused, with this status.
    Refused(i32),
    /// A pack that shows the recording's pictures at their times.
    Right,
    /// A pack that shows the recording's pictures as the damaged file orders and times them.
    AsTheFileSays,
    /// A pack that shows damage as the damaged file decodes: nobody complained.
    Unseen(String),
}

pub use parsers::plant;

pub fn prove(share: Share) -> Record {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        let notes = vec!["NOT TESTED: the ffmpeg command is not installed".to_owned()];
        return Record { notes, ..Record::default() };
    }
    let folder = tempfile::tempdir().unwrap();
    let mut seeds = seeds::drawn(folder.path());
    let real = seeds::real(folder.path());
    let mut record = Record::default();
    if real.is_empty() {
        record.notes.push("NOT TESTED: there is no real footage here; drawn footage was damaged".to_owned());
    }
    seeds.extend(real);
    for seed in &seeds {
        record.case(undamaged(seed));
    }
    controls::plant(&seeds[0], folder.path(), &mut record);
    let cases: Vec<(&Seed, Harm)> =
        seeds.iter().flat_map(|seed| harms(seed, share).map(move |harm| (seed, harm))).collect();
    let came = each(&cases, |(seed, harm)| damaged(seed, *harm));
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let mut unseen: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for ((seed, harm), came) in cases.iter().zip(came) {
        let of_codec = unseen.entry(seed.codec).or_default();
        of_codec.1 += 1;
        let (fault, what) = match came {
            Came::Fault(fault) => (Some(fault), "faults".to_owned()),
            // Which picture follows which is written in H.264.
            Came::Unseen(how) if matches!(harm, Harm::Lost(_)) && seed.codec == "h264" => {
                (Some(how), "faults".to_owned())
            }
            Came::Refused(status) => (None, format!("refused with status {status}")),
            Came::Right => (None, "right".to_owned()),
            Came::AsTheFileSays => (None, "its pictures as the damaged file orders and times them".to_owned()),
            Came::Unseen(_) => {
                of_codec.0 += 1;
                (None, "damage that decodes without complaint".to_owned())
            }
        };
        *count.entry(what).or_default() += 1;
        record.case(fault);
    }
    for (codec, most) in UNSEEN {
        let (found, all) = unseen.get(codec).copied().unwrap_or_default();
        let what = format!("{found} of {all} damaged files of {codec} decode without complaint and show it");
        record.case((100 * found > most * all).then(|| format!("{what}: more than {most} %")));
        record.notes.push(format!("KNOWN: {what} (at most {most} %)"));
    }
    let papers = papers::prove(share);
    record.notes.extend(count.into_iter().map(|(what, count)| format!("{count} damaged files: {what}")));
    Record::of([record, papers, parsers::prove(share)])
}

/// What is done to a recording.
#[derive(Clone, Copy)]
enum Harm {
    /// Something to its bytes.
    Bytes(usize),
    /// A packet is missing, and its container does not say so.
    Lost(usize),
}

/// Which cases of a recording are run.
fn harms(seed: &Seed, share: Share) -> impl Iterator<Item = Harm> + use<> {
    let drawn = seed.truth.painted;
    let (cuts, others) = share.of(if drawn { (10, 24) } else { (3, 8) }, (harm::CUTS, 60));
    let bytes = (0..cuts).map(move |n| n * harm::CUTS / cuts).chain(harm::CUTS..harm::CUTS + others);
    // The last one lost is no damage; a program stream has times for some packets only, so that what follows a lost one
    // is early until the next; the command writes no DHAV.
    let packets = if drawn && !seed.name.ends_with(".mpg") { 0..seed.truth.frames.len() - 1 } else { 0..0 };
    bytes.map(Harm::Bytes).chain(packets.step_by(share.of(3, 1)).map(Harm::Lost))
}

/// One run of the tool over a file with these bytes.
struct Run {
    folder: tempfile::TempDir,
    ended: Ended,
}

impl Run {
    fn over(program: &Path, seed: &Seed, bytes: &[u8], options: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(&seed.name), bytes).unwrap();
        let tracks = json!([{ "id": "1", "whole": true, "keyframes": [{ "frame": 0, "box": MASK }] }]);
        crate::tool::write_tracks(folder.path(), &tracks);
        let mut words = vec!["clip", seed.name.as_str(), "--tracks", "tracks.json", "--from", "0", "--to", "9"];
        words.extend(["--reference", crate::tool::REFERENCE, "--out", "out", "--quiet"]);
        words.extend(seed.options.split_whitespace().chain(options.split_whitespace()));
        let ended = cage::run(program, folder.path(), &words, cage::LIMITS);
        Self { folder, ended }
    }

    fn clip(&self) -> Vec<Shown> {
        decode(&crate::tool::pack(self.folder.path()).join("send/clip.mp4"), "")
    }

    /// Which frames of the clip the log says are covered whole.
    fn whole(&self) -> impl Fn(usize) -> bool + use<> {
        let log = fs::read(crate::tool::pack(self.folder.path()).join("keep/disclosure-log.json")).unwrap();
        let log: Value = serde_json::from_slice(&log).unwrap();
        let clip = log["items"][0]["expected_clip"].clone();
        move |frame| {
            let covers = clip["covers"].as_array().unwrap();
            let entry = covers.iter().rfind(|e| e["frame"].as_u64().unwrap() as usize <= frame);
            entry.is_some_and(|e| e["all_but"].as_array().is_some_and(Vec::is_empty))
        }
    }
}

/// The recording as it is: a pack, and the right one.
fn undamaged(seed: &Seed) -> Option<String> {
    let run = Run::over(cage::tool(), seed, &seed.bytes, RUNS[0]);
    if run.ended.status != 0 {
        return Some(format!("{}: status {}: {}", seed.name, run.ended.status, run.ended.said));
    }
    let wrong = seed.truth.wrong(&run.clip(), |_| false);
    wrong.map(|wrong| format!("{}: {wrong:?}", seed.name))
}

fn damaged(seed: &Seed, harm: Harm) -> Came {
    let (number, (bytes, what)) = match harm {
        Harm::Bytes(number) => (number, harm::harmed(&seed.bytes, number, DICE)),
        Harm::Lost(packet) => (packet, (seed.without(packet), "a lost packet".to_owned())),
    };
    let options = RUNS[number % RUNS.len()];
    let run = Run::over(cage::tool(), seed, &bytes, options);
    let what = format!("{} {number} ({what}; {options})", seed.name);
    judge(seed, &run, &bytes, &what)
}

fn judge(seed: &Seed, run: &Run, bytes: &[u8], what: &str) -> Came {
    if let Some(fault) = run.ended.fault() {
        return Came::Fault(format!("{what}: {fault}"));
    }
    let path = run.folder.path().join(&seed.name);
    if fs::read(&path).unwrap() != bytes {
        return Came::Fault(format!("{what}: the footage is not what it was"));
    }
    if run.ended.status != 0 {
        let stands = crate::tool::pack(run.folder.path()).exists();
        let fault = || Came::Fault(format!("{what}: a pack, and status {}", run.ended.status));
        return if stands { fault() } else { Came::Refused(run.ended.status) };
    }
    let (clip, whole) = (run.clip(), run.whole());
    if clip.is_empty() {
        return Came::Fault(format!("{what}: a clip that shows nothing"));
    }
    let Some(wrong) = seed.truth.wrong(&clip, &whole) else { return Came::Right };
    let own = decode(&path, &seed.options.replace("--fps", "-r"));
    match (wrong, Truth { frames: own, painted: false }.wrong(&clip, whole)) {
        (wrong, Some(own)) => Came::Fault(format!("{what}: {wrong:?}; and by the damaged file: {own:?}")),
        (Wrong::Times(_), None) => Came::AsTheFileSays,
        (Wrong::Picture(frame, how), None) => Came::Unseen(format!("{what}: frame {frame} {how}")),
    }
}
