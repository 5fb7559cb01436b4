//! How long each method takes on a 1080p frame, by the size and the number of the regions.
#![allow(missing_docs)]

use std::hint::black_box;

use cctv_redact::cover::Cover;
use cctv_redact::geometry::Rect;
use cctv_redact::obscure::METHODS;
use cctv_redact::picture::{Layout, Picture};
use criterion::{Criterion, criterion_group, criterion_main};

/// `count` boxes over the frame, apart as long as they fit.
fn boxes(count: u32, width: u32, height: u32) -> Cover {
    let across = count.isqrt().max(1);
    let step = |size: u32, end: u32, n: u32| ((end - size) / n.max(1)).min(size + 40) / 2 * 2;
    let (dx, dy) = (step(width, 1920, across), step(height, 1080, count.div_ceil(across)));
    let at = |i: u32| (i % across * dx, i / across * dy);
    let boxes = (0..count).map(at).map(|(x0, y0)| Rect { x0, y0, x1: x0 + width, y1: y0 + height }).collect();
    Cover { boxes, all_but: None }
}

fn obscure(c: &mut Criterion) {
    let layout = Layout {
        width: 1920,
        height: 1080,
        chroma_shift_x: 1,
        chroma_shift_y: 1,
        depth: 8,
        grey: false,
        full_range: false,
    };
    for method in METHODS {
        let mut group = c.benchmark_group(method.name);
        group.sample_size(20);
        for (width, height) in [(50, 100), (200, 400), (400, 800)] {
            for count in [1, 10, 100] {
                let (mut picture, cover) = (Picture::grey(layout), boxes(count, width, height));
                group.bench_function(format!("{count} of {width}x{height}"), |b| {
                    b.iter(|| method.apply(black_box(&mut picture), black_box(&cover)));
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, obscure);
criterion_main!(benches);
