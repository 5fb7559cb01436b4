//! The tool's own program, run under limits of memory and time, and what every run must keep to whatever it is given.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What a run may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// MB of address space; more is refused by the system.
    pub space: u64,
    /// MB of memory that it may really use.
    pub memory: u64,
    /// Seconds of processor time.
    pub processor: u64,
    /// Seconds, on a machine that has other things to do.
    pub seconds: u64,
}

/// For recordings of which an undamaged one takes about 0.1 GB and a second.
pub const LIMITS: Limits = Limits { space: 6144, memory: 1024, processor: 30, seconds: 150 };

/// What a panic says, and what the tool says of one, or of a signal, in the process that it has read footage for it.
const CAUGHT: [&str; 4] = ["panicked at", "internal error", "came to grief", "gave up"];

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Exit status; -1 for one that a signal ended.
    pub status: i32,
    pub signal: i32,
    pub late: bool,
    /// The most memory it held, in kB.
    pub memory: u64,
    /// Something it started lived on.
    pub left: bool,
    /// Both of its outputs.
    pub said: String,
    limits: Limits,
}

impl Ended {
    /// What no input may make of a run.
    pub fn fault(&self) -> Option<String> {
        let says = |what: &str| Some(format!("{what}: {}", self.said.trim().replace('\n', " / ")));
        match self {
            Self { late: true, .. } => says("it hangs"),
            Self { signal: 24, .. } => says("it takes processor time without end"),
            Self { signal, .. } if *signal != 0 => says(&format!("signal {signal}")),
            Self { said, .. } if CAUGHT.iter().any(|caught| said.contains(caught)) => says("a panic, or worse"),
            Self { status, .. } if ![0, 1, 2, 3, 4, 130].contains(status) => says(&format!("status {status}")),
            Self { memory, .. } if *memory > self.limits.memory << 10 => {
                says(&format!("{} MB of memory", memory >> 10))
            }
            Self { left: true, .. } => says("something that it started lives on"),
            Self { status, said, .. } if *status != 0 && said.trim().is_empty() => says("it says nothing"),
            _ => None,
        }
    }
}

/// The program.
pub fn tool() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_cctv-redact"))
}

/// Runs a program in `folder`, which also holds what the run says.
pub fn run(program: &Path, folder: &Path, words: &[&str], limits: Limits) -> Ended {
    let file = |name: &str| folder.join(format!(".cage-{name}"));
    let said = fs::File::create(file("said")).unwrap();
    let ended = Command::new(cage())
        .current_dir(folder)
        .args([limits.space, limits.processor, limits.seconds].map(|n| n.to_string()))
        .arg(file("report"))
        .arg(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(said.try_clone().unwrap())
        .stderr(said)
        .status()
        .unwrap();
    assert!(ended.success(), "the cage does not work: {ended}");
    let report = fs::read_to_string(file("report")).unwrap();
    let numbers: Vec<i64> = report.split_whitespace().map(|n| n.parse().unwrap()).collect();
    Ended {
        status: numbers[0] as i32,
        signal: numbers[1] as i32,
        late: numbers[2] != 0,
        memory: numbers[3] as u64,
        left: numbers[4] != 0,
        said: String::from_utf8_lossy(&fs::read(file("said")).unwrap()).into_owned(),
        limits,
    }
}

/// The program that sets the limits, built once.
fn cage() -> &'static Path {
    static CAGE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let build = || {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("cage");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proof/cage.c");
        let built = Command::new("cc").args(["-O1", "-Wall", "-o"]).arg(&program).arg(source).status().unwrap();
        assert!(built.success(), "cc does not build the cage");
        (folder, program)
    };
    &CAGE.get_or_init(build).1
}
