#!/bin/bash
# ideas.test.sh - `afterword ideas`: raised in the embedded forum, recognised, declined, posted back.
set -u
aw=$AW_BUILD/bin/afterword
[ -x "$aw" ] || { echo "skipped: $aw is not built"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cat >"$dir/config.json" <<END
{"state_dir": "$dir/state", "courses": {"unknown": "accept"},
 "site": {"name": "Example", "home_page": "https://learn.example.org", "language": "en"},
 "forums": [{"name": "local", "type": "local"}]}
END
export AFTERWORD_CONFIG=$dir/config.json
failed=0 count=0
expect() { # CODE PATTERN COMMAND...
    local code=$1 pattern=$2 out rc
    shift 2
    out=$("$@" 2>&1 </dev/null)
    rc=$?
    count=$((count + 1))
    if [ $rc -ne "$code" ] || ! grep -qF -- "$pattern" <<<"$out"; then
        printf 'FAILED: %s\n  exit %s, wanted %s with "%s":\n%s\n' "$*" $rc "$code" "$pattern" "$out"
        failed=$((failed + 1))
    fi
}
notify() { printf '%s\n' "$@" | "$aw" notify || failed=$((failed + 1)); }
work() { "$aw" worker --until-idle 2>/dev/null || failed=$((failed + 1)); }

expect 0 "" "$aw" link add --course fire-101 --title "After the drill" --prompt "What would you change at your place?" \
    --manager boss --anyway
expect 0 "There are no ideas yet" "$aw" ideas list
notify '{"kind":"course_completed","learner":"u-1","course":"fire-101","time":"2026-03-02T08:00:00Z"}'
work
for n in 1 2; do
    notify '{"kind":"topic_posted","learner":"u-1","course":"fire-101","provider":"local","topic":"t-'$n'","title":"In pairs '$n'","topic_type":"idea","body":"It is safer","discussion":"'"$(sqlite3 "$dir/state/state.db" 'select id from discussion')"'","time":"2026-03-02T09:00:00Z"}'
done
work
expect 0 "In pairs 1" "$aw" ideas list
expect 0 "raised" "$aw" ideas list --course fire-101 --state raised
expect 0 "There are no such ideas" "$aw" ideas list --state implemented
expect 2 "raised, recognised" "$aw" ideas list --state nonsense
expect 2 "say why with --reason" "$aw" ideas decline t-2
expect 2 "name one topic" "$aw" ideas recognise
expect 1 "is not the topic of an idea" "$aw" ideas recognise t-9
expect 0 '"In pairs 1" is recognised' "$aw" ideas recognise t-1 --by boss
expect 0 '"In pairs 2" is declined' "$aw" ideas decline t-2 --reason "The room is too small"
work
expect 0 "In pairs 1" "$aw" ideas list --state recognised
expect 0 "The room is too small" "$aw" ideas list --state declined
expect 0 '"idea": "declined"' "$aw" ideas list --json
expect 0 "is implemented" "$aw" ideas implement t-1
work
expect 0 "In pairs 1" "$aw" ideas list --state implemented
# Whoever raised an idea is not said to have decided on it.
raised=$(strings "$dir"/state/statements/* | grep '/posted"' | grep -o '"account":{[^}]*}' | sort -u)
for verb in approve implemented declined; do
    strings "$dir"/state/statements/* | grep "$verb\"" | grep -qF -- "$raised" && { echo "FAILED: $verb by whoever raised it"; failed=$((failed + 1)); }
done
[ -n "$raised" ] || { echo "FAILED: no statement of an idea was found"; failed=$((failed + 1)); }
expect 0 '"dead_letters":0' "$aw" status --json
echo "$count checks, $failed failed"
[ $failed -eq 0 ]
