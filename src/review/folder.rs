//! What there is in a folder of this machine, for choosing a recording: nothing is opened, only names, sizes and dates.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use super::work::{Work, folder_for};
use crate::clock::in_name;
use crate::error::{Error, Result};

/// How the names of recordings end, as recorders and their players write them.
const ENDINGS: &[&str] = &[
    "264", "265", "3gp", "asf", "avi", "dav", "flv", "h264", "h265", "hevc", "m2ts", "m4v", "mkv", "mov", "mp4",
    "mpeg", "mpg", "mts", "mxf", "ps", "ts", "vob", "webm", "wmv",
];

/// Folders and files of a folder; of the current one where none is named. `out` is where packs go, if that was said.
///
/// # Errors
/// `Failed` when it cannot be read.
pub fn listing(path: &str, out: Option<&Path>) -> Result<Value> {
    let path = match path {
        "" => std::env::current_dir().map_err(|e| Error::failed(format!("there is no current folder: {e}")))?,
        path => PathBuf::from(path),
    };
    let failed = |e: std::io::Error| Error::io("cannot read", &path, &e);
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(&path).map_err(failed)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(meta) = std::fs::metadata(entry.path()) else { continue };
        match (name.starts_with('.'), meta.is_dir(), meta.is_file()) {
            // The work on a recording is gone on with by choosing that recording.
            (false, true, _) if !name.ends_with(".review") => folders.push(name),
            (false, _, true) => {
                let since = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
                files.push(json!({
                    "recording": is_likely(&name),
                    "name": name,
                    "bytes": meta.len(),
                    "modified": since.map(|s| s.as_millis() as u64),
                    "begins": in_name(&entry.path()).map(|named| named.start.to_string()),
                    "begun": Work { folder: folder_for(&entry.path(), out) }.begun(),
                }));
            }
            _ => {}
        }
    }
    folders.sort();
    let parent = path.parent().map(|p| p.display().to_string());
    Ok(json!({ "path": path.display().to_string(), "parent": parent, "folders": folders, "files": files }))
}

/// Whether a file can be a recording by its name.
fn is_likely(name: &str) -> bool {
    let ending = Path::new(name).extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|e| ENDINGS.contains(&e.as_str()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn recordings_are_known_by_their_names_with_what_these_say_and_hidden_files_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ch01_20261012090000.mp4", "NOTES.txt", "yard.DAV", ".hidden.mp4"] {
            std::fs::write(folder.path().join(name), b"1234").unwrap();
        }
        for name in ["yard.DAV.review", "older"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("yard.DAV.review/request.json"), b"{}").unwrap();
        let found = listing(folder.path().to_str().unwrap(), None).unwrap();
        let mut files = found["files"].as_array().unwrap().clone();
        files.sort_by_key(|f| f["name"].as_str().map(str::to_owned));
        let each = |key: &str| files.iter().map(|f| f[key].clone()).collect::<Vec<_>>();
        assert_eq!(each("name"), ["NOTES.txt", "ch01_20261012090000.mp4", "yard.DAV"]);
        assert_eq!(each("recording"), [false, true, true]);
        assert_eq!(each("begun"), [false, false, true]);
        assert_eq!(each("begins")[1], "2026-10-12T09:00:00");
        assert!(each("modified").iter().all(Value::is_u64) && each("bytes") == [4, 4, 4]);
        assert_eq!(found["folders"], json!(["older"]));
    }
}
