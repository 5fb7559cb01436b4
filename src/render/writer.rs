//! Coded pictures into the file, in order.

use super::sound::Sound;
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::media::{Coded, Muxer};
use crate::plan::Plan;
use crate::time::Lasts;

/// Coded pictures in order into the file, each with its decoding time and duration.
pub(super) struct Writer<'a> {
    footage: &'a Footage,
    plan: &'a Plan,
    muxer: Muxer,
    written: usize,
    /// The picture from which decoding times count: the first, or the first after the last recording gap.
    origin: usize,
    /// Pictures that a decoder may hold back.
    reorder: usize,
    sound: Option<&'a Sound>,
    /// Packets of it that are written.
    heard: usize,
}

impl<'a> Writer<'a> {
    /// Nothing written yet; decoders may hold back `reorder` pictures.
    pub fn new(footage: &'a Footage, plan: &'a Plan, muxer: Muxer, reorder: usize, sound: Option<&'a Sound>) -> Self {
        Self { footage, plan, muxer, written: 0, origin: 0, reorder, sound, heard: 0 }
    }

    /// The n-th picture in decoding order is shown no earlier than the (n - reorder)-th, so that one's time is a
    /// decoding time that is never after its own.
    pub fn write(&mut self, coded: &Coded) -> Result<()> {
        let frames = &self.plan.selection.frames;
        let ticks = |place: usize| {
            frames.get(place).map_or(0, |&f| self.footage.frames[f].ticks - self.footage.frames[frames[0]].ticks)
        };
        if frames.get(self.written).is_some_and(|&f| self.footage.follows_gap(f)) {
            // Nothing refers across a gap, and a decoding time hours before its picture is not read by every player.
            self.origin = self.written;
        }
        let decode = match self.written.checked_sub(self.reorder).filter(|&place| place >= self.origin) {
            Some(place) => ticks(place),
            None => {
                ticks(self.origin) - (self.origin + self.reorder - self.written) as i64 * self.footage.median_interval
            }
        };
        self.write_sound(self.footage.time_base.position(decode).nanos())?;
        self.muxer.write(&coded.data, coded.ticks, decode, self.duration(coded.ticks), coded.key)?;
        self.written += 1;
        Ok(())
    }

    /// The sound before an instant of the clip, in nanoseconds.
    fn write_sound(&mut self, until: i64) -> Result<()> {
        let Some(sound) = self.sound else { return Ok(()) };
        let sampling = sound.encoder.sampling();
        while let Some(packet) = sound.packets.get(self.heard).filter(|p| p.at <= sampling.samples(until)) {
            self.muxer.write_sound(packet)?;
            self.heard += 1;
        }
        Ok(())
    }

    /// Until the next frame; for the last one, until its own end or the window's, whichever is first.
    fn duration(&self, ticks: i64) -> Lasts {
        let frames = &self.plan.selection.frames;
        let all = &self.footage.frames;
        let origin = all[frames[0]].ticks;
        let place = frames.partition_point(|&f| all[f].ticks - origin <= ticks);
        match frames.get(place) {
            Some(&next) => Lasts { ticks: all[next].ticks - origin - ticks, at_most: None },
            None => self.plan.selection.last_lasts(self.footage),
        }
    }

    pub fn finish(mut self) -> Result<()> {
        if self.written != self.plan.selection.frames.len() {
            let (written, wanted) = (self.written, self.plan.selection.frames.len());
            return Err(Error::unverified(format!("{written} frames were encoded, not the {wanted} of the window")));
        }
        self.write_sound(i64::MAX)?;
        self.muxer.finish()
    }
}
