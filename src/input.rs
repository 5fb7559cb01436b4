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
