//! `completions` and `man`: from the same definitions as the parser.

use std::path::Path;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::watch::print;
use cctv_redact::{Error, Result};

pub fn completions(shell: clap_complete::Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cctv-redact", &mut script);
    print(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}

pub fn man(folder: &Path) -> Result<()> {
    clap_mangen::generate_to(Cli::command(), folder).map_err(|e| Error::io("cannot write in", folder, &e))
}
