//! Input files as the user named them: files on this machine and nothing else, because a device or a pipe may never end.

use std::fs::Metadata;
use std::path::Path;

use crate::error::{Error, Result};

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
}
