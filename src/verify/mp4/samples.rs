//! The sample tables of a track (ISO/IEC 14496-12 sections 8.6 and 8.7), put together into samples, and the proof that
//! samples and nothing else fill the media data.

use super::boxes::{Children, Fields};
use crate::error::{Error, Result};

/// More samples than this (38 hours at 60 a second) are not believed: tables in runs could name billions in few bytes.
const MOST_SAMPLES: usize = 1 << 23;

/// One coded frame, or one packet of audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Where it begins in the file.
    pub offset: u64,
    /// Its bytes, at least 1.
    pub size: u32,
    /// Decoding time in ticks of the track, on the presentation's timeline (negative before its start).
    pub dts: i64,
    /// Presentation time in ticks of the track, the edit list applied.
    pub pts: i64,
    /// Ticks to the next sample in decoding order, at least 1.
    pub duration: u32,
    /// Whether the container calls it a point to start from.
    pub sync: bool,
}

/// Bytes of the file that a chunk takes.
pub type Run = std::ops::Range<u64>;

/// Takes the tables out of `stbl`: the samples in coding order (before any edit), and the chunks they lie in.
pub fn samples(stbl: &mut Children<'_>) -> Result<(Vec<Sample>, Vec<Run>)> {
    let sizes = sizes(stbl.one(b"stsz")?)?;
    let (offsets, chunks) = placed(stbl, &sizes)?;
    let mut stts = stbl.one(b"stts")?;
    stts.expect(&[0; 4], "version")?;
    let lasting = stts.wrong("has a sample without duration");
    let durations = runs(stts, sizes.len())?;
    if durations.contains(&0) {
        return Err(lasting);
    }
    let shifts = match stbl.maybe(b"ctts") {
        Some(mut ctts) => {
            let version = ctts.version(0)?;
            let wide = ctts.wrong("has an offset of more than 31 bits");
            let shifts = runs(ctts, sizes.len())?;
            if version == 0 && shifts.iter().any(|&shift| shift > i32::MAX as u32) {
                return Err(wide);
            }
            shifts
        }
        None => vec![0; sizes.len()],
    };
    let mut dts = 0;
    let mut samples: Vec<_> = (sizes.iter().zip(offsets))
        .zip(durations.iter().zip(shifts))
        .map(|((&size, offset), (&duration, shift))| {
            let begins = dts;
            dts += i64::from(duration);
            Sample { offset, size, dts: begins, pts: begins + i64::from(shift as i32), duration, sync: true }
        })
        .collect();
    if let Some(stss) = stbl.maybe(b"stss") {
        mark_sync(stss, &mut samples)?;
    }
    Ok((samples, chunks))
}

fn sizes(mut stsz: Fields<'_>) -> Result<Vec<u32>> {
    stsz.expect(&[0; 4], "version")?;
    let (uniform, count) = (stsz.u32()?, stsz.u32()? as usize);
    if count == 0 || count > MOST_SAMPLES {
        return Err(stsz.wrong(format!("cannot have {count} samples")));
    }
    let sizes = match uniform {
        0 => stsz.rows::<1>(count)?.map(|[size]| size).collect(),
        size => vec![size; count],
    };
    if sizes.contains(&0) {
        return Err(stsz.wrong("has an empty sample"));
    }
    stsz.end()?;
    Ok(sizes)
}

/// A table of runs (count, value) as one value a sample.
fn runs(table: Fields<'_>, count: usize) -> Result<Vec<u32>> {
    let wrong = table.wrong(format!("does not speak of {count} samples"));
    let mut values = Vec::with_capacity(count);
    for [run, value] in table.table::<2>()? {
        let run = run as usize;
        if run == 0 || run > count - values.len() {
            return Err(wrong);
        }
        values.resize(values.len() + run, value);
    }
    if values.len() == count { Ok(values) } else { Err(wrong) }
}

/// Where each sample begins, and the bytes of each chunk.
fn placed(stbl: &mut Children<'_>, sizes: &[u32]) -> Result<(Vec<u64>, Vec<Run>)> {
    let begins: Vec<u64> = match stbl.maybe(b"co64") {
        Some(mut co64) => {
            co64.expect(&[0; 4], "version")?;
            co64.table::<2>()?.map(|[high, low]| u64::from(high) << 32 | u64::from(low)).collect()
        }
        None => {
            let mut stco = stbl.one(b"stco")?;
            stco.expect(&[0; 4], "version")?;
            stco.table::<1>()?.map(|[offset]| u64::from(offset)).collect()
        }
    };
    let mut stsc = stbl.one(b"stsc")?;
    let wrong = stsc.wrong("does not fit the chunks and samples");
    stsc.expect(&[0; 4], "version")?;
    if begins.len() > sizes.len() {
        return Err(wrong);
    }
    let mut rows = stsc.table::<3>()?.peekable();
    let mut left = sizes.iter();
    let (mut offsets, mut chunks) = (Vec::with_capacity(sizes.len()), Vec::with_capacity(begins.len()));
    let mut in_chunk = 0;
    for (number, begin) in (1u32..).zip(begins) {
        if let Some([_, samples, entry]) = rows.next_if(|&[first, ..]| first == number) {
            in_chunk = samples as usize;
            if entry != 1 {
                return Err(wrong);
            }
        }
        if in_chunk == 0 || in_chunk > left.len() {
            return Err(wrong);
        }
        let mut at = begin;
        for &size in left.by_ref().take(in_chunk) {
            offsets.push(at);
            at = at.checked_add(u64::from(size)).ok_or_else(|| wrong.clone())?;
        }
        chunks.push(begin..at);
    }
    // a row that was never reached names a chunk out of order or beyond the last
    if left.len() == 0 && rows.next().is_none() { Ok((offsets, chunks)) } else { Err(wrong) }
}

fn mark_sync(mut stss: Fields<'_>, samples: &mut [Sample]) -> Result<()> {
    let wrong = stss.wrong("does not fit the samples");
    stss.expect(&[0; 4], "version")?;
    samples.iter_mut().for_each(|sample| sample.sync = false);
    let mut last = 0;
    for [number] in stss.table::<1>()? {
        let sample = (number as usize).checked_sub(1).and_then(|index| samples.get_mut(index));
        match sample {
            Some(sample) if number > last => sample.sync = true,
            _ => return Err(wrong),
        }
        last = number;
    }
    Ok(())
}

/// Chunks fill the media data from its first byte to its last: no slack, no overlap, nothing outside.
pub fn fill(mut chunks: Vec<Run>, media: Run) -> Result<()> {
    chunks.sort_unstable_by_key(|chunk| chunk.start);
    let mut at = media.start;
    for chunk in chunks {
        if chunk.start != at || chunk.end > media.end {
            let what = format!("the clip's box mdat has bytes that are no sample's, or two samples', at byte {at}");
            return Err(Error::unverified(what));
        }
        at = chunk.end;
    }
    if at == media.end {
        return Ok(());
    }
    Err(Error::unverified(format!(
        "the clip's box mdat has {} bytes after its last sample, at byte {at}",
        media.end - at
    )))
}
