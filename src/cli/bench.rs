//! What `bench` takes.

use std::path::PathBuf;

use clap::Args;

use super::ItemOptions;

/// Measure throughput: on a clip that is drawn for it, or on your own footage and tracks.
///
/// Every run makes a whole pack, verified, in a temporary folder, and takes it away again. The drawn clip is the same
/// for the same options wherever it is drawn; its regions are covered as they are, without margin and hold, unless you
/// say otherwise.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  cctv-redact bench\n  cctv-redact bench --seconds 60 --covered 10 --emit clip --runs 0\n  cctv-redact bench --footage car-park.mp4 --tracks people.xml --subject 3 --runs 5"
)]
pub struct Bench {
    /// Your own footage, with --tracks, instead of a drawn clip.
    #[arg(long, value_name = "FILE", requires = "tracks", conflicts_with_all = ["size", "seconds", "key_interval", "regions", "region_size", "covered", "emit", "raw"])]
    pub footage: Option<PathBuf>,
    /// Where in your footage to begin; with the beginning where left out.
    #[arg(long, value_name = "T", requires = "footage")]
    pub from: Option<String>,
    /// Where in your footage to end; with its end where left out.
    #[arg(long, value_name = "T", requires = "footage")]
    pub to: Option<String>,
    /// The drawn clip's size.
    #[arg(long, value_name = "WxH", default_value = "1920x1080", help_heading = "Drawn clip")]
    pub size: String,
    /// Its length (--fps says how many pictures a second; 25 where left out).
    #[arg(long, value_name = "SECONDS", default_value = "20", help_heading = "Drawn clip")]
    pub seconds: String,
    /// Pictures from one key frame to the next, 1 to 10000.
    #[arg(long, value_name = "N", default_value_t = 50, help_heading = "Drawn clip")]
    pub key_interval: u32,
    /// Moving regions to cover, 0 to 200.
    #[arg(long, value_name = "N", default_value_t = 4, help_heading = "Drawn clip")]
    pub regions: u32,
    /// The size of each.
    #[arg(long, value_name = "WxH", default_value = "200x400", help_heading = "Drawn clip")]
    pub region_size: String,
    /// For how long they are there, in the middle of the clip; all the time where left out.
    #[arg(long, value_name = "SECONDS", help_heading = "Drawn clip")]
    pub covered: Option<String>,
    /// Keep the clip: write it into this new folder, with its tracks in every format and the SHA-256 of its frames as
    /// drawn.
    #[arg(long, value_name = "DIR", help_heading = "Drawn clip")]
    pub emit: Option<PathBuf>,
    /// Write the frames there uncoded too (frames.y4m; a minute of 1080p is 4.7 GB).
    #[arg(long, requires = "emit", help_heading = "Drawn clip")]
    pub raw: bool,
    /// How often to measure; medians are given. 0, with --emit, only draws.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=100), help_heading = "Measuring")]
    pub runs: u16,
    /// Processor cores to use; all where left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Measuring")]
    pub threads: Option<u16>,
    /// Print the report as JSON.
    #[arg(long, help_heading = "Measuring")]
    pub json: bool,
    #[command(flatten)]
    pub options: ItemOptions,
}
