#!/bin/bash
# The PHP extension's own tests (module/hosts/php/tests/*.phpt), each in a state directory of its own.
set -euo pipefail
. "$(dirname "$0")/php_common.sh"

cp -r "$AW_SOURCE/module/hosts/php" "$work/php" # run-tests.php writes next to the tests
# -n leaves php.ini out; what the tests need besides is built in on some systems and shared on others.
shared=
built_in=$(php -n -m)
for name in pcntl posix; do
    grep -qi "^$name$" <<< "$built_in" || shared="$shared -d extension=$name.so"
done
status=0
for test in "$work"/php/tests/*.phpt; do
    name=$(basename "$test" .phpt)
    php_config "$work/$name.json" "$work/state-$name"
    if TEST_PHP_EXECUTABLE=$(command -v php) php -n "$run_tests" -q -n \
        -d "extension=$extension" $shared -d "afterword.config=$work/$name.json" "$test" > "$work/$name.out" 2>&1 &&
        grep -q '^Tests passed *: *1 ' "$work/$name.out"; then # one that is skipped has not passed
        echo "ok   $name"
    else
        status=1
        echo "FAIL $name"
        cat "${test%.phpt}.diff" 2> /dev/null || tail -40 "$work/$name.out"
    fi
done
exit $status
