//! A recording with its tracks in a folder of its own, the runs over it, and what must hold however a run ended.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::cage::tool;

/// The recording: four seconds.
pub const FOOTAGE: &str = "late-start.ts";

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    Clip,
    /// Three packs.
    Batch,
}

impl Wanted {
    pub fn references(self) -> &'static [&'static str] {
        match self {
            Self::Clip => &["SAR-1"],
            Self::Batch => &["SAR-1", "SAR-2", "SAR-3"],
        }
    }
}

/// A folder with everything that a run needs.
pub struct World {
    folder: tempfile::TempDir,
    pub wanted: Wanted,
    footage: (PathBuf, Vec<u8>, SystemTime),
}

impl World {
    pub fn new(wanted: Wanted) -> Self {
        Self::with(wanted, FOOTAGE)
    }

    /// Of a fixture and its tracks.
    pub fn with(wanted: Wanted, footage: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let path = folder.path().join("recording");
        fs::copy(fixtures.join(footage), &path).unwrap();
        fs::copy(fixtures.join(format!("tracks/{footage}.json")), folder.path().join("tracks.json")).unwrap();
        let item = |from: f64| json!({ "kind": "clip", "footage": ["recording"], "from": from.to_string(), "to": "9", "tracks": [{ "file": "tracks.json" }] });
        let request =
            |(n, reference): (usize, &&str)| json!({ "version": 1, "reference": reference, "items": [item(n as f64)] });
        let requests: Vec<Value> = wanted.references().iter().enumerate().map(request).collect();
        fs::write(folder.path().join("batch.json"), json!({ "version": 1, "requests": requests }).to_string()).unwrap();
        let footage = (path.clone(), fs::read(&path).unwrap(), path.metadata().unwrap().modified().unwrap());
        Self { folder, wanted, footage }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn recording(&self) -> &Path {
        &self.footage.0
    }

    pub fn out(&self) -> PathBuf {
        self.path().join("out")
    }

    /// What is typed after the program's name.
    pub fn words(&self) -> Vec<String> {
        let path = |name: &str| self.path().join(name).to_string_lossy().into_owned();
        let words = match self.wanted {
            Wanted::Clip => vec!["clip".into(), path("recording"), "--tracks".into(), path("tracks.json")],
            Wanted::Batch => vec!["batch".into(), path("batch.json"), "--out".into(), path("out")],
        };
        let clip = ["--from", "0", "--to", "9", "--reference", "SAR-1", "--out"].map(str::to_owned);
        match self.wanted {
            Wanted::Clip => words.into_iter().chain(clip).chain([path("out")]).collect(),
            Wanted::Batch => words,
        }
    }

    /// The run, not yet begun; what it says is kept.
    pub fn command(&self) -> Command {
        let mut command = Command::new(tool());
        command.args(self.words()).current_dir(self.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Whether a pack verifies against a recording.
    pub fn verifies(&self, reference: &str, recording: &Path) -> Result<(), String> {
        let pack = self.out().join(reference);
        let done = Command::new(tool()).arg("verify").arg(pack).arg("--footage").arg(recording).output().unwrap();
        if done.status.success() { Ok(()) } else { Err(said(&done)) }
    }

    /// What is wrong after a run that ended with `status` (`None` for one that was killed).
    pub fn after(&self, status: Option<i32>) -> Option<String> {
        let (path, bytes, time) = &self.footage;
        if fs::read(path).ok().as_ref() != Some(bytes) || path.metadata().ok()?.modified().ok()? != *time {
            return Some("the recording is not what it was".into());
        }
        self.stands(status)
    }

    /// What is wrong with what stands in the output folder.
    pub fn stands(&self, status: Option<i32>) -> Option<String> {
        let mut standing = 0;
        for name in self.entries() {
            if self.wanted.references().contains(&name.as_str()) {
                standing += 1;
                if let Err(why) = self.verifies(&name, self.recording()) {
                    return Some(format!("{name} stands and does not verify: {why}"));
                }
            } else if name.starts_with("summary.") {
                let text = fs::read_to_string(self.out().join(&name)).unwrap();
                if text.is_empty() || name.ends_with("json") && serde_json::from_str::<Value>(&text).is_err() {
                    return Some(format!("{name} is half a summary"));
                }
            } else if !name.starts_with('.') {
                return Some(format!("{name} stands in the output folder"));
            }
        }
        match status {
            Some(0) if standing < self.wanted.references().len() => Some("status 0, and a pack is missing".into()),
            Some(status) if status != 0 && standing > 0 && self.wanted == Wanted::Clip => {
                Some(format!("status {status}, and a pack stands"))
            }
            Some(status) if ![0, 1, 2, 3, 4, 130].contains(&status) => Some(format!("status {status}")),
            _ => None,
        }
    }

    /// What is wrong with the next run of the same: it must work, and name what the one before left.
    pub fn next_run(&self) -> Option<String> {
        let left: Vec<String> = self.entries().into_iter().filter(|name| name.contains(".partial-")).collect();
        let stood = self.entries().contains(&"SAR-1".to_owned());
        let done = self.command().output().unwrap();
        if self.wanted == Wanted::Clip && stood {
            let refused = done.status.code() == Some(2) && said(&done).contains("exists already");
            return (!refused).then(|| format!("a pack stands, and the next run: {}", said(&done)));
        }
        if !done.status.success() {
            return Some(format!("the next run does not work: {}", said(&done)));
        }
        let mut told = said(&done);
        for reference in self.wanted.references() {
            let log = fs::read_to_string(self.out().join(reference).join("keep/disclosure-log.json"));
            told += &log.unwrap_or_default();
        }
        if let Some(name) = left.iter().find(|name| !told.contains(name.as_str())) {
            return Some(format!("the next run does not say that {name} is left"));
        }
        self.after(Some(0))
    }

    fn entries(&self) -> Vec<String> {
        let entries = fs::read_dir(self.out()).into_iter().flatten();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Everything a run said.
pub fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    format!("{}: {}", output.status, String::from_utf8_lossy(&text).trim().replace('\n', " / "))
}
