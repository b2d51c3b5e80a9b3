#!/bin/bash
# author_guide.test.sh - docs/author-guide.md and the code say the same: every setting of a link is in the
# table and every one in the table exists; the example passes the check; sentences quoted are said.
set -u
guide=$AW_SOURCE/docs/author-guide.md
failed=0
fail() { echo "FAILED: $*"; failed=1; }

members=$(sed -n '/link_members\[\] = {/,/};/p' "$AW_SOURCE/module/discussion/link_read.c" | grep -o '"[a-z_]*"' | tr -d '"')
[ "$(wc -w <<<"$members")" -ge 20 ] || fail "the list of members was not found in link_read.c"
for m in $members; do
    [ "$m" = room ] && m=room.by
    case $m in id | course) grep -q "\`$m\`" "$guide" ;; *) grep -q "^| \`$m\` |" "$guide" ;; esac || fail "$m is not in the guide"
done
for m in $(sed -n '/^## All settings/,/^## /p' "$guide" | grep -o '^| `[a-z_.]*`' | tr -d '|` '); do
    grep -qx "${m%%.*}" <<<"$members" || fail "the guide has $m, the code does not"
done

aw=$AW_BUILD/bin/afterword
if [ -x "$aw" ]; then
    example=$(mktemp)
    sed -n '/^1\. Put a file/,/^2\. /p' "$guide" | grep '^       ' >"$example"
    "$aw" link check "$example" >"$example.out" || fail "the example: $(cat "$example.out")"
    rm -f "$example" "$example.out"
else
    echo "the example was not checked: $aw is not built"
fi

# A part of each sentence in "What the check says" must be in the code that says it.
said=$(cat "$AW_SOURCE"/module/course_check.c "$AW_SOURCE"/module/discussion/link_check*.c \
    "$AW_SOURCE"/module/discussion/link_around.c "$AW_SOURCE"/module/cli/check_link.c "$AW_SOURCE"/scorm/manifest*.c \
    "$AW_SOURCE"/scorm/package*.c | tr -d '\n' | sed 's/" *"//g')
while IFS= read -r sentence; do
    for part in "there is no" "not well-formed XML" "is not in the package" "but the pages talk to SCORM 2004" \
        "Two items have the identifier" "of 100 points" "No item is a SCO" "is not a placeholder" "needs a due date" \
        "points into the package" "asks for nothing" "nobody is named to answer" "is below min_anonymous" "the package is refused" "cannot be used now" \
        "has not been heard of here" "no learner here has" "is not registered, and nobody was seen in it yet" "the room"; do
        case $sentence in *"$part"*) [[ $said == *"$part"* ]] || fail "nobody says \"$part\""; continue 2 ;; esac
    done
    fail "the guide explains \"$sentence\", which this test does not know"
done < <(sed -n '/^## What the check says/,/^## /p' "$guide" | sed -n 's/^| \([^|]*\) |.*/\1/p' | grep -v '^It says\|^---')

[ $failed -eq 0 ] && echo "the author guide and the code agree"
exit $failed
