//! Landlock: which files this process can still open.
//!
//! Source: the kernel's own documentation, "Landlock: unprivileged access control".

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use super::Access;
use crate::error::{Error, Result};

/// The newest rules that this was written for; an older kernel enforces those it knows.
const RULES: ABI = ABI::V6;

/// Where this process's own use of memory stands, for `--stats`.
const OWN_STATUS: &str = "/proc/self/status";

/// From now on what `access` names can be read or written, and no other file; no TCP port and no abstract socket reached,
/// no process outside signalled. `false` where the kernel has no Landlock.
pub fn confine(access: &Access) -> Result<bool> {
    let status = restrict(access).map_err(|e| Error::failed(format!("Landlock refused its rules: {e}")))?;
    Ok(status != RulesetStatus::NotEnforced)
}

fn restrict(access: &Access) -> std::result::Result<RulesetStatus, RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = read | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::MakeReg | AccessFs::RemoveFile;
    let own = [std::path::PathBuf::from(OWN_STATUS)];
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(RULES))?
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::from_all(RULES))?
        .create()?
        .add_rules(path_beneath_rules(access.read.iter().chain(&own), read))?
        .add_rules(path_beneath_rules(&access.write, write))?
        .restrict_self()?;
    Ok(status.ruleset)
}
