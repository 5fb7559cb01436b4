//! What can go wrong: one error type in pairs (what is wrong and where, then what to do about it),
//! and the exit status that each kind stands for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a run ends without a pack. The number is the process's exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Unreadable footage or tracks, no video, disk.
    Failed = 1,
    /// Arguments, the contents of a request, an existing pack.
    Usage = 2,
    /// Something could show that must not: the run was stopped on purpose.
    Unsafe = 3,
    /// The written file did not verify.
    Unverified = 4,
    /// The user, or the system, asked the run to end.
    Interrupted = 130,
}

impl Kind {
    /// The exit status of the process.
    pub fn status(self) -> u8 {
        self as u8
    }
}

/// What stands in the way at some place of the footage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// Somebody is unmarked for long.
    Gap,
    /// The footage is damaged.
    Damage,
}

/// A place of the footage that stopped a run, for programs that take people there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    /// What is there.
    pub what: Trouble,
    /// Whose track, where it is one's.
    pub track: Option<String>,
    /// The first instant, in seconds from the first presented frame.
    pub from: f64,
    /// The first instant after it.
    pub to: f64,
}

/// One failure: its kind, what is wrong and where, and what to do about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Error {
    kind: Kind,
    what: String,
    hint: Option<String>,
    #[serde(default)]
    spots: Vec<Spot>,
}

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of any kind; the constructors below read better.
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), hint: None, spots: Vec::new() }
    }

    /// Footage, tracks or the disk failed us (status 1).
    pub fn failed(what: impl Into<String>) -> Self {
        Self::new(Kind::Failed, what)
    }

    /// What was asked cannot be meant (status 2).
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Kind::Usage, what)
    }

    /// Going on could show a third party (status 3).
    pub fn stopped(what: impl Into<String>) -> Self {
        Self::new(Kind::Unsafe, what)
    }

    /// The written file is not what was planned (status 4).
    pub fn unverified(what: impl Into<String>) -> Self {
        Self::new(Kind::Unverified, what)
    }

    /// Ctrl-C (status 130).
    pub fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted; nothing was released")
    }

    /// The same error with what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same error with the places that it is about.
    pub fn over(mut self, spots: Vec<Spot>) -> Self {
        self.spots = spots;
        self
    }

    /// The same error with its place put in front: `car-park.xml: …`.
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.what = format!("{place}: {}", self.what);
        self
    }

    /// Why the run ends.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What is wrong, and where.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it, when there is something to do.
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The places of the footage that it is about, where they are known.
    pub fn spots(&self) -> &[Spot] {
        &self.spots
    }

    /// An I/O error on a file, named as the user named it.
    pub fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::NotFound {
            return Self::failed(format!("{doing} {}: there is no such file", path.display()))
                .hint("check the spelling, and the folder that it is in");
        }
        Self::failed(format!("{doing} {}: {error}", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.hint {
            Some(hint) => write!(f, "\n{hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
