//! The review page: the real program serving it, asked by hand and by a real browser.

mod access;
mod acts;
mod browser;
mod contrast;
mod doubts;
mod following;
mod hostile;
mod journeys;
mod mistakes;
mod page;
mod panels;
mod record;
mod seen;
mod served;
mod settle;
mod timeline;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::tool::{binary, read_json};

/// A folder with a copy of a piece of drawn footage in it.
pub fn desk(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let footage = folder.path().join(name);
    std::fs::copy(crate::common::fixture(name), &footage).unwrap();
    (folder, footage)
}

/// A person in native tracks.
pub fn person(id: &str, role: &str, from: (u64, [f64; 4]), to: (u64, [f64; 4])) -> Value {
    let keys = json!([{ "frame": from.0, "box": from.1 }, { "frame": to.0, "box": to.1 }]);
    json!({ "id": id, "label": null, "role": role, "shown_because": null, "justification": null, "whole": false, "sampling": "keyframes", "keyframes": keys })
}

/// Left, top, width and height by id and frame (from 0) of a MOTChallenge file.
pub fn truth(path: &Path) -> BTreeMap<(u32, u64), [f64; 4]> {
    let row = |line: &str| {
        let n: Vec<f64> = line.split(',').map(|n| n.trim().parse().unwrap()).collect();
        ((n[1] as u32, n[0] as u64 - 1), [n[2], n[3], n[4], n[5]])
    };
    std::fs::read_to_string(path).unwrap().lines().filter(|l| !l.trim().is_empty()).map(row).collect()
}

/// The log of a pack that passes the checks of any other pack, with the footage at hand where there is any; all that
/// there was to look at was looked at.
pub fn verified(pack: &Path, footage: Option<&Path>) -> Value {
    let mut verify = binary();
    verify.args(["verify", "--quiet"]).arg(pack);
    if let Some(footage) = footage {
        verify.arg("--footage").arg(footage);
    }
    assert!(verify.status().unwrap().success());
    let log = read_json(&pack.join("keep/disclosure-log.json"));
    if footage.is_some() {
        let looked_at = log["request"]["looked_at"]["stretches"].as_array().unwrap();
        assert!(!looked_at.is_empty() && looked_at.iter().all(|r| r["there"] == r["looked_at"]), "{looked_at:?}");
    }
    log
}

/// Makes the pack of a request that the page has saved once more, with `run`, into the folder `again`.
pub fn run_again(folder: &Path, request: &str) {
    let run = binary().args(["run", "--quiet", "--out"]).arg(folder.join("again")).arg(folder.join(request)).status();
    assert!(run.unwrap().success());
}
