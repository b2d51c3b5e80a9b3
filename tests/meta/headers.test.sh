#!/bin/bash
# Each public header compiles alone, first in its file, as C11, C17 and C++.
set -euo pipefail
source=${AW_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strict='-Wall -Wextra -pedantic -Wundef -Wshadow -Werror'
count=0

# g++ warns of the members that a designated initialiser leaves out; that is what they are for.
quiet=-Wno-missing-field-initializers

compile() { # compiler, standard, suffix, header
    local file=$work/alone.$3
    printf '#include <afterword/%s>\nint alone(void);\nint alone(void) { aw_event e = AW_EVENT_INIT; return (int)e.kind; }\n' "$4" >"$file"
    # shellcheck disable=SC2086
    "$1" -std="$2" $strict $quiet -I "$source/module/include" -c "$file" -o "$work/alone.o"
    count=$((count + 1))
}

for header in afterword.h forum.h; do
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        for standard in c11 c17; do compile $compiler $standard c $header; done
    done
    for compiler in g++ clang++; do
        command -v $compiler >/dev/null || continue
        # C++20 is the first with designated initialisers, which the INIT macros use.
        for standard in c++20; do compile $compiler $standard cpp $header; done
        for standard in c++11 c++17; do
            printf '#include <afterword/%s>\nint alone();\nint alone() { return AW_OK; }\n' "$header" >"$work/plain.cpp"
            # shellcheck disable=SC2086
            $compiler -std=$standard $strict -I "$source/module/include" -c "$work/plain.cpp" -o "$work/alone.o"
            count=$((count + 1))
        done
    done
done
# Twice in one file, and both together.
printf '#include <afterword/forum.h>\n#include <afterword/afterword.h>\n#include <afterword/forum.h>\nint x;\n' >"$work/both.c"
gcc -std=c11 -pedantic -Werror -I "$source/module/include" -c "$work/both.c" -o "$work/alone.o"
echo "$count compilations without a warning"
