#!/bin/sh
# The whole of `make test` and `make check`, in the order that fails soonest.
set -eu
bin=.venv/bin
say() { printf '\n── %s\n' "$1"; }

say "style"
$bin/ruff check .
$bin/ruff format --check --quiet . || { echo "run: .venv/bin/ruff format ."; exit 1; }
say "types"
$bin/mypy
say "contracts"
$bin/lint-imports --no-logo 2>/dev/null || $bin/lint-imports

if [ "$1" = fast ]; then
    say "fast tests"
    exec $bin/python -m pytest -n 2 -m "not browser and not slow" --database sqlite
fi

say "tablet app: types and unit tests"
(PATH="$PWD/$bin:$PATH" && export PATH && cd webapp/frontend && npm run check --silent)

say "a browser for the tests"
$bin/python -m tests.e2e.find_chromium

say "all tests, on SQLite and on PostgreSQL, and in Chromium"
exec $bin/python -m pytest -n 2 --dist loadgroup
