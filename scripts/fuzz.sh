#!/bin/sh
# Fuzzes every parser of ours for some minutes each, from sound files. What breaks one stays in fuzz/artifacts: name it
# and add it to tests/vectors, where the tests find it.
set -eu
cd "$(dirname "$0")/.."
minutes=${1:-5}

cargo fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz
toolchain=${FUZZ_TOOLCHAIN:-nightly}
rustup run "$toolchain" rustc --version >/dev/null 2>&1 || rustup toolchain install --profile minimal "$toolchain"

cargo test --locked --test proof -- "--corpora=$PWD/fuzz/corpus"
broken=
for target in fuzz/fuzz_targets/*.rs; do
    name=$(basename "$target" .rs)
    echo
    echo "== $name"
    cargo "+$toolchain" fuzz run "$name" -- "-max_total_time=$((minutes * 60))" -max_len=65536 -timeout=10 \
        -rss_limit_mb=2048 -print_final_stats=1 || broken="$broken $name"
done
[ -z "$broken" ] || { echo "Broken:$broken; see fuzz/artifacts" >&2; exit 1; }
