#!/bin/bash
# What every source file keeps: a head that says what it is for, a size one can
# read, scripts that parse, and npm packages at exact versions.
set -euo pipefail
cd "${AW_SOURCE:-$(dirname "$0")/../..}"
problems=0
problem() {
    printf '%s\n' "$1"
    problems=$((problems + 1))
}

while read -r file; do
    [ -f "$file" ] || continue
    head -c 2 "$file" | grep -q '^/[*/]' || problem "$file: does not begin with a comment that says what it is for"
    lines=$(wc -l <"$file")
    [ "$lines" -le 520 ] || problem "$file: $lines lines; split it (the aim is 400)"
done < <(git ls-files -- 'base/*.[ch]' 'xapi/*.[ch]' 'scorm/*.[ch]' 'module/*.[ch]' 'fixtures/*.[ch]')

while read -r file; do
    head -n 1 "$file" | grep -q 'bash' || continue
    bash -n "$file" 2>/dev/null || problem "$file: bash cannot parse it"
done < <(git ls-files -- 'scripts/*' 'tests/*.sh' 'fixtures/*.sh' .ci/run)

while read -r file; do
    node --check "$file" 2>/dev/null || problem "$file: node cannot parse it"
done < <(git ls-files -- 'tests/*.js' 'scripts/*.js' 'fixtures/lms/*.js')

if grep -E '"[~^*]|"latest"|"[0-9.]*x"' tests/package.json; then
    problem "tests/package.json: versions have to be exact"
fi
if grep -q '"resolved"' tests/package-lock.json; then
    problem "tests/package-lock.json: names a registry host; the lock has to work with any"
fi
if git grep -nIE '[[:space:]]+$' -- '*.c' '*.h' '*.sh' '*.js' '*.css' >/dev/null; then
    git grep -nIE '[[:space:]]+$' -- '*.c' '*.h' '*.sh' '*.js' '*.css' | head -n 5
    problem "there is white space at the end of lines"
fi

if [ "$problems" -gt 0 ]; then
    echo "$problems problems"
    exit 1
fi
echo "sources are in order"
