//! What is typed after `tracks`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use super::{ItemOptions, Running};
use cctv_redact::tracks::formats::FORMATS;

#[allow(clippy::large_enum_variant)]
#[derive(Subcommand)]
pub enum Tracks {
    Check(TracksCheck),
    Convert(TracksConvert),
}

/// Say what a track file would cover, and what `clip` would answer (same exit status).
#[derive(Args)]
#[command(after_help = "Example:\n  cctv-redact tracks check people.xml --footage car-park.mp4 --pictures who-is-who")]
pub struct TracksCheck {
    /// The track file.
    pub file: PathBuf,
    /// The footage it was made on; repeat for several files of one recording.
    #[arg(long, value_name = "FOOTAGE", required = true)]
    pub footage: Vec<PathBuf>,
    /// A picture of each track into this folder (unredacted: do not send).
    #[arg(long, value_name = "DIR")]
    pub pictures: Option<PathBuf>,
    /// Look only from here on; the whole recording where left out.
    #[arg(long, value_name = "T", requires = "to")]
    pub from: Option<String>,
    /// Look only up to here.
    #[arg(long, value_name = "T", requires = "from")]
    pub to: Option<String>,
    #[command(flatten)]
    pub options: ItemOptions,
    #[command(flatten)]
    pub running: Running,
}

/// Convert a track file to the native format (OUT.json) or to CVAT (OUT.xml).
#[derive(Args, Serialize, Deserialize)]
#[command(after_help = "Example:\n  cctv-redact tracks convert people.mot.txt people.json")]
pub struct TracksConvert {
    /// The track file.
    pub file: PathBuf,
    /// The new file; its extension says which format.
    pub out: PathBuf,
    /// The footage, for formats that need its size or frame times; repeat for several files of one recording.
    #[arg(long, value_name = "FOOTAGE")]
    pub footage: Vec<PathBuf>,
    /// The binding of the working copy that it was made on.
    #[arg(long, value_name = "FILE")]
    pub binding: Option<PathBuf>,
    /// The file's format, where it is not found out by itself.
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(FORMATS.iter().map(|f| f.name)))]
    pub tracks_format: Option<String>,
    /// The picture size the boxes were drawn at.
    #[arg(long, value_name = "WxH")]
    pub tracks_size: Option<String>,
    /// The number of the first pixel in MOT files.
    #[arg(long, value_name = "0|1", value_parser = clap::value_parser!(u8).range(0..=1))]
    pub mot_origin: Option<u8>,
    /// What a folder of label files calls the first frame, where their names do not tell.
    #[arg(long, value_name = "0|1", value_parser = clap::value_parser!(u8).range(0..=1))]
    pub tracks_first_frame: Option<u8>,
    /// When the footage starts, for tracks placed by the wall clock: as for `clip`.
    #[arg(long, value_name = "TIME", requires = "footage")]
    pub clock_start: Option<String>,
    /// The zone of times without an offset [default: Europe/London].
    #[arg(long, value_name = "ZONE", requires = "clock_start")]
    pub clock_zone: Option<String>,
}
