//! What somebody looked at before they approved: the review page's part of a request, for the log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was looked at in the review page before approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookedAt {
    /// How many stretches in which anybody enters, leaves or is shown, or the window begins or ends, there are and were
    /// marked as looked at; by the role of who does.
    pub stretches: Vec<LookedAtRole>,
    /// Why it was approved though not all were looked at.
    #[serde(default)]
    pub reason: Option<String>,
}

/// As [`LookedAt`], of one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookedAtRole {
    /// `third-party`, `subject`, `shown`; `window` for the beginning and the end of the window.
    pub role: String,
    /// How many there are.
    pub there: u64,
    /// How many of these were marked as looked at.
    pub looked_at: u64,
}
