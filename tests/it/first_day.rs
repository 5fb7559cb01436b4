//! What somebody meets who has never used the tool: typed wrongly, it says what to type; the still of a request is
//! told to the requester with the time they asked for.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Runs the tool in `fixtures/`, its packs going to `out`.
fn tool(out: &Path, line: &str) -> Output {
    let out = out.to_str().unwrap();
    Command::new(env!("CARGO_BIN_EXE_cctv-redact"))
        .args(line.split_whitespace().map(|word| if word == "OUT" { out } else { word }))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"))
        .output()
        .unwrap()
}

const CLIP: &str = "clip car-park.mp4 --reference A --out OUT";
const TRACKS: &str = "--tracks tracks/car-park.mp4.json";

#[test]
fn a_mistake_is_answered_with_what_to_type_instead() {
    let out = tempfile::tempdir().unwrap();
    let clip = |rest: &str| format!("{CLIP} {rest}");
    let lost = CLIP.replace("car-park.mp4", "carpark.mp4");
    let letter = CLIP.replace("car-park.mp4", "README.md");
    for (line, status, words) in [
        (
            clip(&format!("{TRACKS} --from 09:14 --to 09:16")),
            3,
            "A time without a date is counted from its first picture",
        ),
        (clip(&format!("{TRACKS} --from 12/10/2026 --to 0")), 2, "year first"),
        (clip(&format!("{TRACKS} --from 9.14am --to 0")), 2, "date and time of day (2026-10-12T09:14:00, year first)"),
        (clip(&format!("{TRACKS} --from 2026-10-12T09:00:04 --to 9")), 2, "accept it with --clock-start container"),
        (clip(&format!("{TRACKS} --from 0 --to 9 --clock-error 42")), 2, "when the recording starts"),
        (clip(&format!("{TRACKS} --from 9 --to 0")), 2, "exchange --from and --to"),
        (clip("--from 0 --to 9"), 3, "the tool finds nobody by itself"),
        (clip("--from 0 --to 9 --tracks people.xml"), 1, "see that the name is right"),
        (clip("--from 0 --to 9 --tracks README.md"), 1, "known are native, cvat, label-studio, onvif"),
        (clip(&format!("{TRACKS} --from 0 --to 9 --subject Jane")), 3, "the tracks are: "),
        (clip(&format!("{TRACKS} --from 0 --to 9 --audio mute")), 2, "a --mute T..T for each stretch"),
        (format!("{lost} {TRACKS} --from 0 --to 9"), 1, "see that the name is right"),
        (format!("{letter} {TRACKS} --from 0 --to 9"), 1, "name the recording itself"),
        ("verify tracks".to_owned(), 1, "the folder that has send and keep in it"),
        ("run README.md --out OUT".to_owned(), 2, "this is not a request file"),
    ] {
        let output = tool(out.path(), &line);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{line}: {said}");
        assert!(said.contains(words), "{line}: {said}");
        assert!(!said.contains("()") && !said.contains("items[0]"), "{line}: {said}");
    }
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0, "something was left behind");
}

#[test]
fn stills_are_verified_whatever_covers_and_named_by_the_time_asked_for() {
    let out = tempfile::tempdir().unwrap();
    for obscure in ["third-parties", "all-but-subject"] {
        for method in cctv_redact::obscure::METHODS {
            let name = format!("{obscure}-{}", method.name);
            let line = format!(
                "still car-park.mp4 --at 2026-10-12T09:00:05 --clock-start 2026-10-12T09:00:00 {TRACKS} --subject 1 \
                 --obscure {obscure} --method {} --reference {name} --out OUT",
                method.name
            );
            let output = tool(out.path(), &line);
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
            let notice = std::fs::read(out.path().join(&name).join("send/notice.json")).unwrap();
            let notice: Value = serde_json::from_slice(&notice).unwrap();
            let item = &notice["items"][0];
            assert_eq!(item["asked"]["from"], "2026-10-12T09:00:05.000+01:00");
            assert_eq!(item["supplied"]["from"], "2026-10-12T09:00:04.960+01:00");
        }
    }
}

#[test]
fn a_still_that_shows_nothing_of_the_requester_is_warned_of() {
    let out = tempfile::tempdir().unwrap();
    for (at, hidden) in [("5", false), ("9", true)] {
        // The same file names the requester itself.
        let line = format!("still car-park.mp4 --at {at} {TRACKS} --reference at-{at} --out OUT");
        let output = tool(out.path(), &line);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        assert_eq!(said.contains("will not see themselves"), hidden, "{at}: {said}");
        assert!(!said.contains("no track is named as the requester"), "{said}");
    }
}

#[test]
fn a_request_that_names_no_requester_is_warned_of() {
    let out = tempfile::tempdir().unwrap();
    let line = "still car-park.mp4 --at 5 --tracks tracks/car-park.mp4.mot.txt --reference nobody --out OUT";
    let output = tool(out.path(), line);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("--subject ID"), "{said}");
}
