//! The tool run as people run it: the built program, in a folder of its own.

pub mod dahua;
pub mod decode;
pub mod footage;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The reference that every pack in these tests has.
pub const REFERENCE: &str = "SAR-1";

/// What a run left.
pub struct Run {
    /// Goes with this value.
    folder: TempDir,
    pub output: Output,
}

impl Run {
    /// The exit status, -1 for a signal.
    pub fn status(&self) -> i32 {
        self.output.status.code().unwrap_or(-1)
    }

    /// What was said on standard error.
    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    pub fn pack(&self) -> PathBuf {
        self.folder.path().join(REFERENCE)
    }

    pub fn sent(&self, name: &str) -> PathBuf {
        self.pack().join("send").join(name)
    }

    /// The controller's log.
    pub fn log(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.pack().join("keep/disclosure-log.json")).unwrap()).unwrap()
    }

    /// Every file of `send/` with its bytes, by name.
    pub fn send(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = std::fs::read_dir(self.pack().join("send"))
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        files
    }

    /// This run, which must have ended well.
    pub fn ready(self) -> Self {
        assert_eq!(self.status(), 0, "{}", self.errors());
        self
    }

    /// Asserts the status, that something was said, and that there is no pack.
    pub fn stopped(&self, status: i32) {
        assert_eq!(self.status(), status, "{}", self.errors());
        assert!(!self.pack().exists() && !self.errors().is_empty());
    }
}

/// The program, not yet run; options are split at white space.
pub fn command(kind: &str, footage: &Path, tracks: &Path, out: &Path, options: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cctv-redact"));
    command.arg(kind).arg(footage).arg("--tracks").arg(tracks).arg("--out").arg(out);
    command.args(["--reference", REFERENCE, "--quiet"]).args(options.split_whitespace());
    command
}

/// Runs `clip` or `still`.
pub fn run(kind: &str, footage: &Path, tracks: &Path, options: &str) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let output = command(kind, footage, tracks, folder.path(), options).output().unwrap();
    Run { folder, output }
}

/// A piece of drawn footage.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A piece of real footage and its MOTChallenge tracks; says so where they are not there.
pub fn real(name: &str) -> Option<(PathBuf, PathBuf)> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let stem = Path::new(name).file_stem().unwrap().to_str().unwrap();
    let found = (shared.join("footage").join(name), shared.join("tracks").join(format!("{stem}.mot.txt")));
    let there = found.0.exists() && found.1.exists();
    if !there {
        eprintln!("NOT TESTED: {} or its tracks are not there", found.0.display());
    }
    there.then_some(found)
}

/// Writes native tracks.
pub fn write_tracks(folder: &Path, tracks: &Value) -> PathBuf {
    let path = folder.join("tracks.json");
    std::fs::write(&path, serde_json::json!({ "version": 1, "tracks": tracks }).to_string()).unwrap();
    path
}

/// One static mask, so that there is somebody to cover.
pub fn mask(left: u32, top: u32, width: u32, height: u32) -> Value {
    serde_json::json!([{ "id": "1", "whole": true, "keyframes": [{ "frame": 0, "box": [left, top, width, height] }] }])
}

/// The log's covers of one frame, as a mask of stored pixels.
pub fn logged_cover(item: &Value, frame: usize, (width, height): (usize, usize)) -> Vec<bool> {
    let mut mask = vec![false; width * height];
    let entries = item["expected_clip"]["covers"].as_array().unwrap();
    let Some(entry) = entries.iter().rfind(|e| e["frame"].as_u64().unwrap() as usize <= frame) else { return mask };
    let mut paint = |rects: &Value, covered: bool| {
        for rect in rects.as_array().unwrap() {
            let at = |i: usize| rect[i].as_u64().unwrap() as usize;
            for y in at(1)..at(3).min(height) {
                mask[y * width + at(0)..y * width + at(2).min(width)].fill(covered);
            }
        }
    };
    if !entry["all_but"].is_null() {
        paint(&serde_json::json!([[0, 0, width, height]]), true);
        paint(&entry["all_but"], false);
    }
    paint(&entry["boxes"], true);
    mask
}
