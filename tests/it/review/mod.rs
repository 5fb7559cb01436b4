//! The review page: the real program serving it, asked by hand and by a real browser.

mod access;
mod browser;
mod contrast;
mod following;
mod hostile;
mod journeys;
mod mistakes;
mod page;
mod record;
mod seen;
mod served;
mod settle;
mod timeline;

use std::path::PathBuf;

use serde_json::{Value, json};

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
