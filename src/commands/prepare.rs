//! `prepare`: an unredacted working copy for annotation tools, and its binding.

use std::path::Path;

use super::stats;
use crate::cli::Prepare;
use crate::watch::Watch;
use cctv_redact::tracks::working_copy::NOTICE;
use cctv_redact::{Result, prepare};

pub fn run(args: &Prepare) -> Result<()> {
    let watch = Watch::new(args.running.quiet, args.running.json)?;
    let begun = stats::begin(&args.running)?;
    let made = watch.done(
        args.item().and_then(|item| prepare::prepare(&item, Path::new(""), &args.out, args.running.threads(), &watch)),
    )?;
    let copy = &made.said.copy;
    for warning in &made.warnings {
        watch.warn(warning);
    }
    if !copy.name.to_lowercase().contains("unredacted") {
        watch.warn(&format!(
            "nothing is covered in {}, and its name does not say so: call it unredacted-do-not-send, and delete it when the people are marked",
            copy.name
        ));
    }
    stats::write(&args.running, &begun, usize::try_from(copy.frames).unwrap_or(usize::MAX), &watch);
    watch.say(&format!(
        "{}: {} frames from {} to {}, {}x{} at {} a second: {NOTICE}",
        made.copy.display(),
        copy.frames,
        made.shows.from,
        made.shows.to,
        copy.width,
        copy.height,
        copy.frames_per_second
    ));
    watch.say(&format!("Give the tracks that are made on it with --binding {}", made.binding.display()));
    watch.event(&serde_json::json!({
        "event": "prepared", "copy": made.copy, "binding": made.binding, "frames": copy.frames, "damaged": made.said.damaged,
    }));
    Ok(())
}
