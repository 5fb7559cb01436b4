#!/bin/sh
# Installs what the build needs, and with "test" what the tests need too. Says what it does; does nothing
# when everything is there.
set -eu
cd "$(dirname "$0")/.."

packages="gcc libc6-dev pkg-config clang libclang-dev libavcodec-dev libavformat-dev libavutil-dev libswscale-dev"
[ "${1:-}" = test ] && packages="$packages make git ffmpeg chromium g++ python3 strace"
# Node.js from elsewhere brings npm without a package of that name.
[ "${1:-}" = test ] && ! command -v npm >/dev/null && packages="$packages nodejs npm"

if ! command -v cargo >/dev/null; then
    echo "Rust is not installed: see https://rustup.rs, then run this again" >&2
    exit 1
fi

if [ "${1:-}" = test ]; then
    cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
    cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
fi

from_debian() {
    missing=
    for package in $packages; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -z "$missing" ] && return

    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "Please have an administrator run: apt-get install --no-install-recommends$missing" >&2
            exit 1
        fi
        as_root=sudo
    fi
    echo "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq </dev/null
    # $missing is a list: it has to fall apart into words.
    # shellcheck disable=SC2086
    $as_root apt-get install -y -qq --no-install-recommends $missing </dev/null
}

if command -v dpkg-query >/dev/null; then
    from_debian
else
    echo "Not Debian or Ubuntu: taking it on trust that these are there: $packages" >&2
fi

# What tests/package-lock.json pins, into a folder that git does not see.
if [ "${1:-}" = test ] && ! npm --prefix tests ls >/dev/null 2>&1; then
    echo "Installing axe-core"
    npm --prefix tests ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null ||
        echo "axe-core cannot be had from here: the tests that need it will say NOT TESTED" >&2
fi
