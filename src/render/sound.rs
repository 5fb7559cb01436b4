//! The window's sound: put on the clip's clock sample by sample, silenced where that is asked for, and coded anew.

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::media::{CodedSound, Heard, SoundEncoder, SoundReader, SoundSampling, supports_rate};
use crate::time::{Position, Window};
use crate::verify::ExpectedSound;

/// Time stamps may waver by this many nanoseconds before sound is moved to where they say: half of what would be a
/// picture late at 25 a second. Recorders write them to the millisecond, or worse.
const WAVER: i64 = 20_000_000;

/// A clip's sound, coded.
pub struct Sound {
    /// Its encoder, which says how it is coded.
    pub encoder: SoundEncoder,
    /// Its packets, in order.
    pub packets: Vec<CodedSound>,
    /// What the clip must hold.
    pub expected: ExpectedSound,
}

/// Makes the sound of a window: nothing from outside it, silence in `muted`. `None` where the footage has no sound there.
///
/// # Errors
/// `Failed` when it cannot be read or coded.
pub fn sound(footage: &Footage, window: Window, muted: &[Window]) -> Result<Option<Sound>> {
    let mut made: Option<Making> = None;
    for part in &footage.parts {
        let Some(mut reader) = SoundReader::open(footage, part, window.from)? else { continue };
        // Where the file gives no time, sound follows on what came before.
        let mut follows = None;
        while let Some(heard) = reader.hear()? {
            let Some(at) = heard.at.or(follows) else { continue };
            let lasts = heard.sampling.nanos(heard.channels[0].len() as u64);
            follows = Some(Position::from_nanos(at.nanos().saturating_add(lasts)));
            if at >= window.to {
                break;
            }
            let making = match &mut made {
                Some(making) => making,
                None => made.insert(Making::begin(heard.sampling, window)?),
            };
            if heard.sampling != making.encoder.sampling() {
                return Err(Error::failed(format!("{}: the sound changes its rate or channels at {at}", part.name))
                    .hint("ask for a window on one side of that time, or leave --audio out"));
            }
            making.place(&heard, at, muted)?;
        }
    }
    made.map(|making| making.finish(muted)).transpose()
}

/// Sound being made.
struct Making {
    encoder: SoundEncoder,
    packets: Vec<CodedSound>,
    window: Window,
    /// Samples of the whole window, and those placed so far.
    whole: i64,
    placed: i64,
}

impl Making {
    fn begin(sampling: SoundSampling, window: Window) -> Result<Self> {
        if !supports_rate(sampling.rate) {
            return Err(Error::failed(format!("sound of {} samples a second is not supported", sampling.rate))
                .hint("leave --audio out: the clip is then made without sound"));
        }
        let encoder = SoundEncoder::open(sampling)?;
        let whole = sampling.samples(window.to.since(window.from));
        Ok(Self { encoder, packets: Vec::new(), window, whole, placed: 0 })
    }

    /// Puts a piece to its time: with silence before it where something is missing, without what is there already.
    fn place(&mut self, heard: &Heard, at: Position, muted: &[Window]) -> Result<()> {
        let sampling = heard.sampling;
        let length = heard.channels[0].len() as i64;
        let stated = sampling.samples(at.since(self.window.from));
        let near = (stated - self.placed).abs() <= sampling.samples(WAVER);
        let start = if self.placed > 0 && near { self.placed } else { stated };
        if start > self.placed {
            self.silence(start.min(self.whole) - self.placed)?;
        }
        let first = (self.placed - start).clamp(0, length);
        let last = (self.whole - start).clamp(first, length);
        let mut own: Vec<Vec<f32>> =
            heard.channels.iter().map(|c| c.get(first as usize..last as usize).unwrap_or_default().to_vec()).collect();
        for (from, to) in muted.iter().map(|m| self.samples_of(*m)) {
            let (from, to) = ((from - start - first).max(0) as usize, (to - start - first).max(0) as usize);
            own.iter_mut().for_each(|c| {
                let end = to.min(c.len());
                c.get_mut(from.min(end)..end).unwrap_or_default().fill(0.0);
            });
        }
        self.placed += own[0].len() as i64;
        self.encoder.send(&own, &mut self.packets)
    }

    fn silence(&mut self, mut samples: i64) -> Result<()> {
        // In pieces: a recording gap may be hours long.
        while samples > 0 {
            let now = samples.min(1 << 16);
            let channels = usize::from(self.encoder.sampling().channels);
            self.encoder.send(&vec![vec![0.0; now as usize]; channels], &mut self.packets)?;
            self.placed += now;
            samples -= now;
        }
        Ok(())
    }

    /// The samples of the clip in a stretch of the recording, rounded outward, so that all of it is silenced.
    fn samples_of(&self, muted: Window) -> (i64, i64) {
        let sampling = self.encoder.sampling();
        let place = |at: Position, up: i64| (sampling.samples(at.since(self.window.from)) + up).clamp(0, self.whole);
        (place(muted.from, -1), place(muted.to, 1))
    }

    fn finish(mut self, muted: &[Window]) -> Result<Sound> {
        self.silence(self.whole - self.placed)?;
        self.encoder.finish(&mut self.packets)?;
        let mut hash = Sha256::new();
        self.packets.iter().for_each(|packet| hash.update(&packet.data));
        let SoundSampling { rate, channels } = self.encoder.sampling();
        let stretch = |m: &Window| self.samples_of(*m);
        let expected = ExpectedSound {
            rate,
            channels,
            samples: self.whole as u64,
            muted: muted.iter().map(stretch).filter(|(a, b)| a < b).map(|(a, b)| [a as u64, b as u64]).collect(),
            sha256: hex::encode(hash.finalize()),
        };
        Ok(Sound { encoder: self.encoder, packets: self.packets, expected })
    }
}
