//! What is wanted: the request as it is written (`written.rs`), checked (`check.rs`), and what each item means for
//! covering (`rules.rs`).

mod check;
mod looked_at;
mod rules;
mod written;

pub use check::{check, check_item, check_record, check_reference, parse, warnings};
pub use looked_at::{LookedAt, LookedAtRole};
pub use rules::{
    DEFAULT_BRIDGE, DEFAULT_HOLD, DEFAULT_MARGIN, DEFAULT_MARGIN_MIN, Damaged, GapPolicy, Margin, Obscure, Rules,
    Sound, Statement,
};
pub use written::*;
