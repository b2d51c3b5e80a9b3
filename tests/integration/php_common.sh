# php_common.sh - what the tests of the PHP extension share; sourced. Skips (77) where PHP or the extension is missing.
: "${AW_BUILD:?}" "${AW_SOURCE:?}"
skip() { echo "skipped: $*"; exit 77; }
command -v php > /dev/null || skip "no php on the PATH (Debian: php8.2-cli)"
command -v php-config > /dev/null || skip "no php-config on the PATH (Debian: php8.2-dev)"
extension=$AW_BUILD/lib/php/afterword.so
[ -f "$extension" ] || skip "$extension was not built"
run_tests=$(ls "$(php-config --extension-dir)"/build/run-tests.php /usr/lib/php/*/build/run-tests.php 2> /dev/null | head -1 || true)
[ -n "$run_tests" ] || skip "no run-tests.php (Debian: php8.2-dev)"

# PHP itself has no sanitizer in it, so the extension's comes before it, and PHP must not bind deeply.
if ldd "$extension" | grep -q libtsan; then
    skip "ThreadSanitizer cannot be loaded into PHP"
fi
asan=$(ldd "$extension" | awk '/libasan/ {print $3}')
if [ -n "$asan" ]; then
    [ -f "$AW_BUILD/tests/shim_no_deepbind.so" ] || skip "$AW_BUILD/tests/shim_no_deepbind.so was not built"
    # PHP itself leaks at its end, so leaks are not looked for: the leak test watches the process instead.
    export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0:verify_asan_link_order=0:quarantine_size_mb=1:thread_local_quarantine_size_kb=64 USE_ZEND_ALLOC=0
    export LD_PRELOAD="$AW_BUILD/tests/shim_no_deepbind.so $asan"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# php_config FILE STATE_DIR [more members]: a configuration for a test.
php_config() {
    printf '{"site": {"name": "Test", "home_page": "https://lms.example", "base_iri": "https://lms.example/xapi", "language": "en"},
 "state_dir": "%s", "courses": {"unknown": "accept"}, "forums": [{"name": "host", "type": "host"}]%s}\n' "$2" "${3:-}" > "$1"
}
