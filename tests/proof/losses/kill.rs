//! Runs that are ended from outside at any point: killed without a chance to tidy up, or asked to stop.

use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::Command;
use std::time::{Duration, Instant};

use super::world::{Wanted, World, said};
use crate::case::Dice;
use crate::record::{Record, Share, each};

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// The process that was started.
    Parent,
    /// What it has started itself.
    Children,
    /// All of them at once.
    Group,
}

/// How long a process may live on without the one that started it, and how long a wish to stop may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub fn prove(share: Share) -> Record {
    let mut record = Record::default();
    let lasts: Vec<(Wanted, Duration)> = [Wanted::Clip, Wanted::Batch].map(|wanted| (wanted, lasts(wanted))).to_vec();
    let cases: Vec<usize> = (0..share.of(26, 200)).collect();
    let killed = each(&cases, |n| {
        let (wanted, lasts) = lasts[n / 3 % 2];
        let who = [Who::Parent, Who::Children, Who::Group][n % 3];
        let at = lasts.mul_f64((*n as f64 + Dice(*n as u64).below(100) as f64 / 100.0) / cases.len() as f64);
        kill(wanted, who, at).map(|fault| format!("{who:?} of a {wanted:?} killed after {at:?}: {fault}"))
    });
    killed.into_iter().for_each(|fault| record.case(fault));
    let cases: Vec<usize> = (0..share.of(12, 60)).collect();
    let stopped = each(&cases, |n| {
        let (wanted, lasts) = lasts[n % 2];
        let signal = ["INT", "TERM"][n / 2 % 2];
        let at = lasts.mul_f64((*n as f64 + 0.5) / cases.len() as f64);
        stop(wanted, signal, n % 4 > 1, at).map(|fault| format!("SIG{signal} to a {wanted:?} after {at:?}: {fault}"))
    });
    stopped.into_iter().for_each(|fault| record.case(fault));
    record
}

/// How long an undisturbed run takes.
fn lasts(wanted: Wanted) -> Duration {
    let world = World::new(wanted);
    let start = Instant::now();
    let done = world.command().output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    start.elapsed()
}

fn kill(wanted: Wanted, who: Who, at: Duration) -> Option<String> {
    let world = World::new(wanted);
    let mut run = world.command().process_group(0).spawn().unwrap();
    std::thread::sleep(at);
    let below = descendants(run.id());
    match who {
        Who::Parent => run.kill().unwrap(),
        Who::Group => signal("KILL", &format!("-{}", run.id())),
        Who::Children => below.iter().for_each(|pid| signal("KILL", &pid.to_string())),
    }
    let done = run.wait_with_output().unwrap();
    if let Some(fault) = all_gone(&below) {
        return Some(fault);
    }
    if who == Who::Children && done.status.signal().is_some() {
        return Some(format!("the death of what it started ends the run badly: {}", said(&done)));
    }
    world.after(done.status.code()).or_else(|| world.next_run())
}

/// A polite wish to stop, to the process alone or as a terminal sends it: to all of them.
fn stop(wanted: Wanted, name: &str, all: bool, at: Duration) -> Option<String> {
    let world = World::new(wanted);
    let run = world.command().process_group(0).spawn().unwrap();
    std::thread::sleep(at);
    let below = descendants(run.id());
    let start = Instant::now();
    signal(name, &format!("{}{}", if all { "-" } else { "" }, run.id()));
    let done = run.wait_with_output().unwrap();
    let took = start.elapsed();
    let number = if name == "INT" { 2 } else { 15 };
    let entries = fs::read_dir(world.out()).into_iter().flatten();
    let left = entries.into_iter().any(|e| e.unwrap().path().to_string_lossy().contains(".partial-"));
    let well = match (done.status.code(), done.status.signal()) {
        // Before it listens, and has made anything, the system ends it.
        (None, signal) => signal == Some(number),
        // At its last moment it is done.
        (Some(0 | 130), _) => true,
        // A batch with some requests ready and others interrupted.
        (Some(1), _) => wanted == Wanted::Batch,
        _ => false,
    };
    match (well, took > PATIENCE, left) {
        (false, ..) => Some(said(&done)),
        (_, true, _) => Some(format!("it goes on for {took:?}")),
        (.., true) => Some("it leaves its work folder".into()),
        _ => all_gone(&below).or_else(|| world.after(done.status.code())).or_else(|| world.next_run()),
    }
}

pub fn signal(name: &str, target: &str) {
    // One that is gone already is no fault.
    let _ = Command::new("sh").args(["-c", &format!("kill -{name} -- {target} 2>/dev/null")]).status();
}

/// Every process below one, by what the system says of parents.
fn descendants(of: u32) -> Vec<u32> {
    let processes: Vec<(u32, u32)> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| {
            let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            Some((pid, parent_and_state(pid)?.0))
        })
        .collect();
    let mut found = vec![of];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(processes.iter().filter(|p| p.1 == parent).map(|p| p.0));
        next += 1;
    }
    found.split_off(1)
}

/// The parent of a process, and whether it still does anything.
fn parent_and_state(pid: u32) -> Option<(u32, bool)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    Some((fields.next()?.parse().ok()?, !matches!(state, "Z" | "X")))
}

/// What lives on of processes that have to be gone.
fn all_gone(processes: &[u32]) -> Option<String> {
    let start = Instant::now();
    let alive = |pid: &&u32| parent_and_state(**pid).is_some_and(|(_, alive)| alive);
    while let Some(pid) = processes.iter().find(alive) {
        if start.elapsed() > PATIENCE {
            signal("KILL", &pid.to_string());
            return Some("what it has started lives on".into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    None
}

/// The check of what lives on sees something that does.
pub fn control(record: &mut Record) {
    let mut idle = Command::new("sh").args(["-c", "sleep 30 & wait"]).process_group(0).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let below = descendants(idle.id());
    let seen = !below.is_empty() && below.iter().all(|pid| parent_and_state(*pid).is_some_and(|(_, alive)| alive));
    signal("KILL", &format!("-{}", idle.id()));
    idle.wait().unwrap();
    record.control("a process that lives on", seen && all_gone(&below).is_none());
}
