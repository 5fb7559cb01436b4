//! What the commands say and to whom, and how they end when they are interrupted.

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::tool::{Answer, Desk, binary, fixture, listing, tracks_of};

fn clip_args() -> Vec<String> {
    let (footage, tracks) = (fixture("mpeg4.avi"), tracks_of("mpeg4.avi", "json"));
    ["clip", &footage, "--from", "0", "--to", "1", "--tracks", &tracks].map(str::to_owned).to_vec()
}

fn clip(desk: &Desk, options: &[&str]) -> Answer {
    let args = clip_args();
    desk.make(&args.iter().map(String::as_str).chain(options.iter().copied()).collect::<Vec<_>>())
}

/// Starts a run that takes a while, and waits until its work folder is there.
fn started(desk: &Desk, args: &[&str]) -> Child {
    let child = desk.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let waiting = Instant::now();
    while !listing(&desk.path("out")).iter().any(|name| name.contains(".partial-")) {
        assert!(waiting.elapsed() < Duration::from_secs(60), "the run does not begin");
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

fn interrupt(mut child: Child, signal: &str) -> (Option<i32>, String) {
    Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

const LONG: [&str; 4] = ["--from", "0", "--to", "20"];

#[test]
fn an_interrupted_clip_ends_with_130_and_leaves_nothing() {
    let (footage, tracks) = (fixture("car-park.mp4"), tracks_of("car-park.mp4", "json"));
    let clip = ["clip", &footage, "--tracks", &tracks, "--reference", "R", "--out", "out"];
    for signal in ["-INT", "-TERM"] {
        let desk = Desk::new();
        let (status, said) = interrupt(started(&desk, &[&clip[..], &LONG].concat()), signal);
        assert_eq!((status, said.as_str()), (Some(130), "error: interrupted; nothing was released\n"), "{signal}");
        assert_eq!(listing(&desk.path("out")), [""; 0]);
    }
}

#[test]
fn an_interrupted_batch_ends_with_130_and_says_which() {
    let desk = Desk::new();
    let request = |reference: &str| {
        json!({ "version": 1, "reference": reference, "items": [
            { "kind": "clip", "footage": [fixture("car-park.mp4")], "from": "0", "to": "20",
              "tracks": [{ "file": tracks_of("car-park.mp4", "json") }] } ] })
    };
    let manifest = desk.json("manifest.json", &json!({ "version": 1, "requests": [request("A"), request("B")] }));
    let (status, _) = interrupt(started(&desk, &["batch", &manifest, "--out", "out"]), "-INT");
    assert_eq!(status, Some(130));
    assert_eq!(listing(&desk.path("out")), ["summary.csv", "summary.json"]);
    let summary = crate::tool::read_json(&desk.path("out/summary.json"));
    let statuses: Vec<_> = summary["requests"].as_array().unwrap().iter().map(|r| &r["status"]).collect();
    assert_eq!(statuses, ["interrupted", "interrupted"]);
}

#[test]
fn a_killed_run_leaves_one_folder_that_the_next_run_mentions() {
    let (footage, tracks) = (fixture("car-park.mp4"), tracks_of("car-park.mp4", "json"));
    let desk = Desk::new();
    let clip = ["clip", &footage, "--tracks", &tracks, "--reference", "R", "--out", "out"];
    let (status, _) = interrupt(started(&desk, &[&clip[..], &LONG].concat()), "-KILL");
    assert_eq!(status, None);
    let left: Vec<_> = listing(&desk.path("out")).into_iter().filter(|name| !name.contains('/')).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].starts_with(".R.partial-"), "{left:?}");
    let said = desk.run(&[&clip[..], &["--from", "0", "--to", "0.5"]].concat()).ready().err;
    assert!(said.contains(&left[0]) && said.contains("delete it"), "{said}");
    assert!(desk.path("out").join(&left[0]).exists(), "it is not ours to delete");
}

#[test]
fn in_a_pipe_there_is_no_bar_and_quiet_says_nothing() {
    let said = clip(&Desk::new(), &[]).ready();
    assert_eq!(said.err, "");
    assert!(said.out.starts_with("Ready, and verified: out/R\n"), "{}", said.out);
    let said = clip(&Desk::new(), &["--quiet"]).ready();
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    let said = clip(&Desk::new(), &["--quiet", "--hold", "0"]).ready();
    assert_eq!((said.out.as_str(), said.err.lines().count()), ("", 1), "warnings are not quieted");
    Desk::new()
        .run(&["clip", "absent.mp4", "--quiet", "--from", "0", "--to", "1", "--reference", "R", "--out", "out"])
        .stopped(1, &["absent.mp4"]);
}

/// Every line is one JSON object with an event.
fn events(out: &str) -> Vec<Value> {
    let read = |line| serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    let events: Vec<Value> = out.lines().map(read).collect();
    assert!(!events.is_empty() && events.iter().all(|e| e["event"].is_string()), "{out}");
    events
}

#[test]
fn events_are_one_json_object_a_line() {
    let desk = Desk::new();
    let all = events(&clip(&desk, &["--json", "--hold", "0"]).ready().out);
    let names: Vec<_> = all.iter().map(|e| e["event"].as_str().unwrap()).collect();
    assert!(names.contains(&"stage") && names.contains(&"warning"), "{names:?}");
    assert_eq!(all.last(), Some(&json!({ "event": "ready", "reference": "R", "pack": "R", "files": ["clip.mp4"] })));

    let all = events(&desk.run(&["verify", "out/R", "--json"]).ready().out);
    let last = all.last().unwrap();
    assert_eq!((&last["event"], &last["items"][0]["file"]), (&json!("verified"), &json!("clip.mp4")));
    assert!(last["items"][0]["not_checked"][0].is_string());

    let (footage, tracks) = (fixture("mpeg4.avi"), tracks_of("mpeg4.avi", "json"));
    let all = events(&desk.run(&["tracks", "check", &tracks, "--footage", &footage, "--json"]).ready().out);
    assert_eq!(all.last().unwrap()["event"], "would be ready");

    let stopped = Desk::new().make(&["clip", &footage, "--from", "0", "--to", "1", "--json"]);
    let all = events(&stopped.out);
    let last = all.last().unwrap();
    assert_eq!((&last["event"], &last["status"]), (&json!("error"), &json!(3)));
    assert!(stopped.err.contains(last["message"].as_str().unwrap()) && last["what_to_do"].is_string());

    let manifest =
        desk.json("m.json", &json!({ "version": 1, "requests": [crate::stops_request::request("B"), "absent.json"] }));
    let answer = desk.run(&["batch", &manifest, "--out", "out", "--json"]).stopped(1, &["absent.json"]);
    let told = events(&answer.out);
    let requests: Vec<_> = told.iter().filter(|e| e["event"] == "request").collect();
    assert_eq!(requests.len(), 2);

    let probed = desk.run(&["probe", &footage, "--json"]).ready().out;
    assert_eq!(serde_json::from_str::<Value>(&probed).unwrap()["frames"], 40);
}

#[test]
fn a_reader_who_goes_away_changes_nothing() {
    for options in [&[][..], &["--json"]] {
        let desk = Desk::new();
        let args: Vec<_> = clip_args().into_iter().chain(options.iter().map(|o| o.to_string())).collect();
        let args: Vec<_> = args.iter().map(String::as_str).chain(["--reference", "R", "--out", "out"]).collect();
        let mut child = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let (status, mut said) = (child.wait().unwrap(), String::new());
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((status.code(), said.as_str()), (Some(0), ""));
        assert!(desk.pack("R/send/clip.mp4").exists());
    }
    for args in [&["schema", "request"][..], &["completions", "bash"], &["probe", &fixture("mpeg4.avi")]] {
        let mut child = binary().args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}");
    }
}

#[test]
fn where_the_time_went_is_written_as_json() {
    let desk = Desk::new();
    clip(&desk, &["--stats", "stats.json", "--threads", "1"]).ready();
    let stats = crate::tool::read_json(&desk.path("stats.json"));
    assert_eq!((&stats["version"], &stats["threads"]), (&json!(1), &json!(1)));
    assert!(stats["seconds"].as_f64().unwrap() > 0.0 && !stats["stages"].as_array().unwrap().is_empty(), "{stats}");
}

#[test]
fn completions_and_man_pages_are_made() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = desk.run(&["completions", shell]).ready().out;
        assert!(script.contains("cctv-redact") && script.contains("no-third-parties"), "{shell}");
    }
    desk.run(&["completions", "tcsh"]).stopped(2, &["tcsh"]);
    fs::create_dir(desk.path("man")).unwrap();
    desk.run(&["man", "man"]).ready();
    let pages = listing(&desk.path("man"));
    for page in ["cctv-redact.1", "cctv-redact-clip.1", "cctv-redact-batch.1", "cctv-redact-tracks-check.1"] {
        assert!(pages.contains(&page.to_owned()), "{page}: {pages:?}");
    }
    let text = fs::read_to_string(desk.path("man/cctv-redact-clip.1")).unwrap();
    assert!(text.contains("margin") && text.contains("Example"), "{text}");
    desk.run(&["man", "absent"]).stopped(1, &["absent"]);
}

#[test]
fn every_command_shows_an_example_in_its_help() {
    let commands: [&[&str]; 11] = [
        &[],
        &["clip"],
        &["still"],
        &["run"],
        &["batch"],
        &["verify"],
        &["probe"],
        &["tracks", "check"],
        &["tracks", "convert"],
        &["schema"],
        &["man"],
    ];
    let completions: [&[&str]; 1] = [&["completions"]];
    for command in commands.into_iter().chain(completions) {
        let help = Desk::new().run(&[command, &["--help"]].concat()).ready().out;
        let example = format!("  {}", ["cctv-redact"].iter().chain(command).copied().collect::<Vec<_>>().join(" "));
        assert!(help.contains(&example), "{command:?} has no example: {help}");
    }
}

#[test]
fn no_command_or_an_unknown_one_is_status_2() {
    for args in [&[][..], &["redact"], &["tracks"], &["clip"], &["still", "a.mp4"]] {
        let answer = Desk::new().run(args);
        assert_eq!(answer.status, 2, "{args:?}: {}", answer.err);
    }
}

#[test]
fn what_files_hold_never_orders_the_terminal_about() {
    let desk = Desk::new();
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}";
    let track = json!({ "id": evil, "label": evil, "keyframes": [{ "frame": 0, "box": [8, 8, 40, 40] }] });
    let tracks = desk.json(&format!("{evil}.json"), &json!({ "version": 1, "tracks": [track] }));
    let (footage, orders) = (fixture("mpeg4.avi"), ['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']);
    for args in [
        &["tracks", "check", &tracks, "--footage", &footage][..],
        &[
            "clip",
            &footage,
            "--from",
            "0",
            "--to",
            "1",
            "--tracks",
            &tracks,
            "--subject",
            "nobody",
            "--reference",
            "R",
            "--out",
            "out",
        ],
        &["tracks", "convert", &tracks, &format!("{evil}.gone")],
    ] {
        let answer = desk.run(args);
        let said = answer.out + &answer.err;
        assert!(!said.contains(orders), "{args:?}: {said:?}");
        assert!(said.contains("owned"), "{args:?} quotes nothing, so this shows nothing: {said}");
    }
}
