#!/bin/bash
# Documents point at things that exist: relative links, anchors, and the files,
# commands and error codes that they name.
set -euo pipefail
cd "${AW_SOURCE:-$(dirname "$0")/../..}"
problems=0
problem() {
    printf '%s\n' "$1"
    problems=$((problems + 1))
}

anchors() { # the anchors of a Markdown file as its readers make them
    awk '/^```/ {fence = !fence} !fence && /^#+ / {sub(/^#+ +/, ""); print tolower($0)}' "$1" |
        sed 's/[`*_]//g; s/[^a-z0-9 -]//g; s/ /-/g'
}

while read -r page; do
    folder=$(dirname "$page")
    while read -r target; do
        case $target in http://* | https://* | mailto:* | '') continue ;; esac
        path=${target%%#*} anchor=''
        case $target in *'#'*) anchor=${target#*#} ;; esac
        file=$page
        [ -n "$path" ] && file=$folder/$path
        if [ ! -e "$file" ]; then
            problem "$page: link to $target, which does not exist"
        elif [ -n "$anchor" ] && [ "${file##*.}" = md ] && ! anchors "$file" | grep -qxF "$anchor"; then
            problem "$page: link to $target, where there is no such heading"
        fi
    done < <(awk '/^```/ {fence = !fence} !fence' "$page" | grep -oE '\]\([^) ]+' | sed 's/^](//')
done < <(git ls-files -- '*.md' ':!tests/fuzz')

# Every error code is explained where the errors are explained.
if [ -f docs/errors.md ]; then
    while read -r code; do
        grep -q "$code" docs/errors.md || problem "docs/errors.md does not explain $code"
    done < <(grep -oE '^ +AW_E[A-Z0-9]+ = ' module/include/afterword/afterword.h | tr -d ' =' | sort -u)
fi
# Every event kind is in the page on the ABI.
if [ -f docs/abi.md ]; then
    while read -r kind; do
        name=$(echo "${kind#AW_EVENT_}" | tr 'A-Z' 'a-z')
        [ "$name" = none ] && continue
        grep -qE "$kind|\`$name\`" docs/abi.md || problem "docs/abi.md does not name the event $name"
    done < <(grep -oE '^ +AW_EVENT_[A-Z_]+' module/include/afterword/afterword.h | tr -d ' =' | sort -u)
fi

if [ "$problems" -gt 0 ]; then
    echo "$problems problems in the documents"
    exit 1
fi
echo "$(git ls-files -- '*.md' | wc -l) documents, every link leads somewhere"
