# The steps of `ci/check` and `ci/test`, a function each, and how a step is run and counted. Sourced, not run.

source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

PASSED=0
FAILED=0

# step NAME COMMAND…: runs the command where a failure ends it, says how long it took, and goes on.
step() {
    local name="$1" began=$SECONDS status
    shift
    echo
    echo "== $name"
    (
        set -euo pipefail
        "$@"
    )
    status=$?
    if [ "$status" = 0 ]; then
        PASSED=$((PASSED + 1))
        echo "-- $name: passed in $((SECONDS - began)) s"
    else
        FAILED=$((FAILED + 1))
        echo "-- $name: FAILED after $((SECONDS - began)) s"
    fi
}

# The last line, which counts steps, and the exit status.
conclude() {
    echo
    echo "$SECONDS s in all"
    echo "$PASSED passed, $FAILED failed"
    [ "$FAILED" = 0 ]
}

need_rust() {
    command -v cargo >/dev/null || die "cargo is missing: install Rust 1.95 or newer"
    cargo fmt --version >/dev/null 2>&1 || die "rustfmt is missing: rustup component add rustfmt"
    cargo clippy --version >/dev/null 2>&1 || die "clippy is missing: rustup component add clippy"
    command -v cc >/dev/null || install_packages gcc libc6-dev
    command -v python3 >/dev/null || install_packages python3
}

format() {
    cargo fmt --all --check
}

edges() {
    cargo metadata --locked --format-version 1 --no-deps |
        cargo run --locked --quiet --release --package tessera-ci --no-default-features -- edges
}

# Code that ships may not panic; tests may, that is how they fail.
lint() {
    cargo clippy --locked --release --workspace --lib --bins -- -D warnings
    cargo clippy --locked --release --workspace --tests --benches --examples -- -D warnings \
        -A clippy::arithmetic_side_effects -A clippy::cast_possible_truncation -A clippy::unwrap_used \
        -A clippy::expect_used -A clippy::panic -A clippy::indexing_slicing
}

# Crates with the feature `schema` are without the standard library when it is off, as contracts' readers may need them.
lint_without_schema() {
    local packages
    mapfile -t packages < <(members_with_schema)
    [ "${#packages[@]}" != 0 ] || die "no crate has the feature schema"
    cargo clippy --locked --release --lib "${packages[@]/#/--package=}" -- -D warnings
}

members_with_schema() {
    cargo metadata --locked --format-version 1 --no-deps | python3 -c '
import json, sys
for package in json.load(sys.stdin)["packages"]:
    if "schema" in package["features"]:
        print(package["name"])'
}

# Licences, bans and sources; advisories too where their database can be had.
dependencies() {
    local tools="$CACHE/tools"
    PATH="$tools/bin:$PATH"
    if ! command -v cargo-deny >/dev/null; then
        echo "building cargo-deny (some minutes, once)"
        CARGO_TARGET_DIR="$tools/target" cargo install --quiet --locked --version 0.20.2 --root "$tools" cargo-deny
        rm -rf "$tools/target"
    fi
    cargo deny --locked --workspace --log-level error check --hide-inclusion-graph licenses bans sources
    if timeout 60 cargo deny --locked --log-level off fetch db >/dev/null 2>&1; then
        cargo deny --locked --workspace --log-level error check --disable-fetch advisories
    else
        echo "advisories not checked: their database cannot be reached from here"
    fi
}
