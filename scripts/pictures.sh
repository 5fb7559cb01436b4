#!/bin/sh
# Makes the pictures in docs/ again: one frame of the drawn car park under each method, and under all-but-subject.
set -eu
cd "$(dirname "$0")/.."

tool="${CARGO_TARGET_DIR:-target}/release/cctv-redact"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

picture() {
    name=$1
    shift
    "$tool" still fixtures/car-park.mp4 --at 00:00:05 --tracks fixtures/tracks/car-park.mp4.json --subject 1 \
        --reference "$name" --out "$work" --quiet "$@"
    ffmpeg -v error -y -i "$work/$name/send/still-0001.png" -vf "crop=$crop" -q:v 4 -bitexact "docs/$name.jpg"
}

mkdir -p docs
crop=420:300:130:165
for method in frost fill blur pixelate; do
    picture "$method" --method "$method"
done
picture all-but-subject --obscure all-but-subject
