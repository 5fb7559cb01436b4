//! `prepare`: an unredacted working copy for annotation tools, and its binding.

use super::stats;
use crate::cli::Prepare;
use crate::watch::Watch;
use cctv_redact::contain::Place;
use cctv_redact::disclose::Settings;
use cctv_redact::tracks::working_copy::NOTICE;
use cctv_redact::{Result, prepare};

pub fn run(args: &Prepare) -> Result<()> {
    let watch = Watch::new(args.running.quiet, args.running.json)?;
    let begun = stats::begin(&args.running)?;
    let settings = Settings { threads: args.running.threads(), pin_ids: false, place: Place::Child };
    let made = watch.done(args.item().and_then(|item| prepare::prepare(item, &args.out, &settings, &watch)))?;
    let copied = &made.copied;
    let copy = &copied.binding.copy;
    for warning in &copied.warnings {
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
        copied.shows[0],
        copied.shows[1],
        copy.width,
        copy.height,
        copy.frames_per_second
    ));
    watch.say(&format!("Give the tracks that are made on it with --binding {}", made.binding.display()));
    watch.event(&serde_json::json!({
        "event": "prepared", "copy": made.copy, "binding": made.binding, "frames": copy.frames, "damaged": copied.binding.damaged,
    }));
    Ok(())
}
