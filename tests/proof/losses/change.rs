//! Recordings that change or go while they are read, output folders that cannot be written or vanish, and two runs that
//! want the same pack.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::kill::signal;
use super::world::{Wanted, World, said};
use crate::record::{Record, Share, each};

/// What happens to a recording.
type Change = (&'static str, fn(&Path));

const CHANGES: &[Change] = &[
    ("is overwritten in place", |path| overwrite(path)),
    ("is overwritten in place, and its time set back", |path| {
        let time = path.metadata().unwrap().modified().unwrap();
        overwrite(path);
        File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
    }),
    ("is cut in half", |path| {
        let length = path.metadata().unwrap().len();
        OpenOptions::new().write(true).open(path).unwrap().set_len(length / 2).unwrap();
    }),
    ("grows", |path| OpenOptions::new().append(true).open(path).unwrap().write_all(&[0; 1000]).unwrap()),
    ("is removed", |path| fs::remove_file(path).unwrap()),
    ("is replaced", |path| {
        let other = path.with_extension("other");
        fs::copy(path, &other).unwrap();
        overwrite(&other);
        fs::rename(&other, path).unwrap();
    }),
];

/// Bits in the last quarter: coded pictures.
fn overwrite(path: &Path) {
    let mut file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let length = file.metadata().unwrap().len();
    let mut block = vec![0; 4000];
    file.seek(SeekFrom::Start(length / 2)).unwrap();
    file.read_exact(&mut block).unwrap();
    block.iter_mut().step_by(37).for_each(|b| *b ^= 0x55);
    file.seek(SeekFrom::Start(length / 2)).unwrap();
    file.write_all(&block).unwrap();
}

pub fn prove(share: Share) -> Record {
    let mut record = Record::default();
    let stages = ["reading", "covering", "verifying"];
    let delays: &[u64] = share.of(&[0], &[0, 3, 10, 30, 100, 300]);
    let mut cases = Vec::new();
    for change in CHANGES {
        for stage in stages {
            cases.extend(delays.iter().map(|delay| (change, stage, *delay)));
        }
    }
    let changed = each(&cases, |((what, change), stage, delay)| {
        changed(*change, stage, *delay).map(|fault| format!("the recording {what} {delay} ms into '{stage}': {fault}"))
    });
    changed.into_iter().for_each(|fault| record.case(fault));
    each(&(0..share.of(6, 40)).collect::<Vec<_>>(), |_| two_at_once()).into_iter().for_each(|fault| record.case(fault));
    let times: Vec<u64> = (0..share.of(8, 60)).map(|n| n * share.of(50, 8)).collect();
    let gone =
        each(&times, |at| vanishes(*at).map(|fault| format!("the output folder vanishes after {at} ms: {fault}")));
    gone.into_iter().for_each(|fault| record.case(fault));
    record.case(read_only());
    full(share, &mut record);
    let world = World::new(Wanted::Clip);
    let ready = world.command().output().unwrap().status.code();
    overwrite(world.recording());
    record.control("a pack of another recording than the one that stands there", world.after(ready).is_some());
    record.control("a pack that verifies against its own recording only", world.stands(ready).is_some());
    record
}

/// A change while a run is at a stage: it says so, unless everything had been read, and then the pack is of what was.
fn changed(change: fn(&Path), stage: &str, delay: u64) -> Option<String> {
    let world = World::with(Wanted::Clip, "car-park.mp4");
    let before = world.path().join("before");
    fs::copy(world.recording(), &before).unwrap();
    let mut run = world.command().arg("--json").process_group(0).spawn().unwrap();
    let group = format!("-{}", run.id());
    let (events, told) = (Arc::new(Mutex::new(String::new())), run.stdout.take().unwrap());
    let said_so_far = Arc::clone(&events);
    let listener = std::thread::spawn(move || {
        BufReader::new(told).lines().for_each(|line| said_so_far.lock().unwrap().push_str(&line.unwrap()));
    });
    let is_at = |stage: &str| events.lock().unwrap().contains(&format!("\"stage\":\"{stage}\""));
    while !is_at(stage) && !listener.is_finished() {
        std::thread::sleep(Duration::from_micros(200));
    }
    std::thread::sleep(Duration::from_millis(delay));
    // It stands still while that happens, so that it is known what it had done by then.
    signal("STOP", &group);
    std::thread::sleep(Duration::from_millis(100));
    let being_read = is_at("covering") && !is_at("verifying");
    change(world.recording());
    signal("CONT", &group);
    let done = run.wait_with_output().unwrap();
    listener.join().unwrap();
    let status = done.status.code();
    let stands = world.out().join("SAR-1").exists();
    match status {
        Some(0) if !stands => Some("status 0, and no pack".into()),
        Some(0) if being_read => Some("status 0, though it was still being read".into()),
        // Of what it was when it was read, whichever that is: the log's hash says so.
        Some(0) => {
            let of = [before.as_path(), world.recording()].map(|recording| world.verifies("SAR-1", recording));
            of.iter().all(Result::is_err).then(|| format!("a pack of neither: {of:?}"))
        }
        Some(1 | 3) if !stands && !done.stderr.is_empty() => None,
        _ => Some(format!("pack: {stands}; {}", said(&done))),
    }
}

/// Two runs of the same: one pack, and the other run says that it exists.
fn two_at_once() -> Option<String> {
    let world = World::new(Wanted::Clip);
    let runs = [world.command().spawn().unwrap(), world.command().spawn().unwrap()];
    let done = runs.map(|run| run.wait_with_output().unwrap());
    let mut statuses = done.each_ref().map(|done| done.status.code());
    statuses.sort();
    if statuses != [Some(0), Some(2)] || !done.iter().any(|done| said(done).contains("exists already")) {
        return Some(format!("two runs at once: {:?}", done.map(|done| said(&done))));
    }
    world.after(Some(0)).or_else(|| world.next_run())
}

/// The output folder is moved away, or removed, while a run writes there.
fn vanishes(at: u64) -> Option<String> {
    let world = World::new(Wanted::Clip);
    fs::create_dir(world.out()).unwrap();
    let run = world.command().spawn().unwrap();
    std::thread::sleep(Duration::from_millis(at));
    let elsewhere = world.path().join("elsewhere");
    if at.is_multiple_of(100) {
        fs::rename(world.out(), &elsewhere).unwrap();
    } else {
        // The run may be making files meanwhile.
        while fs::remove_dir_all(world.out()).is_err_and(|e| e.kind() != std::io::ErrorKind::NotFound) {}
    }
    let done = run.wait_with_output().unwrap();
    // Where the run began behind the move, it made the folder again.
    if !world.out().exists() && elsewhere.exists() {
        fs::rename(&elsewhere, world.out()).unwrap();
    }
    match done.status.code() {
        Some(0..=2) => {}
        _ => return Some(said(&done)),
    }
    // One that was ready before everything was removed has done what it could.
    let ready = done.status.code().filter(|status| *status != 0 || world.out().join("SAR-1").exists());
    world.after(ready).or_else(|| world.next_run())
}

/// An output folder that may not be written.
fn read_only() -> Option<String> {
    let world = World::new(Wanted::Clip);
    fs::create_dir(world.out()).unwrap();
    fs::set_permissions(world.out(), fs::Permissions::from_mode(0o555)).unwrap();
    // Whoever may write everywhere has to give that up first.
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]);
    let root = fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    let done =
        if root { command.arg(crate::cage::tool()).args(world.words()).output() } else { world.command().output() };
    let done = done.unwrap();
    fs::set_permissions(world.out(), fs::Permissions::from_mode(0o755)).unwrap();
    if done.status.code() != Some(1) || !said(&done).contains("cannot write in") {
        return Some(format!("a read-only output folder: {}", said(&done)));
    }
    world.after(Some(1)).or_else(|| world.next_run())
}

/// A disk that is really full, of every size up to one that suffices.
fn full(share: Share, record: &mut Record) {
    let step = share.of(24, 4);
    let mut made = false;
    for size in (4..400).step_by(step) {
        let world = World::new(Wanted::Clip);
        fs::create_dir(world.out()).unwrap();
        let script = format!(
            "mount -t tmpfs -o size={size}k none out || exit 99; \"$0\" \"$@\"; s=$?; \
             if [ -e out/SAR-1 ]; then [ $s = 0 ] && \"$0\" verify out/SAR-1 --footage recording || exit 98; fi; \
             [ -z \"$(ls -A out)\" ] || [ $s = 0 ] || exit 97; exit $s"
        );
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", &script]).arg(crate::cage::tool()).args(world.words());
        let done = command.current_dir(world.path()).output().unwrap();
        match done.status.code() {
            Some(0) => made = true,
            Some(1) => {}
            Some(99) | None => {
                record.notes.push("NOT TESTED: no small disk can be mounted here".to_owned());
                return;
            }
            _ => record.case(Some(format!("a disk of {size} kB: {}", said(&done)))),
        }
        record.case(world.after(None));
        if made {
            return;
        }
    }
    record.case(Some("no disk is large enough".to_owned()));
}
