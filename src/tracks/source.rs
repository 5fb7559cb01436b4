//! Track files as they lie on the disk: a file, or a folder with a file for each frame.

use std::path::Path;

use super::TrackFile;
use super::formats::{self, Entry, ReadOptions};
use crate::error::Result;
use crate::{hash, input};

/// What was found under the name of a track file.
pub struct Source {
    /// Of a file, its SHA-256. Of a folder, that of the lines that `sha256sum *` prints in it, in the order of the
    /// names' bytes: `cd FOLDER && LC_ALL=C sha256sum * | sha256sum`. Lower-case hex.
    pub sha256: String,
    content: Content,
    notes: Vec<String>,
}

enum Content {
    File(Vec<u8>),
    Folder(Vec<Entry>),
}

impl Source {
    /// Reads a file or a folder.
    ///
    /// # Errors
    /// `Usage` for what is neither, and for a folder with anything but files in it: no link is followed and no pipe
    /// opened; `Failed` when something cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            let bytes = input::read(path)?;
            return Ok(Self { sha256: hash::bytes(&bytes), content: Content::File(bytes), notes: Vec::new() });
        }
        let (names, hidden) = input::files_in(path)?;
        let mut entries = Vec::with_capacity(names.len());
        let mut listed = String::new();
        for name in names {
            let bytes = input::read(&path.join(&name))?;
            listed.push_str(&format!("{}  {name}\n", hash::bytes(&bytes)));
            entries.push(Entry { name, bytes });
        }
        let notes = match hidden.as_slice() {
            [] => Vec::new(),
            names => vec![format!("hidden files are no labels: {}", names.join(", "))],
        };
        Ok(Self { sha256: hash::bytes(listed.as_bytes()), content: Content::Folder(entries), notes })
    }

    /// The tracks that it says.
    ///
    /// # Errors
    /// As [`formats::read`].
    pub fn tracks(&self, format: Option<&str>, options: &ReadOptions) -> Result<TrackFile> {
        let mut file = match &self.content {
            Content::File(bytes) => formats::read(bytes, format, options)?,
            Content::Folder(entries) => formats::read_folder(entries, format, options)?,
        };
        file.notes.extend(self.notes.iter().cloned());
        Ok(file)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Kind;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("a_10.txt", "0 0.5 0.5 0.1 0.2\n"), ("a_0.txt", ""), ("B.txt", "x")] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_folders_hash_is_that_of_what_sha256sum_prints() {
        let folder = folder();
        let printed = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  B.txt\n\
            e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a_0.txt\n\
            PLACE  a_10.txt\n";
        let printed = printed.replace("PLACE", &hash::bytes(b"0 0.5 0.5 0.1 0.2\n"));
        let source = Source::read(folder.path()).unwrap();
        assert_eq!(source.sha256, hash::bytes(printed.as_bytes()));
        std::fs::write(folder.path().join("a_0.txt"), " ").unwrap();
        assert_ne!(Source::read(folder.path()).unwrap().sha256, source.sha256);
    }

    #[test]
    fn hidden_files_are_told_of_and_other_strangers_refused() {
        let folder = folder();
        std::fs::remove_file(folder.path().join("B.txt")).unwrap();
        let before = Source::read(folder.path()).unwrap().sha256;
        std::fs::write(folder.path().join(".DS_Store"), "x").unwrap();
        let source = Source::read(folder.path()).unwrap();
        assert_eq!(source.sha256, before);
        let options = ReadOptions { size: Some((100, 100)), ..ReadOptions::default() };
        let notes = source.tracks(None, &options).unwrap().notes;
        assert!(notes.iter().any(|note| note.contains(".DS_Store")), "{notes:?}");
        std::os::unix::fs::symlink("/etc/hosts", folder.path().join("a_1.txt")).unwrap();
        let link = Source::read(folder.path()).err().unwrap();
        assert!(link.kind() == Kind::Usage && link.what().contains("a_1.txt"), "{link}");
        std::fs::remove_file(folder.path().join("a_1.txt")).unwrap();
        std::fs::create_dir(folder.path().join("a_2.txt")).unwrap();
        assert_eq!(Source::read(folder.path()).err().unwrap().kind(), Kind::Usage);
    }
}
