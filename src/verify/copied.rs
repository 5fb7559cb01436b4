//! What was copied as the footage codes it: picture for picture the footage's own, read from it afresh.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::expected::ExpectedClip;
use super::mp4::Mp4;
use super::mp4::samples::Sample;
use super::witness::Source;
use crate::error::{Error, Result};
use crate::media::bitstream::{Framing, split};
use crate::media::h264::{Pps, SliceStart};
use crate::render::each_copied;

/// Reads one sample of a clip.
pub(super) fn read(file: &mut File, sample: &Sample, data: &mut Vec<u8>) -> Result<()> {
    let unreadable = |e: std::io::Error| Error::failed(format!("reading the clip again: {e}"));
    data.resize(sample.size as usize, 0);
    file.seek(SeekFrom::Start(sample.offset)).and_then(|_| file.read_exact(data)).map_err(unreadable)
}

/// Every copied picture's slices are the footage's, byte for byte, at the time of its frame, to be decoded with the
/// footage's parameter sets. Copied segments are runs of the coding order too, so the samples lie at their frames'
/// places.
///
/// # Errors
/// `Unverified`, naming the first frame that is not; `Failed` when a file cannot be read.
pub(super) fn check(file: &mut File, clip: &Mp4, expected: &ExpectedClip, source: Source<'_>) -> Result<()> {
    let wanted = &source.plan.selection.frames;
    let first = wanted.first().copied().unwrap_or(0);
    let times = expected.times_in(clip.video.timescale);
    let mut data = Vec::new();
    for &[start, end] in &expected.copied {
        let mut place = start;
        let sets = each_copied(source.footage, &(first + start..first + end), |frame, idr, coded| {
            let wrong = |what: &str| Error::unverified(format!("frame {} of the clip {what}", frame - first));
            let written = clip.video.samples.get(place).ok_or_else(|| wrong("is not there"))?;
            read(file, &clip.video.samples[place], &mut data)?;
            if data != coded || written.sync != idr {
                return Err(wrong("is not the footage's coded picture"));
            }
            if times.get(frame - first) != Some(&i128::from(written.pts)) {
                return Err(wrong("is not at its time"));
            }
            place += 1;
            Ok(())
        })?;
        let avcc = &clip.picture.avcc;
        let there = sets.sps.iter().all(|s| avcc.sps.contains(s)) && sets.pps.iter().all(|s| avcc.pps.contains(s));
        if !there || avcc.length_size != 4 {
            return Err(Error::unverified("the clip does not hold the footage's parameter sets as they are"));
        }
    }
    Ok(())
}

/// What can be told without the footage: each copied run begins where decoding can, and it is the copied pictures, and
/// no others, that use parameter sets other than the encoder's, which come last in the file's head.
///
/// # Errors
/// `Unverified`, naming the first frame that was not made as the log says; `Failed` when the file cannot be read.
pub(super) fn check_alone(file: &mut File, clip: &Mp4, expected: &ExpectedClip) -> Result<()> {
    let avcc = &clip.picture.avcc;
    let Some(encoders) = avcc.pps.last().and_then(|unit| Pps::parse(unit)) else {
        return Err(Error::unverified("the clip has no picture parameter set"));
    };
    let begins = |index: usize| expected.copied.iter().any(|c| c[0] == index);
    let mut data = Vec::new();
    for (index, written) in clip.video.samples.iter().enumerate() {
        let copied = expected.is_copied(index);
        read(file, &clip.video.samples[index], &mut data)?;
        let units = split(&data, Framing::Lengths(avcc.length_size)).unwrap_or_default();
        let sets = units.iter().filter_map(|u| SliceStart::parse(u));
        let foreign = sets.into_iter().any(|s| s.pps != encoders.id);
        if foreign != copied || begins(index) && !written.sync {
            return Err(Error::unverified(format!("frame {index} of the clip was not made as the log says")));
        }
    }
    Ok(())
}
