# What the commands in ci/ share: where things are, and how what is missing gets installed. Sourced, not run.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/tessera"

# CI gets a fresh clone each time; what it compiled outlives the clone.
if [ -n "${CI:-}" ]; then
    export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$CACHE/target}"
fi
TARGET="${CARGO_TARGET_DIR:-$ROOT/target}"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}"
# Where snapshots are: what is in the target folder may have been compiled in another clone.
export INSTA_WORKSPACE_ROOT="$ROOT"
cd "$ROOT"

die() {
    echo "${0#"$ROOT"/}: $*" >&2
    exit 1
}

# Installs Debian packages, as root or by sudo without a password; never removes one to make room.
install_packages() {
    local apt=(apt-get -y -qq --no-install-recommends --no-remove)
    command -v apt-get >/dev/null || die "missing: $* (Debian's names; install them in your system's way)"
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || die "missing: run 'sudo apt-get install $*' first"
        apt=(sudo -n "${apt[@]}")
    fi
    echo "installing $*"
    "${apt[@]}" update >/dev/null && DEBIAN_FRONTEND=noninteractive "${apt[@]}" install "$@" >/dev/null ||
        die "could not install $*"
}

# What is compiled for this machine is always compiled as a whole, so that every dependency is compiled one time, with one
# set of features.
build_native() {
    cargo build --locked --quiet --release --workspace --all-targets
}
