//! How long it takes to decide what is covered in every frame of ten minutes, by the number of people.
#![allow(missing_docs, clippy::unwrap_used)]

mod made;

use std::hint::black_box;

use cctv_redact::plan;
use cctv_redact::request::{Item, Kind, Rules};
use cctv_redact::time::{Position, Window};
use cctv_redact::tracks::load::Loaded;
use criterion::{Criterion, criterion_group, criterion_main};

fn ten_minutes(c: &mut Criterion) {
    let footage = made::footage(15_000);
    let item = Item::new(Kind::Clip, vec!["made-up.mp4".to_owned()]);
    let rules = Rules::new(&item, |_| Ok(Position::from_nanos(0))).unwrap();
    let window = Window { from: Position::from_nanos(0), to: footage.end() };
    let selection = plan::clip(&footage, window).unwrap();
    let mut group = c.benchmark_group("plan ten minutes");
    group.sample_size(10);
    for people in [1, 10, 100] {
        let file = made::tracks(people, 15_000, 3_000);
        let loaded =
            [Loaded { name: "made-up".to_owned(), sha256: String::new(), binding_sha256: None, pinned: false, file }];
        group.bench_function(format!("{people} people"), |b| {
            b.iter(|| plan::plan(&footage, black_box(&loaded), &rules, selection.clone(), false).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, ten_minutes);
criterion_main!(benches);
