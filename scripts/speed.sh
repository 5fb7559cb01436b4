#!/bin/sh
# How fast a clip is made here: the whole drawn car park, five times, each run's seconds and their median, verification
# included. A first look and not a benchmark: one short piece of footage, whatever else the machine does meanwhile.
set -eu
cd "$(dirname "$0")/.."

tool="${CARGO_TARGET_DIR:-target}/release/cctv-redact"
if [ ! -x "$tool" ]; then
    echo "Build it first: make demo" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for run in 1 2 3 4 5; do
    "$tool" clip fixtures/car-park.mp4 --from 0 --to 20s --tracks fixtures/tracks/car-park.mp4.json --subject 1 \
        --reference "run-$run" --out "$work" --quiet --stats "$work/stats-$run.json"
    sed -n 's/^  "seconds": \([0-9.]*\).*/\1/p' "$work/stats-$run.json"
done | sort -n >"$work/seconds"

frames=250
tr '\n' ' ' <"$work/seconds"
echo "seconds"
sed -n 3p "$work/seconds" | awk -v frames=$frames -v cores="$(nproc)" \
    '{ printf "median %.2f s for %d frames of 704x576: %.0f frames a second on %d cores\n", $1, frames, frames / $1, cores }'
