//! Losses: whatever happens to a run, the recording is as it was, nothing stands under a pack's name that does not
//! verify, and the next run works and says what it found.

mod calls;
mod change;
mod kill;
mod world;

use crate::record::{Record, Share};

pub fn prove(share: Share) -> Record {
    let mut record = Record::of([kill::prove(share), calls::prove(share), change::prove(share)]);
    kill::control(&mut record);
    record
}
