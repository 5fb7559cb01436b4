//! How long it takes to read a track file, by format, and to lay tracks over the footage's frames.
#![allow(missing_docs, clippy::unwrap_used)]

mod made;

use std::hint::black_box;

use cctv_redact::bench::{ClipOptions, TRACKS, emit};
use cctv_redact::progress::Silent;
use cctv_redact::tracks::formats::{FORMATS, ReadOptions};
use cctv_redact::tracks::lay::lay;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// The same 20,000 boxes (50 people, 400 frames) in every format, as `bench --emit` writes them.
fn read(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let options = ClipOptions {
        width: 320,
        height: 240,
        fps: (25, 1),
        frames: 400,
        key_interval: 50,
        regions: 50,
        region: (20, 40),
        covered: 400,
    };
    let drawn = emit(&options, &folder.path().join("clip"), false, 2, &Silent).unwrap();
    let options = ReadOptions { size: Some((320, 240)), ..ReadOptions::default() };
    let mut group = c.benchmark_group("read 20,000 boxes");
    group.sample_size(20);
    for name in TRACKS {
        let bytes = std::fs::read(drawn.folder.join(name)).unwrap();
        let format = FORMATS.iter().find(|f| (f.sniff)(&bytes)).unwrap();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(format.name, |b| b.iter(|| (format.read)(black_box(&bytes), &options).unwrap()));
    }
    group.finish();
}

/// 1,000 tracks over footage of 100,000 frames, each person there for two minutes.
fn expand(c: &mut Criterion) {
    let footage = made::footage(100_000);
    let file = made::tracks(1_000, 100_000, 3_000);
    let mut group = c.benchmark_group("lay");
    group.sample_size(10);
    group.bench_function("1,000 tracks over 100,000 frames", |b| {
        b.iter(|| file.tracks.iter().map(|t| lay(black_box(t), &footage).unwrap().len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, read, expand);
criterion_main!(benches);
