# What the commands beside this file share. Sourced, not run.

# figures VERB [--measured FILE]: what the crate tessera-ci does with results.jsonl.
figures() {
    local commit
    commit=$(git rev-parse --short HEAD)
    git diff --quiet HEAD -- || commit="$commit+"
    build_native
    "$TARGET/release/tessera-ci" bench "$@" --commit "$commit" --date "$(date -u +%F)"
}

# measure_gas OUT [OPTION OF ci/zones up]… -- [OPTION OF THE BENCHMARK]…: on three zones of its own, ended with the shell.
measure_gas() {
    local out="$1" options=()
    shift
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    ZONES_HOME=$(mktemp -d)
    trap 'ci/zones down --home "$ZONES_HOME" || true' EXIT
    ci/zones up --zones 3 --home "$ZONES_HOME" "${options[@]}"
    # It runs in its package's folder.
    cargo bench --locked --workspace --bench gas -- --zones "$ZONES_HOME/zones.json" --artifacts "$ROOT/artifacts" \
        --out "$out" "$@"
}
