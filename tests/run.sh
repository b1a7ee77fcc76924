#!/bin/sh
# The whole of `make test` and `make check`, in the order that fails soonest.
set -eu
bin=.venv/bin
# What tests write goes with them. Where memory has room for it, no commit of theirs waits for a disk.
room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
[ "${room:-0}" -lt 4000000 ] || export TMPDIR=/dev/shm
said=$(mktemp -d)
export TMPDIR="$said"
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$said"' EXIT
trap 'exit 130' INT TERM
say() { printf '\n── %s\n' "$1"; }

# Wait for a check that runs beside others, then show what it said: await TITLE NAME PID
await() {
    say "$1"
    failed=0
    wait "$3" || failed=$?
    cat "$said/$2"
    [ "$failed" = 0 ] || exit "$failed"
}

contracts() { $bin/lint-imports --no-logo 2>/dev/null || $bin/lint-imports; }
tablet() { PATH="$PWD/$bin:$PATH"; export PATH; cd webapp/frontend && npm run check --silent; }

say "style"
$bin/ruff check .
$bin/ruff format --check --quiet . || { echo "run: .venv/bin/ruff format ."; exit 1; }

$bin/mypy >"$said/types" 2>&1 & types=$!
if [ "$1" = fast ]; then
    contracts >"$said/contracts" 2>&1 & contracts=$!
    say "fast tests"
    tests=0
    $bin/python -m pytest -n logical -m "not browser and not slow" --ignore=tests/e2e --database sqlite || tests=$?
    await "types" types $types
    await "contracts" contracts $contracts
    exit "$tests"
fi

{ contracts && tablet; } >"$said/tablet" 2>&1 & tablet=$!
await "types" types $types
await "contracts; tablet app: types and unit tests" tablet $tablet

say "a browser for the tests"
$bin/python -m tests.e2e.find_chromium

say "an engine of roads for the tests"
$bin/python -m tests.maps.find_valhalla

say "all tests, on SQLite and on PostgreSQL, and in Chromium"
# A file of tests stays in one process; those that take longest come first (tests/conftest.py). One
# process more than cores: those with a browser wait for it half of their time.
$bin/python -m pytest -n $(($(getconf _NPROCESSORS_ONLN) + 1)) --dist loadfile --no-loadscope-reorder --durations=25
