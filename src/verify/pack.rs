//! A pack as a whole: exactly the files its log names, each with the hash it names.

use std::collections::BTreeSet;
use std::path::Path;

use super::Proof;
use crate::error::{Error, Result};
use crate::hash;
use crate::log::disclosure::DisclosureLog;
use crate::log::notice::Notice;

/// The files of every pack beside the log and what is supplied.
const RECORDS: [&str; 3] = ["send/notice.json", "send/notice.html", "keep/tracks.json"];

/// Reads a pack's log.
///
/// # Errors
/// `Failed` when it cannot be read, `Unverified` when it is no log.
pub fn read_log(pack: &Path) -> Result<DisclosureLog> {
    if !pack.join("keep").is_dir() {
        return Err(Error::failed(format!("{}: this is not a pack", pack.display()))
            .hint("name the folder that has send and keep in it"));
    }
    read_json(&pack.join("keep/disclosure-log.json"))
}

/// Checks a pack's structure and hashes against its log, which must say that every item was proved.
///
/// # Errors
/// `Unverified`, naming the file; `Failed` when something cannot be read.
pub fn seal(pack: &Path) -> Result<Proof> {
    let log = read_log(pack)?;
    let files = || log.items.iter().flat_map(|i| &i.files);
    let sent: BTreeSet<String> =
        files().map(|f| f.name.clone()).chain(["notice.html".to_owned(), "notice.json".to_owned()]).collect();
    let kept: BTreeSet<String> = ["disclosure-log.json".to_owned(), "tracks.json".to_owned()].into();
    same_names(pack, &["keep".to_owned(), "send".to_owned()].into())?;
    same_names(&pack.join("send"), &sent)?;
    same_names(&pack.join("keep"), &kept)?;
    if log.records.iter().map(|r| r.name.as_str()).collect::<Vec<_>>() != RECORDS {
        return Err(Error::unverified(format!("the log does not give the hashes of {}", RECORDS.join(", "))));
    }
    for file in files() {
        same_bytes(pack, &format!("send/{}", file.name), &file.sha256, file.bytes)?;
    }
    for record in &log.records {
        same_bytes(pack, &record.name, &record.sha256, record.bytes)?;
    }
    let notice: Notice = read_json(&pack.join("send/notice.json"))?;
    let told: Vec<_> = notice.items.iter().map(|i| (&i.file, &i.sha256)).collect();
    if told != files().map(|f| (&f.name, &f.sha256)).collect::<Vec<_>>() || notice.reference != log.reference {
        return Err(Error::unverified("send/notice.json does not name the files that the log names"));
    }
    match log.items.iter().position(|i| {
        !i.verification.passed || i.verification.checks.iter().any(|c| !c.passed) || i.verification.checks.is_empty()
    }) {
        Some(item) => Err(Error::unverified(format!("item {} of the log was not proved", item + 1))),
        None => Ok(Proof(())),
    }
}

fn same_bytes(pack: &Path, name: &str, sha256: &str, bytes: u64) -> Result<()> {
    let path = pack.join(name);
    let size = plain_file(&path)?;
    let found = if size == bytes { hash::file(&path)? } else { "not looked at".to_owned() };
    if found == sha256 {
        return Ok(());
    }
    Err(Error::unverified(format!("{name}: {size} bytes, SHA-256 {found}; the log says {bytes} bytes, {sha256}")))
}

/// The size of a file that is one: a link could lead out of the pack, and a pipe never ends.
fn plain_file(path: &Path) -> Result<u64> {
    let meta = path.symlink_metadata().map_err(|e| Error::io("cannot read", path, &e))?;
    if meta.is_file() {
        Ok(meta.len())
    } else {
        Err(Error::unverified(format!("{}: this is not a plain file", path.display())))
    }
}

fn same_names(folder: &Path, wanted: &BTreeSet<String>) -> Result<()> {
    let failed = |e: std::io::Error| Error::io("cannot read", folder, &e);
    if !folder.symlink_metadata().map_err(failed)?.is_dir() && folder.ends_with("send") | folder.ends_with("keep") {
        return Err(Error::unverified(format!("{}: this is not a folder of the pack itself", folder.display())));
    }
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        found.insert(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    if found == *wanted {
        return Ok(());
    }
    let list = |names: Vec<&String>| names.into_iter().cloned().collect::<Vec<_>>().join(", ");
    let (extra, missing) = (list(found.difference(wanted).collect()), list(wanted.difference(&found).collect()));
    Err(Error::unverified(format!(
        "{}: not the files that belong there (too many: {extra}; missing: {missing})",
        folder.display()
    )))
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    plain_file(path)?;
    let bytes = std::fs::read(path).map_err(|e| Error::io("cannot read", path, &e))?;
    serde_json::from_slice(&bytes).map_err(|e| Error::unverified(format!("{}: {e}", path.display())))
}
