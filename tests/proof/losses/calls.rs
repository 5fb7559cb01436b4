//! What a run asks of the system, watched and made to fail by `strace`: a full disk and a faulty one at every write, a
//! kill at every call that matters, and the order in which things reach the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::world::{Wanted, World};
use crate::cage::{self, Ended, LIMITS};
use crate::record::{Record, Share, each};

/// Calls that change what is on disk.
const CALLS: &str = "openat,mkdir,mkdirat,write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat,renameat2,ftruncate,fallocate,sendfile,copy_file_range";

/// Calls that are made to fail, and how: an error for one call, or from one call on.
const FAULTS: &[(&str, &[&str])] = &[
    ("write", &["error=ENOSPC:when=N", "error=ENOSPC:when=N+", "error=EIO:when=N", "signal=KILL:when=N"]),
    ("pwrite64", &["error=ENOSPC:when=N", "error=ENOSPC:when=N+", "error=EIO:when=N", "signal=KILL:when=N"]),
    ("fsync", &["error=EIO:when=N", "error=ENOSPC:when=N+", "signal=KILL:when=N"]),
    ("renameat2", &["error=EIO:when=N", "error=EINVAL:when=N", "error=EROFS:when=N", "signal=KILL:when=N"]),
    ("mkdir", &["error=ENOSPC:when=N", "error=EROFS:when=N", "signal=KILL:when=N"]),
];

pub fn prove(share: Share) -> Record {
    let mut record = Record::default();
    let world = World::new(Wanted::Clip);
    let Some(log) = watched(&world) else {
        record.notes.push("NOT TESTED: there is no strace here, or it may not trace".to_owned());
        return record;
    };
    order(&log, &world, &mut record);
    let world = World::new(Wanted::Batch);
    let log_of_three = watched(&world).unwrap_or_default();
    record.case(unsafe_order(&log_of_three, &world.out()).map(|fault| format!("three packs: {fault}")));
    let counts = counts(&log);
    let mut cases = Vec::new();
    for (call, faults) in FAULTS {
        let count = counts.get(*call).copied().unwrap_or(0);
        record.notes.push(format!("{call}: made to fail at each of {count} calls of a process"));
        cases.extend(
            (1..=count)
                .flat_map(|n| faults.iter().map(move |fault| (*call, n, count, fault.replace('N', &n.to_string())))),
        );
    }
    // Every so many, so that each kind of call and of fault is among them.
    let step = share.of(cases.len().div_ceil(60) | 1, 1);
    let cases: Vec<_> = cases.into_iter().step_by(step).collect();
    each(&cases, failing).into_iter().for_each(|fault| record.case(fault));
    record
}

/// The log of a run that ends well; `None` where nothing can be traced.
fn watched(world: &World) -> Option<String> {
    let log = world.path().join("calls");
    let ended = traced(world, &["-y", "-o", log.to_str()?, "-e", &format!("trace={CALLS}")])?;
    assert_eq!(ended.status, 0, "{}", ended.said);
    let log = fs::read_to_string(log).ok()?;
    // Where the system does not say which file a call is about, there is no telling.
    log.contains("renameat2(").then_some(log)
}

fn traced(world: &World, words: &[&str]) -> Option<Ended> {
    let found = Command::new("sh").args(["-c", "command -v strace"]).output().ok()?;
    let strace = PathBuf::from(String::from_utf8(found.stdout).ok()?.trim());
    let mut all = vec!["-f", "-qq"];
    // Stopping at other calls, too, takes longer, but only then signals arrive.
    all.extend((!words.iter().any(|word| word.contains("signal="))).then_some("--seccomp-bpf"));
    all.extend(words);
    let tool = cage::tool().to_str()?;
    let typed = world.words();
    all.push(tool);
    all.extend(typed.iter().map(String::as_str));
    found.status.success().then(|| cage::run(&strace, world.path(), &all, LIMITS))
}

/// The most calls of each kind that one thread makes: the number that faults are counted by.
fn counts(log: &str) -> BTreeMap<String, usize> {
    let mut of_thread: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in log.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, _)) = rest.trim().split_once('(') else { continue };
        *of_thread.entry((call.to_owned(), thread.to_owned())).or_default() += 1;
    }
    let mut most = BTreeMap::new();
    for ((call, _), count) in of_thread {
        let entry = most.entry(call).or_insert(0);
        *entry = count.max(*entry);
    }
    most
}

/// One run with one fault.
fn failing((call, n, count, fault): &(&str, usize, usize, String)) -> Option<String> {
    let world = World::new(Wanted::Clip);
    let inject = format!("inject={call}:{fault}");
    let ended = traced(&world, &["-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject])?;
    let what = |fault: String| Some(format!("{inject}: {fault}"));
    let killed = ended.signal == 9;
    if let Some(fault) = ended.fault().filter(|_| !killed && !ended.said.is_empty()) {
        return what(fault);
    }
    // What is not known to be on disk must not be called ready; the last two only name what stands.
    if *call == "fsync" && n + 2 <= *count && ended.status == 0 {
        return what("status 0, though a file is not on disk".into());
    }
    world.after(Some(ended.status).filter(|_| !killed)).or_else(|| world.next_run()).and_then(what)
}

/// Everything is on disk before it gets its name, and its name is before the run ends; each step left out is seen.
fn order(log: &str, world: &World, record: &mut Record) {
    record.case(unsafe_order(log, &world.out()));
    let lines: Vec<&str> = log.lines().collect();
    let is_ours = |line: &str| line.contains("fsync(") && line.contains(world.path().to_str().unwrap());
    for (place, line) in lines.iter().enumerate().filter(|(_, line)| is_ours(line)) {
        let without: Vec<&str> = lines.iter().enumerate().filter(|(n, _)| *n != place).map(|(_, line)| *line).collect();
        let name = line.rsplit('/').next().unwrap_or_default();
        record.control(format!("no fsync of {name}"), unsafe_order(&without.join("\n"), &world.out()).is_some());
    }
    let (named, mut rest): (Vec<&str>, Vec<&str>) = lines.iter().partition(|line| line.contains("renameat2("));
    let first = rest.iter().position(|line| is_ours(line) && line.contains(".partial-")).unwrap_or(0);
    rest.splice(first..first, named);
    record.control("the name before the disk", unsafe_order(&rest.join("\n"), &world.out()).is_some());
}

/// What a power cut could lose although the run said that it was ready, or show although it was not.
fn unsafe_order(log: &str, out: &Path) -> Option<String> {
    let mut unwritten: BTreeSet<PathBuf> = BTreeSet::new();
    let mut named = 0;
    for call in completed(log) {
        let Some((name, rest)) = call.split_once('(') else { continue };
        let result = rest.rsplit_once(" = ").map_or("", |r| r.1);
        if result.starts_with('-') {
            continue;
        }
        let texts: Vec<PathBuf> = rest.split('"').skip(1).step_by(2).map(PathBuf::from).collect();
        let file = rest.split_once('<').and_then(|(_, r)| r.split_once('>')).map(|(path, _)| PathBuf::from(path));
        let ours = |path: &Path| path.starts_with(out.parent().unwrap_or(out));
        match name {
            "openat" => {
                if !rest.contains("O_CREAT") && !rest.contains("O_TRUNC") || rest.contains("O_TMPFILE") {
                    continue;
                }
                let Some(path) = texts.first().filter(|path| ours(path)) else { continue };
                // In the output folder itself only a summary, which just says what happened.
                let made = rest.contains("O_CREAT");
                unwritten.extend(path.parent().filter(|folder| made && *folder != out).map(PathBuf::from));
                unwritten.insert(path.clone());
            }
            "mkdir" | "mkdirat" => {
                let Some(path) = texts.first().filter(|path| ours(path)) else { continue };
                unwritten.extend([path.clone()].into_iter().chain(path.parent().map(PathBuf::from)));
            }
            "fsync" | "fdatasync" => drop(file.map(|file| unwritten.remove(&file))),
            "rename" | "renameat" | "renameat2" => {
                let [.., from, to] = texts.as_slice() else { continue };
                if let Some(path) = unwritten.iter().find(|path| path.starts_with(from)) {
                    return Some(format!("{} gets its name before {} is on disk", to.display(), path.display()));
                }
                // A summary only says what happened.
                let pack = to.extension().is_none();
                named += usize::from(pack);
                unwritten.extend(to.parent().map(PathBuf::from).filter(|_| pack));
            }
            _ => unwritten.extend(file.filter(|file| ours(file) && !rest.contains("(deleted)"))),
        }
    }
    let place = unwritten.iter().find(|path| out.starts_with(path));
    match place {
        Some(path) => Some(format!("the run ends before {} is on disk", path.display())),
        None => (named == 0).then(|| "nothing gets a name".to_owned()),
    }
}

/// Every call in one piece, in the order in which they ended.
fn completed(log: &str) -> Vec<String> {
    let mut begun: BTreeMap<&str, &str> = BTreeMap::new();
    let mut whole = Vec::new();
    for line in log.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim();
        if let Some(start) = rest.strip_suffix("<unfinished ...>") {
            begun.insert(thread, start);
        } else if let Some(end) = rest.strip_prefix("<... ").and_then(|r| r.split_once("resumed>")) {
            whole.push(format!("{}{}", begun.remove(thread).unwrap_or_default(), end.1));
        } else {
            whole.push(rest.to_owned());
        }
    }
    whole
}
