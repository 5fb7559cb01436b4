//! Whether tracks can be of this footage at all, and what they were likely made on where they cannot.

use super::{Binding, KeyFrame, Track, TrackFile, When};
use crate::error::{Error, Result};
use crate::footage::Footage;

/// Sizes that recorders, copies and annotation tools make, width and height.
const SIZES: [(u32, u32); 22] = [
    (320, 240),
    (352, 288),
    (480, 270),
    (640, 360),
    (640, 480),
    (704, 576),
    (720, 480),
    (720, 576),
    (768, 576),
    (800, 600),
    (854, 480),
    (960, 540),
    (1024, 576),
    (1024, 768),
    (1280, 720),
    (1280, 960),
    (1600, 1200),
    (1920, 1080),
    (2048, 1536),
    (2560, 1440),
    (2592, 1944),
    (3840, 2160),
];

/// Parts of the footage's own size that copies are made at.
const PARTS: [f64; 9] = [0.25, 1.0 / 3.0, 0.5, 2.0 / 3.0, 0.75, 1.25, 1.5, 2.0, 4.0];

/// Frames a second that recorders, copies and annotation tools work with.
const RATES: [f64; 20] =
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 6.25, 7.5, 8.0, 10.0, 12.0, 12.5, 15.0, 20.0, 24.0, 25.0, 29.97, 30.0, 50.0, 60.0];

/// So many boxes are enough to see how far they reach.
const ENOUGH: usize = 50;

/// What a track file would say of this footage that says everything.
pub(super) fn of(footage: &Footage) -> Binding {
    Binding {
        size: Some(footage.displayed_size()),
        sha256: Some(footage.sha256.clone()),
        frames: Some(footage.count() as u64),
        times: None,
    }
}

/// Whether what a track file says of its footage (or of the working copy that it was drawn on) is `own`. `drawn_at` is
/// the size that the boxes were drawn at, if another; with the footage at hand the likely cause is named.
///
/// # Errors
/// `Unsafe` for a size, hash or number of frames that is not its own.
pub(super) fn binding(
    file: &TrackFile,
    drawn_at: Option<(u32, u32)>,
    own: &Binding,
    footage: Option<&Footage>,
) -> Result<()> {
    const COPY: &str = "if they were drawn on a working copy that `prepare` made, add its --binding";
    if let (Some((w, h)), Some(expected)) = (file.binding.size, drawn_at.or(own.size))
        && (w, h) != expected
    {
        return Err(Error::stopped(format!("the tracks were made for a picture of {w}x{h}, not {}x{}", expected.0, expected.1))
            .hint(format!("if they were drawn on a smaller or larger copy of this very footage, add --tracks-size {w}x{h}; {COPY}; otherwise use the footage they were made for")));
    }
    if let (Some(theirs), Some(ours)) = (&file.binding.sha256, &own.sha256)
        && !theirs.eq_ignore_ascii_case(ours)
    {
        return Err(Error::stopped(format!(
            "the tracks were made for footage with SHA-256 {theirs}, this one has {ours}"
        ))
        .hint(format!("use the footage that the tracks were made for; {COPY}")));
    }
    match (file.binding.frames, own.frames) {
        (Some(theirs), Some(ours)) if theirs != ours => {
            let cause = footage.and_then(|f| rate_of_copy(theirs, f).map(|rate| made_from_copy(rate, f)));
            let cause =
                cause.unwrap_or_else(|| "a copy at another frame rate numbers its frames differently".to_owned());
            Err(Error::stopped(format!("the tracks were made for footage of {theirs} frames, this one has {ours}"))
                .hint(format!("use the footage that the tracks were made for; {cause}; {COPY}")))
        }
        _ => Ok(()),
    }
}

/// Whether the boxes can be of this footage; what is only suspicious comes back as text. Frames that are `bound` to the
/// footage's by a working copy are not those of any other copy.
///
/// # Errors
/// `Unsafe` for boxes that are mostly outside the picture, wholly outside the footage, or numbered as in a copy with
/// another frame rate.
pub(super) fn boxes(file: &TrackFile, footage: &Footage, bound: bool) -> Result<Vec<String>> {
    let mut suspicions = Vec::new();
    suspicions.extend(picture(file, footage)?);
    suspicions.extend(length(file, footage, bound)?);
    Ok(suspicions)
}

fn shown(file: &TrackFile) -> impl Iterator<Item = (&Track, &KeyFrame)> {
    file.tracks.iter().flat_map(|track| track.keyframes.iter().map(move |key| (track, key)))
}

/// The boxes against the picture.
fn picture(file: &TrackFile, footage: &Footage) -> Result<Option<String>> {
    let (width, height) = footage.displayed_size();
    let (w, h) = (f64::from(width), f64::from(height));
    let outside = |key: &KeyFrame| {
        let (x, y) = key.shape.centre();
        !(0.0..=w).contains(&x) || !(0.0..=h).contains(&y)
    };
    let total = shown(file).count();
    let astray = shown(file).filter(|(_, key)| outside(key)).count();
    let (right, bottom) = reach(file, 99);
    let made_at = size_of_copy((right, bottom), (width, height));
    if 2 * astray > total {
        let cause = match made_at {
            Some((w, h)) => {
                format!("made at {w}x{h}? if they were drawn on a copy of this very footage, add --tracks-size {w}x{h}")
            }
            None => "were they drawn at another size? then say which with --tracks-size WxH".to_owned(),
        };
        return Err(Error::stopped(format!("{astray} of {total} boxes have their centre outside the picture of {width}x{height} (they reach to {right:.0}x{bottom:.0})"))
            .hint(cause));
    }
    let (farthest, lowest) = reach(file, 100);
    let within = |made: &(u32, u32)| farthest <= 1.02 * f64::from(made.0) && lowest <= 1.02 * f64::from(made.1);
    let smaller = made_at.filter(|made| total >= ENOUGH && f64::from(made.0) < 0.85 * w && within(made));
    Ok(smaller.map(|(w, h)| {
        format!("every box lies in the upper left {w}x{h} of the picture, and they reach to its edges: made at {w}x{h}? then add --tracks-size {w}x{h}, or nobody is covered where they are")
    }))
}

/// How far to the right and down so many in a hundred of the boxes go.
fn reach(file: &TrackFile, percent: usize) -> (f64, f64) {
    let far = |edge: fn(&KeyFrame) -> f64| {
        let mut edges: Vec<f64> = shown(file).map(|(_, key)| edge(key)).collect();
        edges.sort_by(f64::total_cmp);
        edges.get(edges.len().saturating_sub(1) * percent / 100).copied().unwrap_or(0.0)
    };
    (far(|key| key.shape.right()), far(|key| key.shape.bottom()))
}

/// The size that boxes with such a reach were drawn at, where it is another one of the same proportions that they reach
/// the edges of.
fn size_of_copy((right, bottom): (f64, f64), (width, height): (u32, u32)) -> Option<(u32, u32)> {
    let (w, h) = (f64::from(width), f64::from(height));
    let parts = PARTS.iter().map(|part| ((w * part).round() as u32, (h * part).round() as u32));
    let like = |&(a, b): &(u32, u32)| (f64::from(a) * h / (f64::from(b) * w) - 1.0).abs() < 0.02;
    let to_the_edge = |reach: f64, side: u32| (0.93..=1.02).contains(&(reach / f64::from(side)));
    let mut sizes: Vec<_> =
        SIZES.into_iter().chain(parts).filter(|size| *size != (width, height) && like(size)).collect();
    sizes.sort_unstable();
    sizes.into_iter().find(|&(a, b)| to_the_edge(right, a) && to_the_edge(bottom, b))
}

/// The frame numbers against the footage's frames.
fn length(file: &TrackFile, footage: &Footage, bound: bool) -> Result<Option<String>> {
    let count = footage.count() as u64;
    let beyond = |key: &KeyFrame| match key.when {
        When::Frame(n) => n >= count,
        When::Time(t) => t >= footage.end() || t.nanos() < 0,
        When::Clock { .. } => false,
    };
    let numbers = || {
        shown(file).filter(|(track, key)| !track.whole && !key.end).filter_map(|(_, key)| match key.when {
            When::Frame(n) => Some(n),
            _ => None,
        })
    };
    let (Some(first), Some(last), false) = (numbers().min(), numbers().max(), bound) else {
        return outside(file, footage, beyond).map(|()| None);
    };
    // A tool that says how many frames it counted in the whole recording.
    let whole = file.annotated.filter(|_| file.format == "label-studio").map(|(_, last)| last + 1);
    let needed = whole.unwrap_or(0).max(last + 1);
    outside(file, footage, beyond)?;
    let copy = rate_of_copy(needed, footage).filter(|_| needed > count || whole == Some(needed));
    if let Some(rate) = copy {
        let what = format!("the tracks are numbered to frame {}, the footage has {count} frames", needed - 1);
        return Err(Error::stopped(what).hint(format!(
            "{}; mark the people on this very file, or where the footage was cut short and its numbers are right, leave out the boxes after its end",
            made_from_copy(rate, footage)
        )));
    }
    if needed == count + 1 && last == count && first >= 1 {
        return Ok(Some(format!(
            "the last box is in frame {count}, and frames are numbered from 0 to {}: numbered from 1? then every box is shown a frame late",
            count - 1
        )));
    }
    // What was worked on is known, and is as much of the recording as a slower copy would have of frames.
    let part = file.annotated.filter(|(from, to)| *from == 0 && *to + 1 < count).map(|(_, to)| to + 1);
    let slower = part.and_then(|frames| rate_of_copy(frames.max(last + 1), footage));
    Ok(slower.map(|rate| format!("the tracks end early: {}", made_from_copy(rate, footage))))
}

/// Stops where nothing of the file is of the footage's time.
fn outside(file: &TrackFile, footage: &Footage, beyond: impl Fn(&KeyFrame) -> bool) -> Result<()> {
    if file.tracks.is_empty() || shown(file).any(|(track, key)| track.whole || !beyond(key)) {
        return Ok(());
    }
    Err(Error::stopped(format!(
        "every box lies after the end of the footage ({} frames, {})",
        footage.count(),
        footage.end()
    ))
    .hint("the tracks belong to other footage, or to a longer copy of it"))
}

/// The frame rate of a copy of the footage that has so many frames, where that is another rate in common use.
fn rate_of_copy(frames: u64, footage: &Footage) -> Option<f64> {
    let (own, count) = (footage.frame_rate(), footage.count() as f64);
    RATES.into_iter().filter(|rate| (rate / own - 1.0).abs() > 0.01).find(|rate| {
        let expected = count * rate / own;
        (expected * 0.995 - 1.0..=expected + rate / own + 1.0).contains(&(frames as f64))
    })
}

fn made_from_copy(rate: f64, footage: &Footage) -> String {
    let own = (footage.frame_rate() * 100.0).round() / 100.0;
    format!(
        "made from a copy with another frame rate? one of {rate} frames a second would have as many (this one has {own}), and numbers its frames differently"
    )
}
