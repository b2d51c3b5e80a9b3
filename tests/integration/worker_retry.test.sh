#!/bin/bash
# worker_retry.test.sh - a worker whose database fails while events wait: tries again once a second, says so as often, stops when asked, and goes on
# by itself once the database is well.
set -u
aw=$AW_BUILD/bin/afterword
[ -x "$aw" ] || { echo "skipped: $aw was not built"; exit 77; }
command -v sqlite3 > /dev/null || { echo "skipped: no sqlite3 on the PATH"; exit 77; }
dir=$(mktemp -d) || exit 1
worker=
trap '[ -z "$worker" ] || kill -9 "$worker" 2> /dev/null; rm -rf "$dir"' EXIT
fail() { echo "FAIL: $*"; head -5 "$dir/log"; exit 1; }
printf '{"site": {"name": "Test", "home_page": "https://lms.example", "base_iri": "https://lms.example/xapi", "language": "en"},
 "state_dir": "%s/state", "courses": {"unknown": "accept"}}\n' "$dir" > "$dir/config.json"
export AFTERWORD_CONFIG=$dir/config.json
notify() { printf '{"kind": "course_completed", "learner": "%s", "course": "c", "key": "%s"}\n' "$1" "$1" | "$aw" notify > /dev/null || fail "notify"; }
statements() { "$aw" status --json | tr ',' '\n' | sed -n 's/.*"statements": *\([0-9]*\).*/\1/p' | head -1; }
start() {
    "$aw" worker 2>> "$dir/log" &
    worker=$!
}

notify one
"$aw" worker --until-idle 2>> "$dir/log" || fail "the first run"
before=$(statements)
sqlite3 "$dir/state/state.db" "ALTER TABLE person RENAME TO person_away" || fail "sqlite3"
notify two
start
sleep 3.3
said=$(grep -c "trying again" "$dir/log")
[ "$said" -ge 1 ] || fail "nothing failed: the test shows nothing"
[ "$said" -le 5 ] || fail "said $said times in three seconds"

kill -TERM "$worker"
for _ in $(seq 30); do kill -0 "$worker" 2> /dev/null || break; sleep 0.1; done
kill -0 "$worker" 2> /dev/null && fail "does not stop while it waits"
wait "$worker" 2> /dev/null

start
sleep 1
sqlite3 -cmd ".timeout 5000" "$dir/state/state.db" "ALTER TABLE person_away RENAME TO person" || fail "sqlite3"
for _ in $(seq 50); do [ "$(statements)" -gt "$before" ] && break; sleep 0.2; done
[ "$(statements)" -gt "$before" ] || fail "does not go on once the database is well"
kill -TERM "$worker"
wait "$worker" 2> /dev/null
echo "said $said times in three seconds, stopped when asked, went on by itself"
