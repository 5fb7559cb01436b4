//! What is typed after `review`.

use std::path::PathBuf;

use clap::Args;

/// Mark who is who, see what will be handed over, and approve it, in a page in your own browser.
///
/// The page is served by this machine to this machine only. What you do is saved as you do it, beside --out or in
/// FOOTAGE.review/; the same command goes on with it.
#[derive(Args)]
#[command(after_help = "Example:\n  cctv-redact review car-park.mp4")]
pub struct Review {
    /// The recording: the recorder's export, of several files where it made several; the page asks where left out.
    pub footage: Vec<PathBuf>,
    /// A track file to begin with.
    #[arg(long, value_name = "FILE", requires = "footage")]
    pub tracks: Option<PathBuf>,
    /// A request file to begin with, of one clip or series of stills.
    #[arg(long, value_name = "FILE")]
    pub request: Option<PathBuf>,
    /// The folder that the pack is made in; FOOTAGE.review/packs where left out.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The port on this machine; any that is free where left out.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub port: u16,
    /// Only print the address; open no browser.
    #[arg(long)]
    pub no_open: bool,
}
