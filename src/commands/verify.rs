//! `verify`: a pack checked again.

use crate::cli::Verify;
use crate::watch::Watch;
use cctv_redact::Result;
use cctv_redact::disclose::check_again;

pub fn run(args: &Verify) -> Result<()> {
    let watch = Watch::new(args.running.quiet, args.running.json)?;
    let found = watch.done(check_again(&args.pack, &args.footage, args.running.threads(), &watch))?;
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
