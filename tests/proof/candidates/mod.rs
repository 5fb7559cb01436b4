//! Known candidates: an attacker who knows the method and a hundred faces or number plates, one of which is under the
//! cover, tries to name it from one frame or many.

mod attack;
mod look;
mod recording;

use attack::{ATTACKERS, Trained, named};
use look::{Kind, Look};
use recording::{Recording, Treatment};

use crate::case::Dice;
use crate::record::{Record, Share, each};

const CANDIDATES: usize = 100;
const PROBES: usize = 1000;
/// Frames that the attacker learns each candidate from.
const LEARNT: usize = 40;
/// Frames that the attacker adds up.
const FRAMES: [usize; 3] = [1, 10, 100];
/// Looks that the nearest neighbour keeps of each candidate.
const TEMPLATES: usize = 5;

const TREATMENTS: [Treatment; 6] = [
    Treatment::Uncovered,
    Treatment::Mosaic,
    Treatment::Method("pixelate"),
    Treatment::Method("blur"),
    Treatment::Method("frost"),
    Treatment::Method("fill"),
];

/// How many probes were named rightly, by attacker and by how many frames it had.
type Hits = [[usize; FRAMES.len()]; ATTACKERS.len()];

pub fn prove(share: Share) -> Record {
    let mut record = Record::default();
    for kind in [Kind::Faces, Kind::Plates] {
        judge(kind, &attacked(kind, share.of(10, 100)), share, &mut record);
    }
    record
}

/// Attacks every treatment of [`PROBES`] probes of so many frames.
fn attacked(kind: Kind, frames: usize) -> [Hits; TREATMENTS.len()] {
    let looks: Vec<Look> = (0..CANDIDATES).map(|n| Look::of(kind, n)).collect();
    let trained = learnt(kind, &looks);
    // Every candidate equally often, in an order that has nothing to do with the places.
    let mut who: Vec<usize> = (0..PROBES).map(|n| n % CANDIDATES).collect();
    shuffle(&mut who, &mut Dice(8));
    let shows: Vec<(u64, &[usize])> = who.chunks(kind.places()).enumerate().map(|(n, who)| (n as u64, who)).collect();
    let found = each(&shows, |(n, who)| {
        let recording = Recording::new(kind, &looks, who.to_vec(), frames, 9_000 + n);
        let folder = tempfile::tempdir().unwrap();
        std::array::from_fn(|t| named_rightly(&recording, &trained[t], &recording.seen(TREATMENTS[t], folder.path())))
    });
    found.into_iter().fold([Hits::default(); TREATMENTS.len()], |mut all, part: [Hits; TREATMENTS.len()]| {
        let parts = part.as_flattened().as_flattened();
        all.as_flattened_mut().as_flattened_mut().iter_mut().zip(parts).for_each(|(a, b)| *a += b);
        all
    })
}

/// What the attacker learns for each treatment, by making recordings of the candidates and running the tool.
fn learnt(kind: Kind, looks: &[Look]) -> Vec<Trained> {
    // Whole recordings, so that those at the end are of candidates who were recorded already.
    let shows = CANDIDATES.div_ceil(kind.places());
    let mut who: Vec<usize> = (0..shows * kind.places()).map(|n| n % CANDIDATES).collect();
    shuffle(&mut who, &mut Dice(7));
    let recordings: Vec<Recording> = who
        .chunks(kind.places())
        .enumerate()
        .map(|(n, who)| Recording::new(kind, looks, who.to_vec(), LEARNT, 5_000 + n as u64))
        .collect();
    each(&TREATMENTS, |&treatment| {
        let mut examples = vec![Vec::new(); CANDIDATES];
        for recording in &recordings {
            let folder = tempfile::tempdir().unwrap();
            for frame in recording.seen(treatment, folder.path()) {
                for (&who, features) in recording.who.iter().zip(frame) {
                    examples[who].push(features);
                }
            }
        }
        Trained::new(&examples, TEMPLATES)
    })
}

fn named_rightly(recording: &Recording, trained: &Trained, seen: &[Vec<Vec<f32>>]) -> Hits {
    let mut hits = Hits::default();
    for (place, &who) in recording.who.iter().enumerate() {
        let mut sums = ATTACKERS.map(|_| vec![0f32; CANDIDATES]);
        for (frame, features) in seen.iter().enumerate() {
            for (sum, scores) in sums.iter_mut().zip(trained.scores(&features[place])) {
                sum.iter_mut().zip(scores).for_each(|(a, b)| *a += b);
            }
            if let Some(many) = FRAMES.iter().position(|&many| many == frame + 1) {
                for (attacker, sum) in sums.iter().enumerate() {
                    hits[attacker][many] += usize::from(named(sum) == who);
                }
            }
        }
    }
    hits
}

fn judge(kind: Kind, hits: &[Hits], share: Share, record: &mut Record) {
    let bound = chance_bound(PROBES, 1.0 / CANDIDATES as f64, 0.99);
    let tried = share.of(2, 3);
    for (treatment, hits) in TREATMENTS.iter().zip(hits) {
        let best: Vec<f64> = (0..tried).map(|many| hits[0][many].max(hits[1][many]) as f64 / 10.0).collect();
        let said: Vec<String> = best.iter().zip(FRAMES).map(|(rate, n)| format!("{rate:.1} % from {n}")).collect();
        record.notes.push(format!("{kind:?}, {}: named {}", treatment.name(), said.join(", ")));
        // README has what all of it gives; a share has other recordings, and so other chances.
        record.case(differs_from_readme(kind, *treatment, &best, share.of(6.0, 2.0)));
        for (attacker, hits) in ATTACKERS.iter().zip(hits) {
            for (&hits, frames) in hits.iter().zip(FRAMES).take(tried) {
                let name = treatment.name();
                let what = format!("{kind:?}, {name}, {attacker}, {frames} frames: {hits} of {PROBES} named");
                match treatment {
                    Treatment::Method("frost" | "fill") => {
                        record.cases += PROBES;
                        record.failures.extend((hits > bound).then(|| format!("{what}, more than {bound}")));
                    }
                    Treatment::Uncovered => record.control(what, hits * 100 >= PROBES * 95),
                    Treatment::Mosaic => record.control(what, hits * 100 >= PROBES * 50),
                    Treatment::Method(_) => {}
                }
            }
        }
    }
}

/// What README says of a treatment that was not what was measured: its table has a row for each, and for each kind a
/// column for each number of frames, in whole percent. `most` is by how many points it may be off.
fn differs_from_readme(kind: Kind, treatment: Treatment, measured: &[f64], most: f64) -> Option<String> {
    let readme = include_str!("../../../README.md");
    let table = readme.lines().skip_while(|line| !line.starts_with("| under the cover |"));
    let row = table
        .take_while(|line| line.starts_with('|'))
        .find(|line| line.starts_with(&format!("| {} |", treatment.name())));
    let cells: Vec<f64> =
        row.into_iter().flat_map(|r| r.split('|').skip(2)).filter_map(|c| c.trim().parse().ok()).collect();
    let from = if kind == Kind::Faces { 0 } else { FRAMES.len() };
    let written = cells.get(from..from + measured.len()).unwrap_or_default();
    let same = written.len() == measured.len() && written.iter().zip(measured).all(|(w, m)| (w - m).abs() <= most);
    (!same).then(|| format!("README has {written:?} for {kind:?}, {}; measured {measured:?}", treatment.name()))
}

/// The most hits that guessing has with this confidence: the binomial distribution's quantile.
fn chance_bound(probes: usize, chance: f64, confidence: f64) -> usize {
    let mut term = (1.0 - chance).powi(probes as i32);
    let mut sum = term;
    let mut hits = 0;
    while sum < confidence {
        term *= (probes - hits) as f64 / (hits + 1) as f64 * chance / (1.0 - chance);
        hits += 1;
        sum += term;
    }
    hits
}

/// Fisher and Yates's shuffle.
fn shuffle(list: &mut [usize], dice: &mut Dice) {
    for last in (1..list.len()).rev() {
        list.swap(last, dice.below(last + 1));
    }
}
