#!/bin/bash
# The Moodle plugin with the real library and worker behind it, by the extension and by the worker's socket: SCORM data of
# Moodle's tables decided by our rules, the discussion opened in Moodle's forum, what is said there told to the LRS.
set -euo pipefail
. "$(dirname "$0")/moodle_common.sh"
. "$(dirname "$0")/php_common.sh"
export TMPDIR=$work
afterword=$AW_BUILD/bin/afterword
[ -x "$afterword" ] || skip "$afterword was not built"
preload=${LD_PRELOAD:-}
unset LD_PRELOAD
command -v zip > /dev/null || skip "no zip on the PATH"
bash "$AW_SOURCE/fixtures/courses/build.sh" "$work/courses"
export PACKAGE=$work/courses/lifting-12.zip
worker=
trap '[ -z "$worker" ] || kill "$worker" 2> /dev/null || true; rm -rf "$work"' EXIT

# Courses must be registered: the plugin does it.
config() { php_config "$1" "$2"; sed -i 's/"unknown": "accept"/"unknown": "refuse"/' "$1"; }
stage() {
    echo "-- $way: $1"
    if [ "$way" = extension ]; then
        LD_PRELOAD=$preload php -d "extension=$extension" -d "afterword.config=$work/$way.json" "$AW_SOURCE/tests/integration/moodle/live.php" "$1"
    else
        php "$AW_SOURCE/tests/integration/moodle/live.php" "$1"
    fi
}
for way in extension socket; do
    export MOODLE_DB=$work/$way.db
    config "$work/$way.json" "$work/$way"
    if [ "$way" = socket ]; then
        export SOCKET=$work/socket/notify.sock
        "$afterword" worker --config "$work/$way.json" 2> "$work/worker.log" &
        worker=$!
        for _ in $(seq 100); do [ -S "$SOCKET" ] && break; sleep 0.1; done
        [ -S "$SOCKET" ] || { echo "FAIL: the worker does not listen"; cat "$work/worker.log"; exit 1; }
        look() { sleep 0.5; }
    else
        look() { "$afterword" worker --config "$work/$way.json" --until-idle 2> "$work/worker.log" || { cat "$work/worker.log"; exit 1; }; }
    fi
    stage prepare
    stage learn
    quiet=0
    for _ in $(seq 40); do # rooms, then topics, then members, then invitations
        look
        done_now=$(stage 'task' | tail -1)
        [ "$done_now" = 0 ] && quiet=$((quiet + 1)) || quiet=0
        [ "$quiet" -lt 3 ] || break
    done
    stage talk
    look
    stage judge
    stage forget
    look
    [ "$way" = extension ] || sleep 2 # beside a worker that runs
    stage forgotten
    verbs=$(cat "$work/$way"/statements/*.log | grep -aoE '"verb":\{"id":"[^"]*"' | sed 's/.*[/]//; s/"//' | sort | uniq -c | tr -s ' \n' ' ')
    echo "statements:$verbs"
    for wanted in "1 posted" "1 viewed" "2 unlocked" "2 receive" "2 create" "2 passed" "2 failed"; do
        grep -q " $wanted " <<< "$verbs " || { echo "FAIL: not \"$wanted\""; exit 1; }
    done
done
