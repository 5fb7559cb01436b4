//! `schema` describes the files as they are: an independent validator accepts what is written and what the examples
//! show, and rejects planted faults.

use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::packs::demo;
use crate::tool::{Desk, fixture, read_json, tracks_of};

fn schema(name: &str) -> Validator {
    let said = Desk::new().run(&["schema", name]).ready().out;
    jsonschema::validator_for(&serde_json::from_str(&said).unwrap()).unwrap()
}

fn accepts(name: &str, value: &Value, what: &str) {
    let schema = schema(name);
    let errors: Vec<String> = schema.iter_errors(value).map(|e| format!("{} at {}", e, e.instance_path())).collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}");
}

/// The value with something else at a place (`null` there removes it) is rejected.
fn rejects(name: &str, good: &Value, pointer: &str, fault: Option<Value>) {
    let mut bad = good.clone();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let parent = bad.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer} is not there"));
    match (fault, parent) {
        (Some(fault), parent) if parent.is_array() => parent[field.parse::<usize>().unwrap()] = fault,
        (Some(fault), parent) => parent[field] = fault,
        (None, parent) => assert!(parent.as_object_mut().unwrap().remove(field).is_some(), "{pointer} is not there"),
    }
    assert!(!schema(name).is_valid(&bad), "{name}: a fault at {pointer} is accepted: {bad:#}");
}

fn example(name: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/examples").join(name);
    let found = path.is_file().then(|| read_json(&path));
    if found.is_none() {
        eprintln!("NOT TESTED: {} is absent", path.display());
    }
    found
}

#[test]
fn everything_in_a_pack_fits_its_schema_and_faults_do_not() {
    let desk = Desk::new();
    let request = demo("DEMO");
    let file = desk.json("request.json", &request);
    desk.make(&["run", &file]).ready();
    let read = |name| read_json(&desk.pack("DEMO").join(name));
    let (log, notice, tracks) = (read("keep/disclosure-log.json"), read("send/notice.json"), read("keep/tracks.json"));
    for (name, value) in
        [("log", &log), ("notice", &notice), ("tracks", &tracks), ("request", &request), ("request", &log["request"])]
    {
        accepts(name, value, name);
    }
    for name in ["reference", "tool", "items", "warnings", "request_sha256", "records"] {
        rejects("log", &log, &format!("/{name}"), None);
    }
    rejects("log", &log, "/items/0/files/0/sha256", None);
    rejects("log", &log, "/items/0/method/recoverable_from_cover", Some(json!("no")));
    rejects("log", &log, "/items/0/kind", Some(json!("film")));
    rejects("log", &log, "/request/items/0/surprise", Some(json!(1)));
    rejects("notice", &notice, "/outcome", Some(json!("maybe")));
    rejects("notice", &notice, "/items/0/surprise", Some(json!(1)));
    rejects("notice", &notice, "/items/0/audio", Some(json!(true)));
    rejects("notice", &notice, "/rights", None);
    rejects("tracks", &tracks, "/tracks/0/keyframes/0/box", Some(json!([1, 2, 3])));
    rejects("tracks", &tracks, "/tracks/0/keyframes", Some(json!([])));
    rejects("tracks", &tracks, "/tracks/0/role", Some(json!("friend")));
    rejects("tracks", &tracks, "/tracks/0/surprise", Some(json!(1)));
    rejects("request", &request, "/reference", None);
    rejects("request", &request, "/items/0/surprise", Some(json!(1)));
    rejects("request", &request, "/items/0/kind", Some(json!("film")));
    rejects("request", &request, "/items/0/footage", Some(json!("car-park.mp4")));
    rejects("request", &request, "/decision/ground", Some(json!("could-not-be-redacted")));
}

#[test]
fn packs_without_pictures_fit_their_schemas() {
    let desk = Desk::new();
    desk.run(&["run", &fixture("refusal.json"), "--out", "out"]).ready();
    let read = |name| read_json(&desk.pack("SAR-2026-016").join(name));
    accepts("log", &read("keep/disclosure-log.json"), "log");
    accepts("notice", &read("send/notice.json"), "notice");
    accepts("tracks", &read("keep/tracks.json"), "tracks");
}

#[test]
fn the_published_examples_fit_and_faults_in_them_do_not() {
    for name in ["request", "tracks", "batch", "notice"] {
        let Some(example) = example(&format!("{name}.json")) else { return };
        accepts(name, &example, name);
        rejects(name, &example, "/version", None);
        rejects(name, &example, "/version", Some(json!("one")));
    }
    let Some(batch) = example("batch.json") else { return };
    rejects("batch", &batch, "/requests", Some(json!("all")));
    rejects("batch", &batch, "/requests/0", Some(json!(1)));
    rejects("batch", &batch, "/surprise", Some(json!(1)));
}

#[test]
fn the_fixtures_fit_their_schemas() {
    for name in ["request.json", "still.json", "refusal.json"] {
        accepts("request", &read_json(Path::new(&fixture(name))), name);
    }
    accepts("batch", &read_json(Path::new(&fixture("batch.json"))), "batch.json");
    for name in ["car-park.mp4", "gap.mp4", "mpeg4.avi"] {
        accepts("tracks", &read_json(Path::new(&tracks_of(name, "json"))), name);
    }
}

#[test]
fn the_examples_of_a_request_and_of_tracks_are_read() {
    let (Some(request), Some(tracks)) = (example("request.json"), example("tracks.json")) else { return };
    let desk = Desk::new();
    let request = desk.json("request.json", &request);
    // The footage it speaks of is not there; nothing before that is wrong.
    desk.refuses(1, &["run", &request], &["car-park.mp4"]);
    let tracks = desk.json("tracks.json", &tracks);
    desk.run(&["tracks", "convert", &tracks, "native.json"]).ready();
    accepts("tracks", &read_json(&desk.path("native.json")), "converted");
}

#[test]
fn an_unknown_schema_is_status_2() {
    Desk::new().run(&["schema", "summary"]).stopped(2, &["tracks", "notice"]);
}
