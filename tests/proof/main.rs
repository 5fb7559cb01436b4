//! The promises of what is handed over, proved on many cases, with planted faults that each check must be seen to fail
//! on. `cargo test` runs a bounded share, `make proof` (`-- --all`) all; words choose proofs by name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cage;
mod canaries;
mod candidates;
#[path = "../it/cover_oracle/case.rs"]
#[allow(dead_code)] // shared with the other integration tests, which use the rest
mod case;
mod confined;
#[path = "../it/common/decode.rs"]
#[allow(dead_code)]
mod decode;
mod film;
mod hostile;
mod logs;
mod losses;
#[allow(dead_code)]
#[path = "../it/cover_oracle/oracle.rs"]
mod oracle;
mod place;
mod planted;
mod record;
mod tool;
mod worlds;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Instant;

use record::{Record, Share};

/// A proof: its name, the promise, and how it is proved.
type Proof = (&'static str, &'static str, fn(Share) -> Record);

const PROOFS: &[Proof] = &[
    ("worlds", "nothing covered, cut or dropped has any effect on what is sent", worlds::prove),
    ("canaries", "nothing that a recording or its handling says is sent, said or kept", canaries::prove),
    ("planted", "no byte of a file that is sent goes unaccounted for", planted::prove),
    ("place", "every frame of the window is there once, at its time, covered at its place, and no other", place::prove),
    ("logs", "a notice says nothing that is the controller's own, and no hash can be guessed", logs::prove),
    ("confined", "footage that takes over its decoder reaches nothing but itself", confined::prove),
    ("candidates", "who is under frost or fill cannot be told, even from a hundred known", candidates::prove),
    (
        "hostile",
        "whatever a recording holds, the tool ends well, and a pack shows the recording's own pictures",
        hostile::prove,
    ),
    (
        "losses",
        "however a run ends, the recording is as it was, and only what verifies has a pack's name",
        losses::prove,
    ),
];

fn main() -> ExitCode {
    let typed: Vec<String> = std::env::args().skip(1).collect();
    if typed.iter().any(|word| word == "--list") {
        PROOFS.iter().for_each(|proof| println!("{}: test", proof.0));
        return ExitCode::SUCCESS;
    }
    // For `make fuzz`: where the fuzzer shall find sound files to begin with.
    if let Some(folder) = typed.iter().find_map(|word| word.strip_prefix("--corpora=")) {
        hostile::plant(std::path::Path::new(folder));
        return ExitCode::SUCCESS;
    }
    let share = if typed.iter().any(|word| word == "--all") { Share::All } else { Share::Bounded };
    let words: Vec<&String> = typed.iter().filter(|word| !word.starts_with('-')).collect();
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let mut found: Vec<(&str, Record)> = Vec::new();
    for (name, promise, prove) in PROOFS.iter().filter(|proof| chosen(proof.0)) {
        let start = Instant::now();
        let record = catch_unwind(AssertUnwindSafe(|| prove(share))).unwrap_or_else(|_| {
            let failures = vec!["the proof itself broke off; what it said stands above".to_owned()];
            Record { cases: 1, failures, ..Record::default() }
        });
        eprintln!("{name}: {:.1} s", start.elapsed().as_secs_f64());
        found.push((promise, record));
    }
    if found.is_empty() {
        return ExitCode::SUCCESS;
    }
    let security = include_str!("../../SECURITY.md");
    let unlisted: Vec<_> =
        PROOFS.iter().filter(|(_, promise, _)| !security.contains(&format!("| {promise} |"))).collect();
    unlisted.iter().for_each(|(name, ..)| println!("SECURITY.md does not name the promise of '{name}'"));
    let rows: Vec<(&str, &Record)> = found.iter().map(|(promise, record)| (*promise, record)).collect();
    print!("\n{}\n", record::table(&rows));
    rows.iter().for_each(|(promise, record)| print!("{}", record::details(promise, record)));
    let kept = rows.iter().all(|(_, record)| record.is_kept());
    if kept && unlisted.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
