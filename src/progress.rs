//! How far a run is, told to whoever watches, who can also ask it to stop. The bar itself lives in the binary.

use crate::error::Result;

/// Watches a run.
pub trait Progress: Sync {
    /// A new stage of `total` steps begins.
    fn stage(&self, name: &str, total: u64);

    /// So many steps are done.
    ///
    /// # Errors
    /// `Interrupted` when the run should stop.
    fn step(&self, steps: u64) -> Result<()>;

    /// Whether the run should go on.
    ///
    /// # Errors
    /// `Interrupted` when it should not.
    fn check(&self) -> Result<()> {
        self.step(0)
    }
}

/// Nobody watches.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _name: &str, _total: u64) {}

    fn step(&self, _steps: u64) -> Result<()> {
        Ok(())
    }
}
