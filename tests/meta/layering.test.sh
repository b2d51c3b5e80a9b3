#!/bin/bash
# base <- xapi <- scorm <- module, and who may include what. CMake's include
# directories make most of it a build error; this names the file and line.
set -euo pipefail
cd "${AW_SOURCE:-$(dirname "$0")/../..}"
problems=0
problem() {
    printf '%s\n' "$1"
    problems=$((problems + 1))
}

# Where each of our headers lives: its layer.
declare -A home
while read -r header; do home[$(basename "$header")]=$header; done < <(git ls-files -- 'base/*.h' 'xapi/*.h' 'scorm/*.h' 'module/*.h')

layer_of() {
    case $1 in
    module/include/*) echo public ;;
    module/discussion/providers/*) echo providers ;;
    module/discussion/*) echo discussion ;;
    module/state/*) echo state ;;
    module/log/*) echo log ;;
    module/hosts/*) echo hosts ;;
    module/cli/*) echo cli ;;
    module/*) echo module ;;
    base/* | xapi/* | scorm/*) echo "${1%%/*}" ;;
    fixtures/* | tests/abi/*) echo outside ;;
    *) echo tests ;;
    esac
}

declare -A may=(
    [base]='base public'
    [xapi]='base xapi public'
    [scorm]='base xapi scorm public'
    [log]='base log public'
    [state]='base state public'
    [discussion]='base state discussion public'
    [providers]='base providers public'
    [module]='base xapi scorm log state discussion providers module public'
    [cli]='base xapi scorm log state discussion providers module cli public'
    [hosts]='hosts public'
    [outside]='outside public'
)

while read -r file; do
    layer=$(layer_of "$file")
    [ "$layer" = public ] && continue
    while IFS=: read -r line name; do
        [ -f "$(dirname "$file")/$name" ] && continue
        [ "$layer/$name" = hosts/config.h ] && continue # phpize makes one of its own
        [ "$layer" = outside ] && [ -f "fixtures/common/$name" ] && continue
        header=${home[$(basename "$name")]:-}
        [ -n "$header" ] || continue
        target=$(layer_of "$header")
        case " ${may[$layer]} " in
        *" $target "*) ;;
        *) problem "$file:$line: $layer must not include $header ($target)" ;;
        esac
    done < <(grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$file" | sed 's/^\([0-9]*\):[^"]*"\([^"]*\)".*/\1:\2/')
done < <(git ls-files -- 'base/*.[ch]' 'xapi/*.[ch]' 'scorm/*.[ch]' 'module/*.[ch]' 'fixtures/*.[ch]' 'tests/abi/*.[ch]')

# only HEADER FILES-THAT-MAY...: a third party's header in one place.
only() {
    local header=$1 found file
    shift
    while read -r found; do
        file=${found%%:*}
        local ok=no pattern
        for pattern in "$@"; do
            # shellcheck disable=SC2254
            case $file in $pattern) ok=yes ;; esac
        done
        [ "$ok" = yes ] || problem "$file: includes <$header>, which belongs in $*"
    done < <(git grep -n "include <$header" -- 'base/*' 'xapi/*' 'scorm/*' 'module/*' 'fixtures/*' || true)
}
only 'curl/' xapi/http.c xapi/http_ca.c 'fixtures/*'
only 'sqlite3.h' 'module/state/*' 'fixtures/*'
only 'zip.h' 'scorm/package*' 'fixtures/*'
only 'libxml/' 'scorm/manifest*.c' 'scorm/manifest*.h'
only 'cmark.h' 'module/discussion/*.c'

if [ "$problems" -gt 0 ]; then
    echo "$problems breaches of the layering (docs/architecture.md)"
    exit 1
fi
echo "layering holds"
