#!/bin/sh
# Answers the request in fixtures/ and says where the answer is. The pack of an earlier demo goes first, since
# the tool never touches a pack that stands.
set -eu
cd "$(dirname "$0")/.."

pack=demo/SAR-2026-014
mkdir -p demo
if [ -e "$pack" ]; then
    echo "Removing the pack of the last demo, $pack"
    rm -rf "$pack"
fi
"${CARGO_TARGET_DIR:-target}/release/cctv-redact" run fixtures/request.json --out demo

echo
echo "To send:"
find "$pack/send" -type f | sort | sed 's/^/  /'
echo "To keep, never sent:"
find "$pack/keep" -type f | sort | sed 's/^/  /'
