//! How fast a file is hashed.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use cctv_redact::hash;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn sha256(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let bytes: Vec<u8> = (0..16u32 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    std::fs::write(&path, &bytes).unwrap();
    let mut group = c.benchmark_group("SHA-256");
    group.sample_size(20).throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("a file of 16 MiB", |b| b.iter(|| hash::file(black_box(&path)).unwrap()));
    group.finish();
}

criterion_group!(benches, sha256);
criterion_main!(benches);
