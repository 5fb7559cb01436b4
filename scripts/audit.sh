#!/bin/sh
# Holds every dependency against deny.toml: known vulnerabilities, licences, sources, duplicates. Says so where the list
# of vulnerabilities cannot be had; the rest is checked all the same.
set -eu
cd "$(dirname "$0")/.."

cargo deny --version >/dev/null || cargo install cargo-deny --version '^0.20' --locked --debug --quiet
if cargo deny --locked fetch db >/dev/null 2>&1; then
    cargo deny --locked check
else
    cargo deny --locked check bans licenses sources
    echo "NOT AUDITED against known vulnerabilities: the RustSec database cannot be reached from here" >&2
fi
