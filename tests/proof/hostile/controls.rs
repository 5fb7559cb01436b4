//! Programs that do what the tool must never do, and clips that show what they must not: each has to be seen.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::seeds::Seed;
use super::truth::decode;
use super::{Came, Run, judge};
use crate::cage::{self, Limits};
use crate::record::Record;

/// Small, so that the planted faults are seen soon.
const LIMITS: Limits = Limits { space: 6144, memory: 100, processor: 2, seconds: 6 };

/// Programs, and what must be said of them.
const ENDS: &[(&str, &str)] = &[
    ("echo \"thread 'main' panicked at src/x.rs:1:1:\" >&2; exit 1", "a panic"),
    ("echo what happened; exit 101", "status 101"),
    ("while :; do :; done", "processor time without end"),
    ("sleep 60", "it hangs"),
    ("kill -SEGV $$", "signal 11"),
    ("x=$(head -c 200000000 /dev/zero | tr '\\0' a); echo \"${#x}\"; exit 1", "MB of memory"),
    ("sleep 60 & exit 1", "lives on"),
    ("exit 1", "it says nothing"),
];

/// What is done with a clip that the tool made, by the `ffmpeg` command's filters.
const CLIPS: &[(&str, &str)] = &[
    ("two frames change places", "shuffleframes=0 2 1"),
    ("a frame is shown for another", "shuffleframes=0 1 1"),
    ("a frame comes early", "setpts=PTS-eq(N\\,9)*0.02/TB"),
    ("a smear of 24x24 in one frame", "drawbox=x=200:y=60:w=24:h=24:color=white:t=fill:enable=eq(n\\,7)"),
];

/// Plants them all.
pub fn plant(seed: &Seed, folder: &Path, record: &mut Record) {
    for (number, (does, seen)) in ENDS.iter().enumerate() {
        let program = script(folder, &format!("ends-{number}"), does);
        let place = tempfile::tempdir().unwrap();
        let fault = cage::run(&program, place.path(), &["clip"], LIMITS).fault();
        record.control(format!("a run that ends so: {does}"), fault.is_some_and(|fault| fault.contains(seen)));
    }
    let tool = cage::tool().display();
    // Everything as typed but the beginning of the window.
    let late = format!(
        "last=; for word; do shift; [ \"$last\" = --from ] && word=0.3; last=$word; set -- \"$@\" \"$word\"; done; exec {tool} \"$@\""
    );
    let mut programs = vec![("the clip begins three frames late".to_owned(), late)];
    for (what, filter) in CLIPS {
        let clip = "out/SAR-1/send/clip.mp4";
        let coding =
            "-fps_mode passthrough -enc_time_base -1 -c:v libx264 -qp 12 -preset veryfast -video_track_timescale 12288";
        let again =
            format!("ffmpeg -v error -copyts -i {clip} -vf '{filter}' {coding} -y again.mp4 && mv again.mp4 {clip}");
        programs.push(((*what).to_owned(), format!("{tool} \"$@\" && {again}")));
    }
    // A whole number of frames must come back right from being coded once more, or the check sees that and no fault.
    let (mut untouched, none) = (programs[1].1.clone(), CLIPS[0].1);
    untouched = untouched.replace(none, "null");
    let program = script(folder, "untouched", &untouched);
    let run = Run::over(&program, seed, &seed.bytes, "");
    let right = matches!(judge(seed, &run, &seed.bytes, "untouched"), Came::Right);
    record.case((!right).then(|| format!("a clip coded once more is not the same any more: {}", run.ended.said)));
    for (number, (what, does)) in programs.into_iter().enumerate() {
        let program = script(folder, &format!("clips-{number}"), &does);
        let run = Run::over(&program, seed, &seed.bytes, "");
        let came = judge(seed, &run, &seed.bytes, &what);
        record.control(format!("status 0, and {what}"), run.ended.status == 0 && matches!(came, Came::Fault(_)));
    }
    // The command's decoder shows what is predicted from a lost picture, and says nothing.
    let path = folder.join(format!("lost-{}", seed.name));
    fs::write(&path, seed.without(1)).unwrap();
    let shown = decode(&path, "");
    record.control("what is predicted from a lost picture is shown", seed.truth.wrong(&shown, |_| false).is_some());
    // A frame that is said to be covered whole, and shows everything.
    let run = Run::over(cage::tool(), seed, &seed.bytes, "");
    let open = seed.truth.wrong(&run.clip(), |frame| frame == 3);
    record.control("a frame is said to be covered whole, and is not", open.is_some());
}

fn script(folder: &Path, name: &str, does: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{does}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}
