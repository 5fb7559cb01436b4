//! `completions` and `man`: from the same definitions as the parser.

use std::path::Path;

use clap::CommandFactory;

use crate::cli::Cli;
use cctv_redact::{Error, Result};

pub fn completions(shell: clap_complete::Shell) -> Result<()> {
    clap_complete::generate(shell, &mut Cli::command(), "cctv-redact", &mut std::io::stdout());
    Ok(())
}

pub fn man(folder: &Path) -> Result<()> {
    clap_mangen::generate_to(Cli::command(), folder).map_err(|e| Error::io("cannot write in", folder, &e))
}
