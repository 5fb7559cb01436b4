//! `verify`: a pack checked again.

use crate::cli::Verify;
use crate::watch::Watch;
use cctv_redact::Result;
use cctv_redact::contain::{self, Place};
use cctv_redact::disclose::CheckAgain;

pub fn run(args: &Verify) -> Result<()> {
    let watch = Watch::new(args.running.quiet, args.running.json)?;
    let (pack, footage) = (args.pack.clone(), args.footage.clone());
    let again = CheckAgain { pack, footage, threads: args.running.threads() };
    let found = watch.done(contain::run(again, Place::Child, &watch))?;
    watch.say(&format!("{}: the pack is as its log says", args.pack.display()));
    for (name, report) in &found.items {
        for check in &report.checks {
            watch.say(&format!("  {name}: {}: {}", check.name, check.detail));
        }
        for unchecked in &report.unchecked {
            watch.say(&format!("  {name}: not checked: {unchecked}"));
        }
    }
    watch.event(&serde_json::json!({
        "event": "verified",
        "reference": found.reference,
        "items": found.items.iter().map(|(name, r)| serde_json::json!({ "file": name, "checks": r.checks, "not_checked": r.unchecked })).collect::<Vec<_>>(),
    }));
    Ok(())
}
