#!/bin/bash
# The Moodle plugin against the stand-in (fixtures/moodle), with the SCORM tables of before and since Moodle 4.3.
set -euo pipefail
. "$(dirname "$0")/moodle_common.sh"
status=0
for test in "$AW_SOURCE"/tests/integration/moodle/test_*.php; do
    for tables in new old; do
        name=$(basename "$test" .php)
        if MOODLE_DB=$work/$name-$tables.db MOODLE_SCORM=$tables php "$test" > "$work/out" 2>&1; then
            echo "ok   $name, $tables SCORM tables"
        else
            status=1
            echo "FAIL $name, $tables SCORM tables"
            cat "$work/out"
        fi
    done
done
exit $status
