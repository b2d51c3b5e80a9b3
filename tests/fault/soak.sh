#!/bin/bash
# soak.sh MINUTES: kills writers and workers, with the LRS working and failing, thousands of times; takes
# the power, flips bits, fills the disk and fails allocations; each round with a new seed; ends with the first round that finds something lost, twice or different.
set -u
minutes=${1:?usage: soak.sh MINUTES}
build=${AW_BUILD:-$(cd "$(dirname "$0")/../.." && pwd)/build/check}
end=$(($(date +%s) + minutes * 60)) round=0 kills=0
while [ "$(date +%s)" -lt "$end" ]; do
    round=$((round + 1))
    AW_SEED=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
    export AW_SEED AW_CRASH_KILLS=${AW_CRASH_KILLS:-200} AW_CRASH_STRIDE=${AW_CRASH_STRIDE:-1}
    export AW_KILL_ROUNDS=${AW_KILL_ROUNDS:-1000} AW_KILL_STRIDE=${AW_KILL_STRIDE:-13} AW_IMAGES=${AW_IMAGES:-10}
    export AW_POINTS=${AW_POINTS:-200} AW_FLIPS=${AW_FLIPS:-40} AW_STRIDE=${AW_STRIDE:-23}
    for test in test_crash test_log_kill test_log_powerloss test_worker_powerloss test_worker_damage \
        test_worker_disk test_worker_memory; do
        if ! "$build/tests/fault_$test" >"/tmp/aw-soak-$$.log" 2>&1; then
            cat "/tmp/aw-soak-$$.log"
            echo "soak: round $round of $test failed with AW_SEED=$AW_SEED after $kills kills"
            exit 1
        fi
    done
    kills=$((kills + 2 * AW_CRASH_KILLS + AW_KILL_ROUNDS))
    echo "soak: round $round, AW_SEED=$AW_SEED, $kills kills so far, nothing lost"
done
rm -f "/tmp/aw-soak-$$.log"
echo "soak: $round rounds, $kills kills, nothing lost, nothing twice"
