//! What `prepare` takes.

use std::path::PathBuf;

use clap::Args;

use super::{Running, bare_item};
use cctv_redact::request::{ClockStatement, Item, Kind};

/// Make an unredacted working copy that annotation tools can open, with FILE.binding.json beside it. Do not send it.
///
/// Every frame of the window is in it once, evenly timed, upright, with pixels as they are stored. Mark people on it, and
/// give the tracks with --binding FILE.binding.json: they are then tracks of the footage.
#[derive(Args)]
#[command(
    after_help = "Example:\n  cctv-redact prepare yard.dav --from 00:14:00 --to 00:16:30 --out yard.unredacted-do-not-send.mp4\n  cctv-redact clip yard.dav --from 00:14:00 --to 00:16:30 --tracks people.xml \\\n      --binding yard.unredacted-do-not-send.binding.json --reference SAR-2026-014 --out packs"
)]
pub struct Prepare {
    /// The recording: the recorder's export, of several files where it made several.
    #[arg(required = true)]
    pub footage: Vec<PathBuf>,
    /// Where it begins: 00:14:00 or 840s into the recording, or 2026-10-12T09:14:00 with --clock-start.
    #[arg(long, value_name = "T")]
    pub from: String,
    /// Where it ends; what is shown at this very instant is no longer in it.
    #[arg(long, value_name = "T")]
    pub to: String,
    /// The new file, ending in .mp4. Have its name say what it is: nothing is covered in it.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// What the recorder's clock shows in the very first picture: 2026-10-12T09:00:00; or `container` or `filename` to
    /// accept what `probe` found there.
    #[arg(long, value_name = "TIME|container|filename", help_heading = "Clock")]
    pub clock_start: Option<String>,
    /// The time zone of the recorder and of the times asked for [default: Europe/London].
    #[arg(long, value_name = "ZONE", help_heading = "Clock")]
    pub clock_zone: Option<String>,
    /// How far the recorder's clock is off: 42 where it is 42 seconds fast, -42 where it is slow.
    #[arg(long, value_name = "±S", allow_hyphen_values = true, help_heading = "Clock")]
    pub clock_error: Option<String>,
    /// Pictures a second, for recordings that do not say (`probe` tells).
    #[arg(long, value_name = "F", help_heading = "Footage")]
    pub fps: Option<String>,
    /// Which video, where the file has several (`probe` lists them).
    #[arg(long, value_name = "N", help_heading = "Footage")]
    pub stream: Option<usize>,
    #[command(flatten)]
    pub running: Running,
}

impl Prepare {
    /// What is asked for, as a clip would ask for it.
    ///
    /// # Errors
    /// `Usage` for a clock error that is no number.
    pub fn item(&self) -> cctv_redact::Result<Item> {
        let mut item = bare_item(Kind::Clip, &self.footage);
        (item.from, item.to) = (Some(self.from.clone()), Some(self.to.clone()));
        (item.fps, item.stream) = (self.fps.clone(), self.stream);
        if self.clock_start.is_some() || self.clock_zone.is_some() || self.clock_error.is_some() {
            item.clock = Some(ClockStatement {
                start: self.clock_start.clone(),
                zone: self.clock_zone.clone(),
                error_seconds: self.clock_error.as_deref().map(cctv_redact::time::parse_seconds).transpose()?,
            });
        }
        Ok(item)
    }
}
