//! The command line: parse, run, say what went wrong and what to do about it, exit with the kind's status.

mod cli;
mod commands;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use cctv_redact::contain::{self, Session, Task, converse, serve};
use cctv_redact::disclose::{CheckAgain, Fill};
use cctv_redact::prepare::Copy;
use cctv_redact::review::Show;
use cli::{Cli, Command, Tracks};
use commands::probe::Look;
use commands::tracks_check::{Pictures, Rehearse};
use commands::tracks_convert::Convert;

/// Carries out the task that standard input describes.
type Serve = fn() -> ExitCode;

/// What this program does in a confined process of its own.
const TASKS: [(&str, Serve); 8] = [
    (Fill::NAME, serve::<Fill>),
    (CheckAgain::NAME, serve::<CheckAgain>),
    (Look::NAME, serve::<Look>),
    (Rehearse::NAME, serve::<Rehearse>),
    (Pictures::NAME, serve::<Pictures>),
    (Convert::NAME, serve::<Convert>),
    (Show::NAME, converse::<Show>),
    (Copy::NAME, serve::<Copy>),
];

fn main() -> ExitCode {
    let mut typed = std::env::args_os().skip(1);
    if typed.next().is_some_and(|word| word == contain::WORD) {
        let name = typed.next().unwrap_or_default();
        let task = TASKS.iter().find(|(known, _)| name == *known);
        return task.map_or(ExitCode::FAILURE, |(_, serve)| serve());
    }
    let result = match Cli::parse().command {
        Command::Clip(args) => commands::disclose::clip(args),
        Command::Still(args) => commands::disclose::still(args),
        Command::Run(args) => commands::disclose::run(args),
        Command::Batch(args) => commands::batch::run(args),
        Command::Verify(args) => commands::verify::run(&args),
        Command::Probe(args) => commands::probe::run(args),
        Command::Tracks(Tracks::Check(args)) => commands::tracks_check::run(args),
        Command::Tracks(Tracks::Convert(args)) => commands::tracks_convert::run(args),
        Command::Schema(args) => commands::schema::run(&args),
        Command::Completions { shell } => commands::manual::completions(shell),
        Command::Man { folder } => commands::manual::man(&folder),
        Command::Review(args) => commands::review::run(args),
        Command::Prepare(args) => commands::prepare::run(&args),
        Command::Bench(args) => commands::bench::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            watch::complain(format_args!("error: {}", error.what()));
            if let Some(advice) = error.advice() {
                watch::complain(format_args!("  what to do: {advice}"));
            }
            ExitCode::from(error.kind().status())
        }
    }
}
