# moodle_common.sh - what the tests of the Moodle plugin share; sourced. Skips (77) where PHP is missing.
: "${AW_BUILD:?}" "${AW_SOURCE:?}"
skip() { echo "skipped: $*"; exit 77; }
command -v php > /dev/null || skip "no php on the PATH (Debian: php8.2-cli)"
modules=$(php -m)
for module in pdo_sqlite simplexml posix pcntl; do
    grep -qi "^$module$" <<< "$modules" || skip "PHP without $module (Debian: php8.2-sqlite3, php8.2-xml)"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export AW_SOURCE AW_BUILD TMPDIR=$work
export AFTERWORD_PLUGIN=$AW_SOURCE/module/hosts/moodle/local_afterword
