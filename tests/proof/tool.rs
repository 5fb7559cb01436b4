//! The tool, run inside this process: hundreds of packs in the time that a few processes take. The binary calls the same
//! `disclose`; what only the binary does is proved with the binary.

use std::fs;
use std::path::{Path, PathBuf};

use cctv_redact::Result;
use cctv_redact::contain::Place;
use cctv_redact::disclose::{Disclosure, Settings, Wish, disclose};
use cctv_redact::progress::Silent;
use cctv_redact::request;
use serde_json::{Value, json};

/// The reference of every pack here.
pub const REFERENCE: &str = "SAR-1";

/// Files by name, and their bytes.
pub type Files = Vec<(String, Vec<u8>)>;

/// Answers a request, whose files are in `folder`, into `folder/out`.
pub fn answer(folder: &Path, request: &Value) -> Result<Disclosure> {
    let request = request::parse(request.to_string().as_bytes())?;
    let wish = Wish { request: &request, base: folder, sha256: None, supersedes: None };
    disclose(wish, &folder.join("out"), &Settings { threads: 1, pin_ids: false, place: Place::Here }, &Silent)
}

/// A request for these items and nothing else.
pub fn request(items: &[Value]) -> Value {
    json!({ "version": 1, "reference": REFERENCE, "items": items })
}

/// All files of a folder, below it too, by their paths from it.
pub fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.push((name, fs::read(path).unwrap()));
        }
    }
    found.sort();
    found
}

/// Where the pack made by [`answer`] stands.
pub fn pack(folder: &Path) -> PathBuf {
    folder.join("out").join(REFERENCE)
}

/// What a pack made by [`answer`] sends.
pub fn sent(folder: &Path) -> Files {
    files(&pack(folder).join("send"))
}

/// Writes native tracks.
pub fn write_tracks(folder: &Path, tracks: &Value) {
    fs::write(folder.join("tracks.json"), json!({ "version": 1, "tracks": tracks }).to_string()).unwrap();
}
