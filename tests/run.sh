#!/bin/sh
# The whole of `make test` and `make check`, in the order that fails soonest.
set -eu
bin=.venv/bin
said=$(mktemp -d)
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
    await "types" types $types
    say "contracts"
    contracts
    say "fast tests"
    $bin/python -m pytest -n logical -m "not browser and not slow" --database sqlite
    exit
fi

{ contracts && tablet; } >"$said/tablet" 2>&1 & tablet=$!
await "types" types $types
await "contracts; tablet app: types and unit tests" tablet $tablet

say "a browser for the tests"
$bin/python -m tests.e2e.find_chromium

say "all tests, on SQLite and on PostgreSQL, and in Chromium"
# A file of tests stays in one process; those that take longest come first (tests/conftest.py). One
# process more than cores: those with a browser wait for it half of their time.
$bin/python -m pytest -n $(($(getconf _NPROCESSORS_ONLN) + 1)) --dist loadfile --no-loadscope-reorder
