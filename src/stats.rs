//! Where the time of a run goes, stage by stage, for `--stats`.

use std::sync::Mutex;
use std::time::Instant;

use serde::Serialize;

/// One stage of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    /// Its name.
    pub name: &'static str,
    /// Wall-clock seconds, summed over items.
    pub seconds: f64,
}

static STAGES: Mutex<Vec<Stage>> = Mutex::new(Vec::new());

/// Runs `work` and adds its time to the stage's.
pub fn timed<T>(name: &'static str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    if let Ok(mut stages) = STAGES.lock() {
        match stages.iter_mut().find(|s| s.name == name) {
            Some(stage) => stage.seconds += seconds,
            None => stages.push(Stage { name, seconds }),
        }
    }
    result
}

/// The stages so far.
pub fn stages() -> Vec<Stage> {
    STAGES.lock().map(|s| s.clone()).unwrap_or_default()
}
