#!/bin/bash
# The extension in PHP-FPM: several children on one journal, children ended with SIGTERM and SIGKILL while they
# work, the master reloaded (SIGUSR2) in between. What was acknowledged to a client is in the journal, each once; nothing is left in a state that stops others.
set -euo pipefail
. "$(dirname "$0")/php_common.sh"
fpm=$(command -v php-fpm || ls /usr/sbin/php-fpm8* /usr/sbin/php-fpm 2> /dev/null | head -1 || true)
[ -n "$fpm" ] || skip "no php-fpm (Debian: php8.2-fpm)"

php_config "$work/afterword.json" "$work/state"
cat > "$work/notify.php" << 'PHP'
<?php
afterword_notify(['kind' => 'course_completed', 'key' => 'fpm-' . $_GET['n'] . '.', 'learner' => 'u-' . $_GET['n'], 'course' => 'c-1']);
echo 'taken ', $_GET['n'];
PHP
# Loaded and used in the master, as preloading does: the children must not use the master's handle.
echo '<?php afterword_status();' > "$work/preload.php"
cat > "$work/fpm.conf" << CONF
[global]
error_log = $work/fpm.log
daemonize = no
[www]
listen = $work/fpm.sock
pm = static
pm.max_children = 5
pm.max_requests = 40
catch_workers_output = yes
CONF
root=
if [ "$(id -u)" = 0 ]; then
    root=-R
    printf 'user = root\ngroup = root\n' >> "$work/fpm.conf"
    preload=(-d "opcache.preload=$work/preload.php" -d opcache.preload_user=root)
else
    preload=(-d "opcache.preload=$work/preload.php")
fi
# As PHP finds its own settings; opcache is what preloads.
"$fpm" $root -F -y "$work/fpm.conf" -d "extension=$extension" -d "afterword.config=$work/afterword.json" "${preload[@]}" \
    > "$work/fpm.out" 2>&1 &
master=$!
trap 'kill "$master" 2> /dev/null || true; wait "$master" 2> /dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do
    [ -S "$work/fpm.sock" ] && break
    kill -0 "$master" || { cat "$work/fpm.out" "$work/fpm.log"; exit 1; }
    sleep 0.1
done

# Only those that serve: during a start and a reload PHP forks a process that preloads, and if that is ended the master
# ends with 70, with or without the extension.
children() {
    local pid
    for pid in $(cat "/proc/$master/task/$master/children" 2> /dev/null || true); do
        ! grep -aqs 'pool www' "/proc/$pid/cmdline" || echo "$pid"
    done
}
serving() {
    for _ in $(seq 100); do
        [ -z "$(children)" ] || return 0
        sleep 0.1
    done
}
serving # it has its handlers of signals once it has children
clients=
for name in a b c d; do
    LD_PRELOAD='' php "$AW_SOURCE/tests/integration/php_fcgi.php" "$work/fpm.sock" "$work/notify.php" "$name" 300 > "$work/$name.taken" &
    clients="$clients $!"
done
signals=0
reloads=0
busy() { for pid in $clients; do kill -0 "$pid" 2> /dev/null && return 0; done; return 1; }
while busy; do
    for signal in TERM KILL; do
        victim=$(children | shuf -n 1)
        [ -z "$victim" ] || { kill -s $signal "$victim" 2> /dev/null && signals=$((signals + 1)); }
        sleep 0.1
    done
    [ "$reloads" -ge 6 ] || { kill -s USR2 "$master" && reloads=$((reloads + 1)); serving; }
done
serving
for pid in $clients; do wait "$pid"; done
# And afterwards it still works.
LD_PRELOAD='' php "$AW_SOURCE/tests/integration/php_fcgi.php" "$work/fpm.sock" "$work/notify.php" z 5 > "$work/z.taken"
kill "$master" || { echo "FAIL: the master is gone"; tail -n 30 "$work/fpm.log"; tail -n 10 "$work/fpm.out"; exit 1; }
wait "$master" || true

sort "$work"/?.taken > "$work/acknowledged"
grep -aoh 'fpm-[a-z]-[0-9]*\.' "$work"/state/journal/*.log | sed 's/^fpm-//; s/\.$//' | sort > "$work/recorded"
missing=$(sort -u "$work/recorded" | comm -23 "$work/acknowledged" - | wc -l)
twice=$(uniq -d "$work/recorded" | wc -l)
echo "signals to children: $signals; reloads: $reloads; acknowledged: $(wc -l < "$work/acknowledged"); recorded: $(wc -l < "$work/recorded"); missing: $missing"
[ "$(wc -l < "$work/z.taken")" = 5 ] || { echo "FAIL: after it all, requests are not answered"; tail -20 "$work/fpm.log"; exit 1; }
[ "$(wc -l < "$work/acknowledged")" -ge 200 ] || { echo "FAIL: too few requests got through"; tail -20 "$work/fpm.log"; exit 1; }
# Few on a machine that is slow under a sanitizer; the requests end sooner than the signals.
[ "$signals" -ge 3 ] || { echo "FAIL: too few children were ended"; exit 1; }
[ "$reloads" -ge 2 ] || { echo "FAIL: too few reloads"; exit 1; }
[ "$missing" = 0 ] || { echo "FAIL: acknowledged, and not in the journal"; exit 1; }
[ "$twice" = 0 ] || { echo "FAIL: recorded twice"; exit 1; }
! grep -E 'SIGSEGV|SIGABRT|SIGBUS|ERROR: AddressSanitizer|PHP Fatal' "$work/fpm.log" || { echo "FAIL: a child crashed"; exit 1; }
