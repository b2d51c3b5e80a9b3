# Shared by setup, demo, test and bench: where things are, saying what happens,
# and installing what is missing. Sourced, never run.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DEBIAN_FRONTEND=noninteractive

say() { printf '==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
die() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    shift
    local line
    for line in "$@"; do printf '    %s\n' "$line" >&2; done
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    else
        die "Debian packages are missing and only root may install them." \
            "Run as root:  apt-get install --no-install-recommends ${*: -1}" \
            "or install sudo and give yourself the right to use it, then start again."
    fi
}

# missing_packages demo|test: those of packages.txt that are not there, one a line.
missing_packages() {
    local want=$1 name rest option command purpose
    while read -r name rest; do
        case $name in '' | '#'*) continue ;; esac
        command='' purpose=demo
        for option in $rest; do
            case $option in
            cmd:*) command=${option#cmd:} ;;
            test) purpose=test ;;
            esac
        done
        [ "$purpose" = test ] && [ "$want" != test ] && continue
        [ -n "$command" ] && command -v "$command" >/dev/null && continue
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] && continue
        printf '%s\n' "$name"
    done <"$ROOT/scripts/packages.txt"
}

install_packages() {
    local -a missing
    mapfile -t missing < <(missing_packages "$1")
    if [ "${#missing[@]}" -eq 0 ]; then
        return 0
    fi
    command -v apt-get >/dev/null ||
        die "this system has no apt-get." "Install by hand what stands for: ${missing[*]}"
    say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    as_root apt-get update -qq ||
        die "apt-get update failed." \
            "Check the network and /etc/apt/sources.list (behind a proxy: /etc/apt/apt.conf.d)," \
            "then start again; what is already installed is kept."
    as_root apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}" \
        >"$ROOT/build/apt.log" 2>&1 || {
        tail -n 15 "$ROOT/build/apt.log" >&2
        die "apt-get could not install: ${missing[*]}" "The whole story is in build/apt.log."
    }
}

# The npm packages of tests/, exactly as the lock file has them; again only when it changed.
install_npm() {
    local stamp="$ROOT/tests/node_modules/.afterword-lock" sum
    sum=$(sha256sum "$ROOT/tests/package-lock.json" | cut -d' ' -f1)
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ]; then
        return 0
    fi
    say "Installing the npm packages of tests/package-lock.json"
    (cd "$ROOT/tests" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error \
        >"$ROOT/build/npm.log" 2>&1) || {
        tail -n 15 "$ROOT/build/npm.log" >&2
        die "npm ci failed." \
            "Check the network (behind a proxy: npm config set proxy URL), then start again." \
            "The whole story is in build/npm.log."
    }
    printf '%s\n' "$sum" >"$stamp"
}

jobs_wanted() { nproc 2>/dev/null || echo 2; }

# build_preset PRESET [TARGET...]: configure once, then let ninja see what is to do.
build_preset() {
    local preset=$1 dir="$ROOT/build/$1"
    shift
    if [ ! -f "$dir/build.ninja" ]; then
        say "Configuring build/$preset"
        (cd "$ROOT" && cmake --preset "$preset" >"$ROOT/build/cmake-$preset.log" 2>&1) || {
            tail -n 20 "$ROOT/build/cmake-$preset.log" >&2
            die "cmake could not configure the preset '$preset'." \
                "The whole story is in build/cmake-$preset.log."
        }
    fi
    say "Building build/$preset"
    ninja -C "$dir" -j "$(jobs_wanted)" "$@" >"$ROOT/build/ninja-$preset.log" 2>&1 || {
        grep -E '(error|warning): |undefined reference|^FAILED' -A 3 "$ROOT/build/ninja-$preset.log" | head -n 60 >&2
        die "the build failed." "The whole story is in build/ninja-$preset.log."
    }
}

# end_child PID: ends one process that we started, and waits for it.
end_child() {
    local pid=${1:-} i
    [ -n "$pid" ] || return 0
    kill -TERM "$pid" 2>/dev/null || return 0
    for ((i = 0; i < 100; i++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

# Runs one after another: two at once in the same checkout would fight over build/.
build_lock() {
    mkdir -p "$ROOT/build"
    exec 8>"$ROOT/build/.setup.lock"
    if ! flock -n 8; then
        note "another setup is at work in this checkout; waiting for it"
        flock 8
    fi
}
build_unlock() { exec 8>&-; }
