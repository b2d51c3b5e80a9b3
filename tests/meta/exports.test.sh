#!/bin/bash
# The shared object exports exactly the functions of its public header, and needs
# no executable stack or text relocations.
set -euo pipefail
source=${AW_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
library=${AW_BUILD:?}/lib/libafterword.so
[ -f "$library" ] || { echo "not built: $library"; exit 1; }

exported=$(nm -D --defined-only "$library" | awk '$2 ~ /^[TDBRVW]$/ {print $3}' | sed 's/@.*//' | grep -v '^__\|^_init$\|^_fini$\|^_edata$\|^_end$' | sort)
declared=$(sed -n '/AW_API/,/(/p' "$source"/module/include/afterword/afterword.h | tr '\n' ' ' |
    grep -o 'aw_[a-z_0-9]*(' | tr -d '(' | sort -u)

if [ "$exported" != "$declared" ]; then
    echo "exported and declared functions differ (< only exported, > only declared):"
    diff <(echo "$exported") <(echo "$declared") || true
    exit 1
fi
if readelf -d "$library" | grep -q TEXTREL; then
    echo "the library has text relocations"
    exit 1
fi
if readelf -lW "$library" | grep 'GNU_STACK' | grep -q 'RWE'; then
    echo "the library wants an executable stack"
    exit 1
fi
echo "$(echo "$exported" | wc -l) functions, all of the header"
