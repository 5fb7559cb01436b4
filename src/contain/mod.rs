//! Where footage is opened: in a child process of the same program, one for each task, which before it begins gives up
//! everything it does not need. FFmpeg's parsers read what strangers wrote; should one of them be taken over by it, there
//! is nothing to be had in that process but the footage itself, and nowhere to take it.
//!
//! The parent never opens footage, and it alone gives a pack its name. It writes the task to the child's standard input as
//! JSON and reads events, and at last the reply, from its standard output. This module knows nothing of what tasks do.

mod child;
mod confine;
mod parent;
mod wire;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::progress::{Progress, Silent};
use crate::stats::Figures;

pub use child::{Line, converse, serve};
pub use confine::confine;
pub use parent::Call;

/// The first argument of a program that is to carry out a task; the second is the task's name.
pub const WORD: &str = "--confined-task";

/// What confined the process that opened the footage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Contained {
    /// Landlock: no file but the footage, the tracks and the work folder.
    pub landlock: bool,
    /// Seccomp: no network, no other program, no other process.
    pub seccomp: bool,
}

/// The files a task needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Files and folders that are read.
    pub read: Vec<PathBuf>,
    /// Folders in which files are made.
    pub write: Vec<PathBuf>,
    /// Threads that the task may use; memory is limited by them.
    pub threads: usize,
}

/// Something to do that opens footage.
pub trait Task: Serialize + DeserializeOwned {
    /// What it is called between parent and child.
    const NAME: &'static str;

    /// What comes of it.
    type Reply: Serialize + DeserializeOwned;

    /// What it needs.
    fn access(&self) -> Access;

    /// Does it.
    ///
    /// # Errors
    /// The task's own.
    fn carry_out(self, contained: Contained, progress: &dyn Progress) -> Result<Self::Reply>;
}

/// A conversation about footage: a child that was started like a [`Task`]'s, confined like it, and that then answers one
/// question after another until its parent hangs up or ends.
pub trait Session: Serialize + DeserializeOwned {
    /// What it is called between parent and child.
    const NAME: &'static str;

    /// What it says first.
    type Opening: Serialize + DeserializeOwned;

    /// What it can be asked.
    type Question: Serialize + DeserializeOwned;

    /// What it answers, beside bytes.
    type Answer: Serialize + DeserializeOwned;

    /// What it needs.
    fn access(&self) -> Access;

    /// Opens the footage, says what there is ([`Line::open`]) and answers ([`Line::answer`]).
    ///
    /// # Errors
    /// What opening gives; a question's own errors are answers.
    fn carry_on(self, contained: Contained, line: &mut Line) -> Result<()>;
}

/// Where a task is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// In a confined child of this program, which has to hand over to [`serve`] when its first argument is [`WORD`].
    Child,
    /// In this process, with no protection: for measuring, and for programs that have confined themselves.
    Here,
}

/// Does a task in its place.
///
/// # Errors
/// The task's own; `Interrupted` when `progress` says so; `Failed` when the child cannot be started or comes to grief.
pub fn run<T: Task>(task: T, place: Place, progress: &dyn Progress) -> Result<T::Reply> {
    match place {
        Place::Here => task.carry_out(Contained::default(), progress),
        Place::Child => parent::run(&task, progress),
    }
}

/// As [`run`], in a child, with nobody watching.
///
/// # Errors
/// As [`run`].
pub fn ask<T: Task>(task: T) -> Result<T::Reply> {
    run(task, Place::Child, &Silent)
}

/// What a child says, one JSON object a line.
#[derive(Serialize, Deserialize)]
enum Event<R> {
    /// A new stage of so many steps.
    Stage(String, u64),
    /// So many steps are done.
    Steps(u64),
    /// It is done.
    Done { result: std::result::Result<R, Error>, figures: Box<Figures> },
}
