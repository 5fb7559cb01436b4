//! The map of the house, held: what may be named where, and that the README says what the code says.
//! Every rule is a function of a text, so that a planted fault can be seen to be caught.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cctv_redact::Kind;
use cctv_redact::obscure::METHODS;
use cctv_redact::tracks::formats::FORMATS;

use crate::kinds::{TRIED, Tried};

/// Longest file in `src/`.
const LINES: usize = 460;

/// Largest size of `fixtures/`, in bytes: they are part of every clone.
const FIXTURES: u64 = 4 << 20;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// Path (from the repository's root) and text of every file in `src/`.
fn sources() -> Vec<(String, String)> {
    let found: Vec<_> = files_below(&root().join("src"))
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(found.len() > 50, "the sources are gone");
    found
}

/// The faults of all sources under one rule.
fn faults(rule: impl Fn(&str, &str) -> Option<String>) -> Vec<String> {
    sources().iter().filter_map(|(path, text)| rule(path, text)).collect()
}

fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.ends_with("/samples.rs")
}

/// The code that ships: no comments, no module of tests.
fn shipped(path: &str, text: &str) -> String {
    if is_test(path) {
        return String::new();
    }
    let text = text.split("\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// `words` may stand only in files whose path starts with one of `homes`.
fn only_in(homes: &[&str], words: &[&str], path: &str, text: &str) -> Option<String> {
    if homes.iter().any(|home| path.starts_with(home)) {
        return None;
    }
    let code = shipped(path, text);
    words
        .iter()
        .find(|word| code.contains(*word))
        .map(|word| format!("{path}: '{word}' belongs in {}", homes.join(", ")))
}

fn ffmpeg_outside_media(path: &str, text: &str) -> Option<String> {
    only_in(&["src/media/"], &["ffmpeg_next", "ffmpeg_sys"], path, text)
}

fn unsafe_outside_ffi(path: &str, text: &str) -> Option<String> {
    let words = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "unsafe trait", "allow(unsafe_code)"];
    only_in(&["src/media/ffi.rs"], &words, path, text)
}

fn threads_outside_render(path: &str, text: &str) -> Option<String> {
    // Rendering's, and those of the review page's server, which decide nothing.
    only_in(
        &["src/render/", "src/review/"],
        &["rayon", "thread::spawn", "thread::scope", "thread::Builder"],
        path,
        text,
    )
}

fn child_process(path: &str, text: &str) -> Option<String> {
    // This program, confined; no other is ever run.
    let words = ["process::Command", "std::process::{", "Command::new(", "posix_spawn", "fork("];
    only_in(&["src/contain/parent.rs"], &words, path, text)
}

fn printing_in_the_library(path: &str, text: &str) -> Option<String> {
    only_in(&["src/main.rs", "src/watch.rs", "src/commands/"], &["println!", "print!(", "dbg!("], path, text)
}

fn no_reason_to_exist(path: &str, text: &str) -> Option<String> {
    // The review page's files are no Rust, and a page begins with what it is a page of.
    let (marks, lines) =
        if path.starts_with("src/review/page/") { (&["// ", "/* ", "<!-- "][..], 2) } else { (&["//! "][..], 1) };
    let said = |line: &str| marks.iter().any(|mark| line.strip_prefix(mark).is_some_and(|r| r.len() > 10));
    let reason = text.lines().take(lines).any(said);
    (!reason).then(|| format!("{path}: does not open with a //! line on why it exists"))
}

fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LINES).then(|| format!("{path}: {lines} lines, more than {LINES}"))
}

/// What is known and decided knows nothing of how it is read, made, proved or kept.
fn upward_import(path: &str, text: &str) -> Option<String> {
    let pure = ["clock", "cover", "footage", "geometry", "obscure", "picture", "plan", "request", "time", "tracks"];
    let inside = path.strip_prefix("src/")?;
    let module = inside.split(['/', '.']).next()?;
    if !pure.contains(&module) {
        return None;
    }
    let above = [
        "batch", "contain", "disclose", "log", "media", "output", "pack", "progress", "render", "review", "scene",
        "stats", "verify",
    ];
    let code = shipped(path, text);
    let named = above.iter().find(|m| [";", "::"].iter().any(|end| code.contains(&format!("crate::{m}{end}"))));
    named.map(|m| format!("{path}: '{module}' is pure and must not know '{m}'"))
}

/// The rows of the Markdown table whose first heading is `heading`, cell by cell, without code marks.
fn table(text: &str, heading: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect()
    };
    text.lines()
        .skip_while(|line| !line.starts_with('|') || cells(line)[0] != heading)
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(cells)
        .collect()
}

fn difference(what: &str, written: Vec<Vec<String>>, coded: Vec<Vec<String>>) -> Option<String> {
    (written != coded).then(|| format!("README, {what}:\n  written {written:?}\n  coded   {coded:?}"))
}

fn yes(it: bool) -> String {
    if it { "yes" } else { "no" }.to_owned()
}

fn methods_differ(readme: &str) -> Option<String> {
    let written = table(readme, "method").into_iter().map(|row| row.into_iter().take(3).collect()).collect();
    let coded = METHODS.iter().map(|m| vec![m.name.to_owned(), m.summary.to_owned(), yes(m.recoverable)]).collect();
    difference("methods", written, coded)
}

fn formats_differ(readme: &str) -> Option<String> {
    let row = |f: &cctv_redact::tracks::formats::Format| {
        let files: Vec<_> = f.extensions.iter().map(|e| format!(".{e}")).collect();
        vec![f.name.to_owned(), files.join(" "), f.summary.to_owned(), yes(f.renumbers), yes(f.write.is_some())]
    };
    difference("track formats", table(readme, "format"), FORMATS.iter().map(row).collect())
}

fn tried_differs(readme: &str) -> Option<String> {
    let row = |t: &Tried| {
        let link = format!("[{}]({})", t.test.0.trim_start_matches("tests/"), t.test.0);
        vec![t.kind.to_owned(), t.file.to_owned(), t.result.to_owned(), link]
    };
    difference("what was tried", table(readme, "recording"), TRIED.iter().map(row).collect())
}

fn statuses_differ(readme: &str) -> Option<String> {
    let written = table(readme, "status").into_iter().map(|row| row.into_iter().take(1).collect()).collect();
    let kinds = [Kind::Failed, Kind::Usage, Kind::Unsafe, Kind::Unverified, Kind::Interrupted];
    for kind in kinds {
        // A kind that is added must be added above too; this does not compile until it is looked at.
        match kind {
            Kind::Failed | Kind::Usage | Kind::Unsafe | Kind::Unverified | Kind::Interrupted => {}
        }
    }
    let coded = std::iter::once(0).chain(kinds.map(Kind::status)).map(|status| vec![status.to_string()]).collect();
    difference("exit statuses", written, coded)
}

/// What stands between the README's two marks, where it is not what `make bench` found last.
fn speed_differs(readme: &str, found: &str) -> Option<String> {
    let after = readme.split_once("<!-- speed table: written by `make bench README=1` -->").map(|parts| parts.1);
    let written = after.and_then(|rest| rest.split_once("<!-- end of the speed table -->")).map(|parts| parts.0.trim());
    (written != Some(found.trim())).then(|| "README: the speed table is not benches/results/speed.md".to_owned())
}

/// The tool's own help, all commands together.
fn help() -> String {
    let commands = [
        &["clip"][..],
        &["still"],
        &["run"],
        &["batch"],
        &["verify"],
        &["prepare"],
        &["probe"],
        &["bench"],
        &["review"],
        &["tracks", "check"],
        &["tracks", "convert"],
        &["schema"],
    ];
    let help = |command: &&[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_cctv-redact")).args(*command).arg("--help").output().unwrap();
        assert!(output.status.success(), "{command:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    commands.iter().map(help).collect()
}

/// The words in a text that look like options.
fn options(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .split(|c: char| !(c.is_ascii_lowercase() || c == '-'))
        .filter(|word| word.len() > 3 && word.starts_with("--") && !word.starts_with("---"))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}

fn unknown_options(text: &str, help: &str) -> Vec<String> {
    let known = options(help);
    options(text).into_iter().filter(|option| !known.contains(option)).collect()
}

fn dependencies_without_reason(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut bare = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if inside && line.contains(" = ") && !line.starts_with('#') && !line.contains(" # ") {
            bare.push(line.to_owned());
        }
    }
    bare
}

/// Places of one machine, and package hosts that others cannot reach: neither belongs in the repository.
fn machine_words() -> Vec<String> {
    let folders = ["home", "root", "tmp", "work", "Users", "mnt", "var"];
    let hosts = ["artifactory", "nexus", "sparse+http", "replace-with", "index-url", "10.0.", "192.168.", "localhost"];
    folders.iter().map(|f| format!("/{f}/")).chain(hosts.map(str::to_owned)).collect()
}

fn names_a_machine(path: &str, text: &str) -> Option<String> {
    // A path of the repository's own, or of an address, is not one of a machine: only its start counts.
    let starts = |at: usize| !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || "._-*}".contains(c));
    let word = machine_words().into_iter().find(|w| text.match_indices(w.as_str()).any(|(at, _)| starts(at)))?;
    Some(format!("{path}: '{word}'"))
}

/// Links to files that a Markdown text makes, without addresses and places within a page.
fn dead_links(path: &str, text: &str) -> Vec<String> {
    let folder = root().join(path).parent().unwrap().to_owned();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty() && !target.contains("://") && !folder.join(target).exists())
        .map(|target| format!("{path}: {target} is not there"))
        .collect()
}

/// Every text file that git has; none where this is no git checkout, which is said.
fn tracked() -> Vec<(String, String)> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let Some(listed) = listed.ok().filter(|o| o.status.success()) else {
        eprintln!("not checked: this is not a git checkout");
        return Vec::new();
    };
    let names = String::from_utf8(listed.stdout).unwrap();
    let texts = names.split_terminator('\0').filter_map(|name| {
        // Pictures and footage are no text.
        Some((name.to_owned(), fs::read_to_string(root().join(name)).ok()?))
    });
    texts.collect()
}

#[test]
fn ffmpeg_is_named_under_media_only() {
    assert_eq!(faults(ffmpeg_outside_media), [""; 0]);
    assert!(ffmpeg_outside_media("src/render/mod.rs", "use ffmpeg_next as ff;").is_some());
    assert!(ffmpeg_outside_media("src/render/mod.rs", "// as ffmpeg_next does").is_none());
}

#[test]
fn unsafe_stands_in_one_file() {
    assert_eq!(faults(unsafe_outside_ffi), [""; 0]);
    assert!(unsafe_outside_ffi("src/media/reader.rs", "let x = unsafe { *p };").is_some());
    assert!(unsafe_outside_ffi("src/media/mod.rs", "#[allow(unsafe_code)]").is_some());
}

#[test]
fn threads_are_started_in_render_and_review_only() {
    assert_eq!(faults(threads_outside_render), [""; 0]);
    assert!(threads_outside_render("src/batch.rs", "std::thread::spawn(|| {});").is_some());
    assert!(threads_outside_render("src/obscure/frost.rs", "use rayon::prelude::*;").is_some());
    assert!(threads_outside_render("src/cli.rs", "std::thread::available_parallelism()").is_none());
}

#[test]
fn no_other_program_is_run() {
    assert_eq!(faults(child_process), [""; 0]);
    assert!(child_process("src/disclose/mod.rs", "std::process::Command::new(\"ffmpeg\")").is_some());
    assert!(child_process("src/media/probe.rs", "use std::process::{Command, Stdio};").is_some());
}

#[test]
fn the_library_prints_nothing() {
    assert_eq!(faults(printing_in_the_library), [""; 0]);
    for planted in ["println!(\"x\");", "eprintln!(\"x\");", "eprint!(\"x\");", "print!(\"x\");"] {
        assert!(printing_in_the_library("src/plan/mod.rs", planted).is_some(), "{planted}");
        assert!(printing_in_the_library("src/watch.rs", planted).is_none(), "{planted}");
    }
}

#[test]
fn every_source_file_opens_with_why_it_exists_and_is_short() {
    assert_eq!(faults(no_reason_to_exist), [""; 0]);
    assert_eq!(faults(too_long), [""; 0]);
    assert!(no_reason_to_exist("src/x.rs", "use std::fmt;\n//! Late.").is_some());
    assert!(no_reason_to_exist("src/review/page/x.js", "const x = 1;\nlet y;\n// Why, but late.").is_some());
    assert!(no_reason_to_exist("src/review/page/x.html", "<!doctype html>\n<!-- What it is for. -->").is_none());
    assert!(too_long("src/x.rs", &"\n".repeat(LINES + 1)).is_some());
}

#[test]
fn what_decides_imports_nothing_that_acts() {
    assert_eq!(faults(upward_import), [""; 0]);
    assert!(upward_import("src/plan/mod.rs", "use crate::media::probe;").is_some());
    assert!(upward_import("src/tracks/load.rs", "use crate::verify;").is_some());
    assert!(upward_import("src/render/mod.rs", "use crate::media::Coded;").is_none());
}

#[test]
fn the_readme_has_the_methods_of_the_code() {
    let readme = read("README.md");
    assert_eq!(methods_differ(&readme), None);
    for planted in [readme.replace("| `fill` |", "| `paint` |"), readme.replace("| no | ![frost]", "| yes | ![frost]")]
    {
        assert!(methods_differ(&planted).is_some());
    }
}

#[test]
fn the_readme_has_the_track_formats_of_the_code() {
    let readme = read("README.md");
    assert_eq!(formats_differ(&readme), None);
    assert!(formats_differ(&readme.replace("| `mot` |", "| `paper` |")).is_some());
}

#[test]
fn the_readme_has_what_was_tried_and_every_row_has_its_test() {
    let readme = read("README.md");
    assert_eq!(tried_differs(&readme), None);
    assert!(tried_differs(&readme.replace("| Windows Media, ASF |", "| Everything |")).is_some());
    let is_there = |(path, name): (&str, &str)| read(path).contains(&format!("fn {name}("));
    let missing: Vec<_> = TRIED.iter().filter(|tried| !is_there(tried.test)).map(|tried| tried.kind).collect();
    assert_eq!(missing, [""; 0]);
    assert!(!is_there(("tests/it/tidy.rs", "not_a_test")));
}

#[test]
fn the_readme_has_the_exit_statuses_of_the_code() {
    let readme = read("README.md");
    assert_eq!(statuses_differ(&readme), None);
    assert!(statuses_differ(&readme.replace("\n| 4 |", "\n| 5 |")).is_some());
}

#[test]
fn the_readme_has_the_speeds_that_were_measured() {
    let readme = read("README.md");
    let found = fs::read_to_string(root().join("benches/results/speed.md"));
    let found = found.unwrap_or_else(|_| "The table is not written yet.".to_owned());
    assert_eq!(speed_differs(&readme, &found), None);
    assert!(speed_differs(&readme, &found.replace('e', "3")).is_some());
    assert!(speed_differs(&readme.replace("end of the speed table", ""), &found).is_some());
}

#[test]
fn every_option_the_documents_name_is_in_the_help() {
    let help = help();
    assert_eq!(unknown_options(&read("README.md"), &help), [""; 0]);
    assert_eq!(unknown_options(&read("GLOSSARY.md"), &help), [""; 0]);
    assert_eq!(unknown_options("try `--tracks a` or --enhance", &help), ["--enhance"]);
}

#[test]
fn every_dependency_has_its_reason_beside_it() {
    assert_eq!(dependencies_without_reason(&read("Cargo.toml")), [""; 0]);
    let planted = "[package]\nname = \"x\"\n[dev-dependencies]\nwhy = \"1\"\nbecause = \"1\" # it must\n";
    assert_eq!(dependencies_without_reason(planted), ["why = \"1\""]);
}

#[test]
fn nothing_tracked_names_a_machine() {
    // This file has to name what it forbids.
    let others = || tracked().into_iter().filter(|(path, _)| path != "tests/it/tidy.rs");
    let found: Vec<_> = others().filter_map(|(path, text)| names_a_machine(&path, &text)).collect();
    assert_eq!(found, [""; 0]);
    for planted in ["open(\"/home/someone/x\")", "see /tmp/x", "registry = \"sparse+https://host/\""] {
        assert!(names_a_machine("x", planted).is_some(), "{planted}");
    }
    assert!(names_a_machine("x", "https://host.org/work/ and ../shared/tmp/").is_none());
}

#[test]
fn the_documents_link_to_what_is_there() {
    let documents = tracked().into_iter().filter(|(path, _)| path.ends_with(".md"));
    let dead: Vec<_> = documents.flat_map(|(path, text)| dead_links(&path, &text)).collect();
    assert_eq!(dead, [""; 0]);
    assert_eq!(dead_links("README.md", "[a](Cargo.toml) ![b](docs/none.jpg) [c](https://x.org/y)").len(), 1);
}

#[test]
fn the_fixtures_stay_small() {
    let bytes: u64 = files_below(&root().join("fixtures")).iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(bytes < FIXTURES, "{bytes} bytes");
}
