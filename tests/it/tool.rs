//! The binary as a user runs it, in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A file of the fixtures.
pub fn fixture(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name).to_str().unwrap().to_owned()
}

/// The tracks of a fixture; the ending says in which format.
pub fn tracks_of(name: &str, ending: &str) -> String {
    fixture(&format!("tracks/{name}.{ending}"))
}

/// The binary, not started yet.
pub fn binary() -> Command {
    Command::new(env!("CARGO_BIN_EXE_cctv-redact"))
}

/// How a run ended, and what it said.
#[derive(Debug)]
pub struct Answer {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    pub fn ready(self) -> Self {
        assert_eq!(self.status, 0, "{}\n{}", self.out, self.err);
        self
    }

    /// Ended with this status, and said each of these on standard error.
    pub fn stopped(self, status: i32, says: &[&str]) -> Self {
        assert_eq!(self.status, status, "{says:?}\n{}\n{}", self.out, self.err);
        for part in says {
            assert!(self.err.contains(part), "'{part}' is not in: {}", self.err);
        }
        self
    }
}

/// A folder to work in, gone afterwards. Packs go to `out/` in it.
pub struct Desk(TempDir);

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn pack(&self, reference: &str) -> PathBuf {
        self.path("out").join(reference)
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, contents).unwrap();
        name.to_owned()
    }

    pub fn json(&self, name: &str, value: &Value) -> String {
        self.write(name, value.to_string())
    }

    pub fn copy(&self, from: &str, name: &str) -> String {
        self.write(name, fs::read(from).unwrap())
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = binary();
        command.args(args).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Answer {
        let output = self.command(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Answer { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs `clip`, `still` or `run` with the options that every one of them needs.
    pub fn make(&self, args: &[&str]) -> Answer {
        let where_to: &[&str] =
            if args[0] == "run" { &["--out", "out"] } else { &["--reference", "R", "--out", "out"] };
        self.run(&[args, where_to].concat())
    }

    /// Expects a stop: the status, a message of what is wrong and what to do that holds each of `says`, and an output
    /// folder as it was before.
    pub fn refuses(&self, status: i32, args: &[&str], says: &[&str]) -> Answer {
        let before = listing(&self.path("out"));
        let answer = self.make(args).stopped(status, says);
        assert!(answer.err.contains("error: "), "{}", answer.err);
        let advised = answer.err.contains("what to do: ") || answer.err.contains("try '--help'");
        assert!(advised, "no advice: {}", answer.err);
        assert_eq!(listing(&self.path("out")), before, "something was left behind: {}", answer.err);
        answer
    }

    /// As [`Self::refuses`] for a clip of the first two seconds; `tracks check` must answer with the same status and
    /// message.
    pub fn tracks_refused(&self, status: i32, footage: &str, tracks: &str, options: &[&str], says: &[&str]) {
        let window = ["--from", "0", "--to", "2"];
        let clip = self.refuses(status, &[&["clip", footage, "--tracks", tracks], &window[..], options].concat(), says);
        let check = self.run(&[&["tracks", "check", tracks, "--footage", footage], &window[..], options].concat());
        assert_eq!((check.status, check.err), (clip.status, clip.err), "`tracks check` answers otherwise");
    }
}

/// Everything below a folder, by path from it; a folder that is not there is empty.
pub fn listing(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        found.extend(listing(&path).into_iter().map(|below| format!("{name}/{below}")));
        found.push(name);
    }
    found.sort();
    found
}

pub fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A native track file of these tracks.
pub fn native(tracks: &[Value]) -> Value {
    json!({ "version": 1, "tracks": tracks })
}

/// A third party who stands in one place, well inside the small fixtures, from the first frame on.
pub fn person(id: &str) -> Value {
    json!({ "id": id, "keyframes": [
        { "frame": 0, "box": [40, 60, 30, 80] },
        { "frame": 39, "box": [40, 60, 30, 80] },
    ] })
}

/// As [`person`], elsewhere, and the requester.
pub fn requester(id: &str) -> Value {
    json!({ "id": id, "role": "subject", "keyframes": [
        { "frame": 0, "box": [200, 60, 30, 80] },
        { "frame": 39, "box": [200, 60, 30, 80] },
    ] })
}

/// Whether the `ffmpeg` and `ffprobe` commands are there; says so when not.
pub fn ffmpeg_is_missing() -> bool {
    crate::scene::ffmpeg_is_missing()
}

/// Runs `ffmpeg` and expects it to succeed.
pub fn ffmpeg(args: &[&str], folder: &Path) {
    let done = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(args).current_dir(folder).status().unwrap();
    assert!(done.success(), "ffmpeg {args:?}");
}
