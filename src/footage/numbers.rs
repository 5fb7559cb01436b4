//! Frame numbers as outsiders count them: over every frame of every file, one file after another, those included that
//! the next file has too. Where no file repeats another, a frame's number is its place among the shown ones.

use super::{Footage, Part};
use crate::time::Position;

impl Footage {
    /// How many frames its files present.
    pub fn count(&self) -> usize {
        self.parts.iter().map(Part::count).sum()
    }

    /// A shown frame's number.
    pub fn number(&self, frame: usize) -> usize {
        let earlier = |p: &&Part| p.frames.end <= frame;
        frame + self.parts.iter().take_while(earlier).map(|p| p.repeated.len()).sum::<usize>()
    }

    /// The shown frame with a number; `None` for one that is shown from the next file, and for one that there is not.
    pub fn shown(&self, number: usize) -> Option<usize> {
        self.parts.iter().find_map(|part| {
            let first = self.number(part.frames.start);
            let place = part.frames.start + number.checked_sub(first)?;
            part.frames.contains(&place).then_some(place)
        })
    }

    /// When the frame with a number is, in nanoseconds on an axis without repetition: on it each file begins no earlier
    /// than the one before ends, so that every number is later than the one before.
    pub fn running(&self, number: usize) -> i64 {
        let mut first = 0;
        for part in &self.parts {
            if number < first + part.count() {
                let own = number - first;
                let ticks = match own.checked_sub(part.frames.len()) {
                    Some(place) => part.repeated.get(place).copied(),
                    None => self.frames.get(part.frames.start + own).map(|f| f.ticks),
                };
                let ticks = ticks.unwrap_or(part.begins);
                return self.time_base.position(ticks).nanos() + self.shift(part);
            }
            first += part.count();
        }
        self.run_on(self.end())
    }

    /// A position on the axis of [`Self::running`].
    pub fn run_on(&self, at: Position) -> i64 {
        self.frame_at(at).map_or(at.nanos(), |frame| at.nanos().saturating_add(self.shift(self.part(frame))))
    }

    /// The first number whose time on the axis of [`Self::running`] is such, all later ones being such too.
    pub fn first_number(&self, is_such: impl Fn(i64) -> bool) -> usize {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low + (high - low) / 2;
            if is_such(self.running(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    /// By how much files up to this one begin before the one before ends.
    fn shift(&self, part: &Part) -> i64 {
        let pairs = self.parts.windows(2).take_while(|pair| pair[0].frames.start < part.frames.start);
        let overlap = |pair: &[Part]| Some(pair[0].repeated.last()? + self.median_interval - pair[1].begins);
        pairs.filter_map(overlap).map(|ticks| self.time_base.position(ticks).nanos()).sum()
    }
}
