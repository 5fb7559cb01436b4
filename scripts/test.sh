#!/bin/sh
# All checks, the quick ones first; stops at the first that fails.
set -eu
cd "$(dirname "$0")/.."

step() {
    echo
    echo "== $*"
    "$@"
}

# Tests must leave no traces: what git sees has to be the same before and after.
state() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git status --porcelain
        git diff HEAD | cksum
    else
        echo "not a git checkout"
    fi
}
before=$(state)

step cargo fmt --check
step cargo clippy --locked --all-targets -- -D warnings
step cargo test --locked
step env RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
# Each benchmark has to run, once; for that the test profile does, and saves a second build of everything.
step cargo bench --locked --profile dev --bench '*' -- --test
# The comparison with other tools has to work, on a clip too small to measure anything.
step scripts/bench/compare.py --quick --tool "${CARGO_TARGET_DIR:-target}/debug/cctv-redact"

echo
after=$(state)
if [ "$before" != "$after" ]; then
    echo "The tests changed the working tree:" >&2
    git status --short >&2
    exit 1
fi
case $after in
"not a git checkout") echo "All passed. Not a git checkout: whether the tests leave traces was not checked." ;;
*) echo "All passed, and the working tree is as it was." ;;
esac
