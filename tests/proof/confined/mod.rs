//! Footage that takes over the parser which reads it: played by a library that stands in FFmpeg's place and tries, in
//! every process that opens footage, all that such a process could be misused for.

use std::collections::BTreeSet;
use std::fs;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::io::{FdFlags, fcntl_setfd};
use serde_json::{Value, json};

use crate::record::{Record, Share};
use crate::tool::{self, REFERENCE};

const FOOTAGE: &str = "gap.mp4";

pub fn prove(_: Share) -> Record {
    let mut record = Record::default();
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::set(folder.path());
    let alone = stage.unconfined();
    match &alone {
        Some(attempts) => {
            attempts.iter().filter(|(name, _)| name != "begin" && name != "end").for_each(|(name, failed)| {
                record.control(format!("'{name}' works in a process that is not confined"), *failed == 0);
            })
        }
        None => {
            record.notes.push("NOT TESTED: the attempts without confinement, for want of the ffmpeg command".to_owned())
        }
    }
    for command in ["clip", "still", "run", "batch", "verify", "probe", "check", "prepare", "review"] {
        let (parent, output, said) = stage.play(command, None);
        if command == "clip" && !stage.in_force(&mut record) {
            return record;
        }
        record.case((!output.status.success()).then(|| format!("{command}: {}", text(&output))));
        let opened: BTreeSet<u32> = said.iter().map(|a| a.0).collect();
        record.case(opened.contains(&parent).then(|| format!("{command}: the parent itself opened footage")));
        record.case(
            (!said.iter().any(|a| a.1 == "end")).then(|| format!("{command}: opened no footage, or not to the end")),
        );
        for (_, name, failed) in said.iter().filter(|a| a.1 != "begin" && a.1 != "end") {
            record.case((*failed == 0).then(|| format!("{command}: '{name}' was possible")));
        }
        record.case(stage.harmed().then(|| format!("{command}: a file has changed")));
    }
    grief(&stage, &mut record);
    record
}

/// A process that comes to grief takes nothing with it.
fn grief(stage: &Stage<'_>, record: &mut Record) {
    for (end, status) in [("crash", 1), ("abort", 1), ("exit", 1), ("hang", 130)] {
        for command in ["clip", "probe"] {
            if end == "hang" && command == "probe" {
                continue;
            }
            let (_, output, said) = stage.play(command, Some(end));
            let right = output.status.code() == Some(status) && !said.is_empty();
            record.case((!right).then(|| format!("{command}, {end}: {:?}, {}", output.status, text(&output))));
            let left = fs::read_dir(stage.folder.join("out")).map_or(0, Iterator::count);
            record.case((left > 0).then(|| format!("{command}, {end}: something is left in the output folder")));
        }
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An attempt: process, name, error number or 0.
type Attempt = (u32, String, i32);

/// A folder with what the attempts are made on.
struct Stage<'a> {
    folder: &'a Path,
    library: PathBuf,
}

impl<'a> Stage<'a> {
    fn set(folder: &'a Path) -> Self {
        let library = folder.join("attempts.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proof/confined/attempts.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
        let built = compiler.output().unwrap();
        assert!(built.status.success(), "{}", text(&built));
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        fs::copy(fixtures.join(FOOTAGE), folder.join(FOOTAGE)).unwrap();
        let moving = json!([{ "id": "a", "whole": true, "keyframes": [{ "frame": 0, "box": [8, 8, 40, 40] }] }]);
        tool::write_tracks(folder, &moving);
        let item = json!({ "kind": "clip", "footage": [FOOTAGE], "from": "0", "to": "1", "tracks": [{ "file": "tracks.json" }] });
        let request = tool::request(&[item]);
        fs::write(folder.join("request.json"), request.to_string()).unwrap();
        fs::write(folder.join("batch.json"), json!({ "version": 1, "requests": ["request.json"] }).to_string())
            .unwrap();
        let stage = Self { folder, library };
        stage.reset();
        stage
    }

    /// Files as they were, and no pack.
    fn reset(&self) {
        let elsewhere = self.folder.join("elsewhere");
        let _ = fs::remove_dir_all(&elsewhere);
        let _ = fs::remove_dir_all(self.folder.join("out"));
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("secret"), "kept").unwrap();
        fs::write(elsewhere.join("victim"), "whole").unwrap();
    }

    /// Whether the files of the attempts are not as they were.
    fn harmed(&self) -> bool {
        let elsewhere = self.folder.join("elsewhere");
        let names: Vec<_> = tool::files(&elsewhere).into_iter().collect();
        names != [("secret".to_owned(), b"kept".to_vec()), ("victim".to_owned(), b"whole".to_vec())]
    }

    /// Runs a program with the library in FFmpeg's place. Returns its process, its output and the attempts.
    fn run(&self, command: &mut Command, end: Option<&str>) -> (u32, Output, Vec<Attempt>) {
        let report = self.folder.join("report");
        let file = fs::File::create(&report).unwrap();
        fcntl_setfd(&file, FdFlags::empty()).unwrap();
        command
            .current_dir(self.folder)
            .env("LD_PRELOAD", &self.library)
            .env("TRY_REPORT", file.as_raw_fd().to_string());
        command.env("TRY_FOLDER", self.folder.join("elsewhere")).env("TRY_FOOTAGE", self.folder.join(FOOTAGE));
        command
            .envs(end.map(|end| ("TRY_END", end)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let parent = child.id();
        if end == Some("hang") {
            let start = Instant::now();
            while fs::metadata(&report).unwrap().len() == 0 && start.elapsed() < Duration::from_secs(60) {
                std::thread::sleep(Duration::from_millis(20));
            }
            let pid = rustix::process::Pid::from_raw(parent as i32).unwrap();
            rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        }
        let output = child.wait_with_output().unwrap();
        let said = fs::read_to_string(&report).unwrap();
        let attempt = |line: &str| {
            let mut words = line.split(' ');
            let mut word = || words.next().unwrap();
            (word().parse().unwrap(), word().to_owned(), word().parse().unwrap())
        };
        (parent, output, said.lines().map(attempt).collect())
    }

    /// The tool, with core dumps asked for.
    fn play(&self, command: &str, end: Option<&str>) -> (u32, Output, Vec<Attempt>) {
        if command != "verify" {
            self.reset();
        }
        let common = format!("--tracks tracks.json --reference {REFERENCE} --out out");
        let line = match command {
            "clip" => format!("clip {FOOTAGE} --from 0 --to 1 {common}"),
            "still" => format!("still {FOOTAGE} --at 0 {common}"),
            "run" => "run request.json --out out".to_owned(),
            "batch" => "batch batch.json --out out".to_owned(),
            "verify" => format!("verify out/{REFERENCE} --footage {FOOTAGE}"),
            "probe" => format!("probe {FOOTAGE}"),
            "review" => format!("review {FOOTAGE} --no-open"),
            "prepare" => format!("prepare {FOOTAGE} --from 0 --to 1 --out unredacted.mp4"),
            _ => format!("tracks check tracks.json --footage {FOOTAGE} --pictures out"),
        };
        // The page is served until somebody ends it: here once the footage was opened to the end.
        let until = match command {
            "review" => "(for i in $(seq 300); do grep -q ' end ' report && break; sleep 0.1; done; kill -TERM $$) &",
            _ => "",
        };
        let tool = env!("CARGO_BIN_EXE_cctv-redact");
        let shell = format!("ulimit -c unlimited 2>/dev/null; {until} exec {tool} {line}");
        self.run(Command::new("sh").args(["-c", &shell]), end)
    }

    /// The attempts in a program that is not confined.
    fn unconfined(&self) -> Option<Vec<(String, i32)>> {
        Command::new("ffmpeg").arg("-version").output().ok()?;
        self.reset();
        let shell = format!("ulimit -c unlimited; exec ffmpeg -v error -i {FOOTAGE} -frames:v 1 -f null -");
        let (_, _, said) = self.run(Command::new("sh").args(["-c", &shell]), None);
        Some(said.into_iter().map(|(_, name, failed)| (name, failed)).collect())
    }

    /// Whether the last pack's log says that both were in force; if not, that is said.
    fn in_force(&self, record: &mut Record) -> bool {
        let log =
            fs::read(self.folder.join("out").join(REFERENCE).join("keep/disclosure-log.json")).unwrap_or_default();
        let log: Value = serde_json::from_slice(&log).unwrap_or_default();
        let contained = &log["contained"];
        if contained["landlock"] == true && contained["seccomp"] == true {
            return true;
        }
        record.notes.push(format!("NOT TESTED: the log says that this system does not offer all of it: {contained}"));
        false
    }
}
