#!/bin/bash
# The task that carries out the worker's requests, killed with SIGKILL before each of its writes and then run again: one
# group, one forum, one opening post, one membership, one invitation, whatever the moment. Then two tasks at once.
set -euo pipefail
. "$(dirname "$0")/moodle_common.sh"
kill_php=$AW_SOURCE/tests/integration/moodle/kill.php
MOODLE_DB=$work/fresh.db php "$kill_php" prepare
cp "$work/fresh.db" "$work/whole.db"
export MOODLE_DB=$work/whole.db
whole=$(php "$kill_php" run)
[ "${whole%% *}" = ok ] || { echo "FAIL: not killed, and yet: $whole"; exit 1; }
writes=$(sed -n '1s/.*writes=//p' <<< "$whole")
wanted=$(sed -n 2p <<< "$whole")
echo "not killed: $wanted ($writes writes)"
[ "$wanted" = "groups=1 groupings=1 groups_members=2 forum=1 forum_discussions=1 forum_posts=2 notifications=3 local_afterword_room=1 orphans=0" ] ||
    { echo "FAIL: that is not what the requests ask for"; exit 1; }
killed=0
for n in $(seq "$writes"); do
    cp "$work/fresh.db" "$work/killed.db"
    rm -f "$work/killed.db-journal"
    export MOODLE_DB=$work/killed.db
    if { MOODLE_KILL_AT=$n php "$kill_php" run > "$work/out"; } 2> /dev/null; then
        echo "FAIL: write $n did not come"; exit 1
    fi
    killed=$((killed + 1))
    again=$(php "$kill_php" run)
    [ "${again%% *}" = ok ] || { echo "FAIL after a kill before write $n: $again"; exit 1; }
    got=$(sed -n 2p <<< "$again")
    [ "$got" = "$wanted" ] || { echo "FAIL after a kill before write $n: $got"; exit 1; }
done
echo "killed before each of $killed writes and run again: the same each time"

cp "$work/fresh.db" "$work/both.db"
export MOODLE_DB=$work/both.db
php "$kill_php" run > "$work/a" 2>&1 &
first=$!
php "$kill_php" run > "$work/b" 2>&1 || true
wait "$first" || true
php "$kill_php" run > "$work/c" # what one of them put off
got=$(sed -n 2p "$work/c")
[ "$got" = "$wanted" ] || { echo "FAIL with two tasks at once: $got"; cat "$work/a" "$work/b" "$work/c"; exit 1; }
echo "two tasks at once: the same"
