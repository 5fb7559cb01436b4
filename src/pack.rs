//! The folder a run makes: written beside its final place under a name of its own, flushed to disk, and renamed in one
//! step without replacing anything. Dropped without being released, it is gone.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::verify::Proof;

/// Which half of a pack: what the requester gets, or what the controller keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// `send/`
    Send,
    /// `keep/`
    Keep,
}

impl Half {
    /// The folder's name.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Keep => "keep",
        }
    }
}

/// A pack that is being made.
#[derive(Debug)]
pub struct Draft {
    folder: tempfile::TempDir,
    target: PathBuf,
    leftovers: Vec<String>,
}

impl Draft {
    /// Starts the pack `out/reference`. `out` is made where its parent exists.
    ///
    /// # Errors
    /// `Usage` when the pack exists or `out` cannot be; `Failed` when the disk refuses.
    pub fn create(out: &Path, reference: &str) -> Result<Self> {
        make_out(out)?;
        let target = out.join(reference);
        if target.symlink_metadata().is_ok() {
            return Err(exists(&target));
        }
        let prefix = format!(".{reference}.partial-");
        let leftovers = std::fs::read_dir(out)
            .map_err(|e| Error::io("cannot read", out, &e))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.starts_with(&prefix))
            .collect();
        let folder = tempfile::Builder::new()
            .prefix(&prefix)
            .permissions(PermissionsExt::from_mode(0o700))
            .tempdir_in(out)
            .map_err(|e| Error::io("cannot write in", out, &e))?;
        for half in [Half::Send, Half::Keep] {
            let path = folder.path().join(half.folder());
            DirBuilder::new().mode(0o700).create(&path).map_err(|e| Error::io("cannot make", &path, &e))?;
        }
        Ok(Self { folder, target, leftovers })
    }

    /// Work folders of this reference that an earlier run left, or that another run is using now.
    pub fn leftovers(&self) -> &[String] {
        &self.leftovers
    }

    /// The folder, to be filled.
    pub fn folder(&self) -> Folder<'_> {
        Folder(self.folder.path())
    }

    /// Flushes everything to disk and gives the pack its name. Only what was proved can be released.
    ///
    /// # Errors
    /// `Usage` when a pack of that name has appeared meanwhile; `Failed` when the disk refuses.
    pub fn release(self, _proof: Proof) -> Result<PathBuf> {
        for half in [Half::Send, Half::Keep] {
            let folder = self.folder.path().join(half.folder());
            for entry in std::fs::read_dir(&folder).map_err(|e| Error::io("cannot read", &folder, &e))? {
                sync(&entry.map_err(|e| Error::io("cannot read", &folder, &e))?.path())?;
            }
            sync(&folder)?;
        }
        sync(self.folder.path())?;
        rename_new(self.folder.path(), &self.target)?;
        let Self { folder, target, .. } = self;
        // The folder has its new name; nothing is left to remove under the old one.
        drop(folder.keep());
        // The pack stands by now; a folder that cannot be flushed may at worst lose the name in a power cut.
        let _ = target.parent().map(sync);
        Ok(target)
    }
}

/// The folder of a pack that is being made, with `send/` and `keep/` in it.
#[derive(Debug, Clone, Copy)]
pub struct Folder<'a>(pub &'a Path);

impl Folder<'_> {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0
    }

    /// A new, empty, private file in the pack; returns its path.
    ///
    /// # Errors
    /// `Failed` when it exists or the disk refuses.
    pub fn new_file(&self, half: Half, name: &str) -> Result<PathBuf> {
        let path = self.path().join(half.folder()).join(name);
        open_new(&path)?;
        Ok(path)
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// `Failed` when it exists or the disk refuses.
    pub fn write(&self, half: Half, name: &str, contents: &[u8]) -> Result<()> {
        let path = self.path().join(half.folder()).join(name);
        open_new(&path)?.write_all(contents).map_err(|e| Error::io("cannot write", &path, &e))
    }
}

/// Makes the output folder where its parent exists.
///
/// # Errors
/// `Usage` when it is no folder or its parent does not exist.
pub fn make_out(out: &Path) -> Result<()> {
    if out.is_dir() {
        return Ok(());
    }
    match DirBuilder::new().mode(0o700).create(out) {
        // Another run was quicker by a moment.
        Err(e) if e.kind() == ErrorKind::AlreadyExists && out.is_dir() => {}
        made => made.map_err(|e| {
            Error::usage(format!("cannot make the output folder {}: {e}", out.display()))
                .hint("--out is created where its parent folder exists")
        })?,
    }
    // What stands in it could otherwise go with it in a power cut.
    match out.parent() {
        Some(parent) if parent.as_os_str().is_empty() => sync(Path::new(".")),
        Some(parent) => sync(parent),
        None => Ok(()),
    }
}

fn exists(target: &Path) -> Error {
    Error::usage(format!("{} exists already; nothing is ever overwritten", target.display()))
        .hint("choose another reference or --out, or look at it with `verify`")
}

/// A new, empty, private file.
///
/// # Errors
/// `Failed` when it exists or the disk refuses.
pub fn open_new(path: &Path) -> Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|e| Error::io("cannot write", path, &e))
}

fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|f| f.sync_all()).map_err(|e| Error::io("cannot flush to disk", path, &e))
}

/// Renames a folder or a file to a name that must be free.
///
/// # Errors
/// `Usage` when the name is taken; `Failed` when the disk refuses.
pub fn rename_new(from: &Path, to: &Path) -> Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let renamed = match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system without that flag: claim the name with something empty, which a rename may replace.
        Err(Errno::INVAL | Errno::NOSYS) if from.is_dir() => std::fs::create_dir(to)
            .and_then(|()| {
                std::fs::rename(from, to).inspect_err(|_| {
                    let _ = std::fs::remove_dir(to);
                })
            })
            .map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO)),
        Err(Errno::INVAL | Errno::NOSYS) => File::create_new(to)
            .and_then(|_| {
                std::fs::rename(from, to).inspect_err(|_| {
                    let _ = std::fs::remove_file(to);
                })
            })
            .map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO)),
        other => other,
    };
    renamed.map_err(|e| {
        if e == Errno::EXIST { exists(to) } else { Error::io("cannot release", to, &std::io::Error::from(e)) }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_draft_leaves_nothing() {
        let out = tempfile::tempdir().unwrap();
        let draft = Draft::create(out.path(), "A").unwrap();
        draft.folder().write(Half::Send, "x", b"1").unwrap();
        drop(draft);
        assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
    }

    #[test]
    fn runs_that_begin_together_share_the_output_folder() {
        let parent = tempfile::tempdir().unwrap();
        for round in 0..200 {
            let out = parent.path().join(round.to_string());
            let start = std::sync::Barrier::new(2);
            let run = || {
                start.wait();
                make_out(&out)
            };
            std::thread::scope(|runs| {
                let other = runs.spawn(run);
                run().unwrap();
                other.join().unwrap().unwrap();
            });
        }
        std::fs::write(parent.path().join("file"), b"").unwrap();
        assert_eq!(make_out(&parent.path().join("file")).unwrap_err().kind(), crate::Kind::Usage);
    }

    #[test]
    fn a_name_taken_meanwhile_is_never_replaced() {
        let out = tempfile::tempdir().unwrap();
        let draft = Draft::create(out.path(), "A").unwrap();
        std::fs::create_dir(out.path().join("A")).unwrap();
        let error = draft.release(Proof::for_tests()).unwrap_err();
        assert_eq!(error.kind(), crate::Kind::Usage);
        assert_eq!(std::fs::read_dir(out.path().join("A")).unwrap().count(), 0);
    }

    #[test]
    fn the_folder_and_its_files_are_private_and_a_leftover_is_noticed() {
        let out = tempfile::tempdir().unwrap();
        std::fs::create_dir(out.path().join(".A.partial-x")).unwrap();
        let draft = Draft::create(out.path(), "A").unwrap();
        assert_eq!(draft.leftovers(), [".A.partial-x"]);
        draft.folder().write(Half::Keep, "log", b"1").unwrap();
        let mode = |p: &Path| p.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(draft.folder().path()), 0o700);
        assert_eq!(mode(&draft.folder().path().join("keep/log")), 0o600);
    }
}
