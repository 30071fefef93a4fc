# What the commands beside this file share. Sourced, not run.

SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT

# What is measured, and when: a + where something is not committed yet.
COMMIT=$(git rev-parse --short HEAD)
git diff --quiet HEAD -- || COMMIT="$COMMIT+"
MEASURED=(--commit "$COMMIT" --date "$(date -u +%F)")

# figures VERB [--measured FILE]: what the crate tessera-ci does with results.jsonl.
figures() {
    build_native
    "$TARGET/release/tessera-ci" bench "$@" "${MEASURED[@]}"
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
    trap 'ci/zones down --home "$SCRATCH/zones"; rm -rf "$SCRATCH"' EXIT
    ci/zones up --zones 3 --home "$SCRATCH/zones" "${options[@]}"
    # It runs in its package's folder.
    cargo bench --locked --workspace --bench gas -- --zones "$SCRATCH/zones/zones.json" --artifacts "$ROOT/artifacts" \
        --out "$out" "${MEASURED[@]}" "$@"
}

# measure_relayer OUT [OPTION OF THE BENCHMARK]…: on zones that it starts and ends itself.
measure_relayer() {
    local out="$1"
    shift
    TESSERA_ARTIFACTS="$ROOT/artifacts" cargo bench --locked --workspace --bench relayer -- --out "$out" \
        "${MEASURED[@]}" "$@"
}
