//! The command line: parse, run, say what went wrong and what to do about it, exit with the kind's status.

mod cli;
mod commands;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use cctv_redact::Error;
use cli::{Cli, Command, Tracks};

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Clip(args) => commands::disclose::clip(args),
        Command::Still(args) => commands::disclose::still(args),
        Command::Run(args) => commands::disclose::run(args),
        Command::Batch(args) => commands::batch::run(args),
        Command::Verify(args) => commands::verify::run(&args),
        Command::Probe(args) => commands::probe::run(&args),
        Command::Tracks(Tracks::Check(args)) => commands::tracks_check::run(args),
        Command::Tracks(Tracks::Convert(args)) => commands::tracks_convert::run(&args),
        Command::Schema(args) => commands::schema::run(&args),
        Command::Completions { shell } => commands::manual::completions(shell),
        Command::Man { folder } => commands::manual::man(&folder),
        Command::Review(_) => Err(unbuilt("review")),
        Command::Prepare(args) => commands::prepare::run(&args),
        Command::Bench(args) => commands::bench::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error.what());
            if let Some(advice) = error.advice() {
                eprintln!("  what to do: {advice}");
            }
            ExitCode::from(error.kind().status())
        }
    }
}

fn unbuilt(command: &str) -> Error {
    Error::usage(format!("'{command}' is not built yet")).hint("see the README for what is")
}
