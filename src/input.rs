//! Input files as the user named them: files on this machine and nothing else, because a device or a pipe may never end.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::SystemTime;

use crate::error::{Error, Result};
use crate::hash;

/// What a file is, for one that can be an input.
///
/// # Errors
/// `Usage` for an address, a folder, a device or a pipe; `Failed` when it cannot be read.
pub fn regular(path: &Path) -> Result<Metadata> {
    let shown = path.display();
    if path.to_string_lossy().contains("://") && !path.exists() {
        return Err(Error::usage(format!("{shown}: it must be a file on this machine, not an address"))
            .hint("download it first, and name the copy"));
    }
    let meta = std::fs::metadata(path).map_err(|e| unreadable(path, &e))?;
    if !meta.is_file() {
        return Err(Error::usage(format!("{shown}: it must be a regular file, not a folder, device or pipe"))
            .hint("name the file itself"));
    }
    Ok(meta)
}

/// The files of a folder by name, in the order of their bytes, and the names of hidden ones, which are left out.
///
/// # Errors
/// `Usage` for a folder with anything else in it (a folder, a link, a device, a pipe) or with a name that is no text on
/// one line; `Failed` when it cannot be read.
pub fn files_in(folder: &Path) -> Result<(Vec<String>, Vec<String>)> {
    let (mut names, mut hidden) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(|e| unreadable(folder, &e))? {
        let entry = entry.map_err(|e| unreadable(folder, &e))?;
        let shown = entry.path().display().to_string();
        let plain = |name: &String| !name.contains(['\\', '\n', '\r']);
        let Some(name) = entry.file_name().into_string().ok().filter(plain) else {
            return Err(Error::usage(format!("{shown}: the name is no text on one line")).hint("rename it"));
        };
        if name.starts_with('.') {
            hidden.push(name);
        } else if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            names.push(name);
        } else {
            return Err(Error::usage(format!(
                "{shown}: it must be a regular file, not a folder, link, device or pipe"
            ))
            .hint("leave only the label files in the folder"));
        }
    }
    names.sort_unstable();
    hidden.sort_unstable();
    Ok((names, hidden))
}

/// A whole input file.
///
/// # Errors
/// As [`regular`].
pub fn read(path: &Path) -> Result<Vec<u8>> {
    regular(path)?;
    std::fs::read(path).map_err(|e| unreadable(path, &e))
}

/// A file as it was found, to tell later whether it is still the same: what is hashed and what is read from it at other
/// times has to be one recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Device, number, size, and when its contents and its entry last changed, in seconds and nanoseconds.
    state: [i64; 7],
    /// It changed so shortly before that a clock of seconds may not tell another change.
    fresh: bool,
}

impl Mark {
    /// Marks a file, before anything is read from it.
    ///
    /// # Errors
    /// As [`regular`].
    pub fn of(path: &Path) -> Result<Self> {
        let meta = regular(path)?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64);
        Ok(Self { state: state(&meta), fresh: meta.mtime().max(meta.ctime()) > now - COARSEST })
    }

    /// Whether the file is still the one that was marked, and that has this hash.
    ///
    /// # Errors
    /// `Failed` when it is not, or is not there any more.
    pub fn holds(&self, path: &Path, sha256: &str) -> Result<()> {
        let same = regular(path).is_ok_and(|meta| state(&meta) == self.state);
        if same && (!self.fresh || hash::file(path)? == sha256) {
            return Ok(());
        }
        Err(Error::failed(format!("{}: the recording was changed or removed while it was read", path.display()))
            .hint("let whatever writes it finish, or name a copy that nothing else writes, and run this again"))
    }
}

/// Seconds by which any file system's times are off, and one more: FAT counts in twos.
const COARSEST: i64 = 3;

fn state(meta: &Metadata) -> [i64; 7] {
    let [device, number, size] = [meta.dev(), meta.ino(), meta.len()].map(u64::cast_signed);
    [device, number, size, meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec()]
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::io("cannot read", path, error).hint("see that the name is right and that you may read the file")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn only_a_file_is_read() {
        let kind = |path: &str| read(Path::new(path)).unwrap_err().kind();
        assert_eq!(["/dev/zero", "/", "https://example.org/a.json"].map(kind), [Kind::Usage; 3]);
        assert_eq!(kind("/nowhere/a.json"), Kind::Failed);
        assert!(read(Path::new(file!())).is_ok_and(|bytes| bytes.starts_with(b"//!")));
    }

    #[test]
    fn a_file_that_is_changed_replaced_or_removed_is_no_longer_the_one_that_was_marked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "before").unwrap();
        let sha256 = hash::bytes(b"before");
        let mark = Mark::of(&path).unwrap();
        assert!(mark.holds(&path, &sha256).is_ok());
        assert!(mark.holds(&path, &hash::bytes(b"other")).is_err(), "a fresh file is hashed again");
        let settled = Mark { fresh: false, ..mark.clone() };
        std::fs::write(&path, "behind").unwrap();
        std::fs::File::open(&path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert!(mark.holds(&path, &sha256).is_err() && settled.holds(&path, &sha256).is_err());
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "before").unwrap();
        assert!(settled.holds(&path, &sha256).is_err(), "another file of the same contents");
        std::fs::remove_file(&path).unwrap();
        assert!(mark.holds(&path, &sha256).is_err());
    }
}
