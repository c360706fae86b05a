#!/bin/sh
# Build .venv with locked, hashed requirements and this package, and say what is going on.
#
#   tools/setup_env.sh run    what serving the course needs
#   tools/setup_env.sh dev    that and what the tests need
#
# A second call with nothing changed returns at once. PYTHON=... names the interpreter to use.
set -eu

kind=${1:-run}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
venv=.venv
log=.cache/setup.log

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

case $kind in
run | dev) ;;
*) fail "tools/setup_env.sh: '$kind' is not known; it is run or dev." ;;
esac

# What an environment was built from; the larger one serves for the smaller.
fingerprint() { cat "requirements/$1.txt" pyproject.toml tools/setup_env.sh | cksum | tr -d ' \n'; }
built() { [ -f "$venv/.built-$1" ] && [ "$(cat "$venv/.built-$1")" = "$(fingerprint "$1")" ]; }

if built "$kind" || { [ "$kind" = run ] && built dev; }; then
    exit 0
fi

suits() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3.14 python3; do
        if suits "$candidate"; then
            say "$candidate"
            return
        fi
    done
    fail "No Python from 3.11 to 3.14 was found. Install one (on Debian or Ubuntu: apt-get install python3),
or name it: make PYTHON=/path/to/python3.11"
}

# Debian and Ubuntu ship venv in a package of its own.
ensure_venv() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing $package, which $1 lacks."
        apt-get update -qq >/dev/null 2>&1 || true
        if apt-get install -y -qq --no-install-recommends "$package" >>"$log" 2>&1; then
            return
        fi
    fi
    fail "$1 cannot make environments: its module venv is missing.
On Debian or Ubuntu: sudo apt-get install $package"
}

# Run pip quietly, with one line for each package instead of its log.
install() {
    total=$(grep -c '==' "requirements/$kind.txt")
    { "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off \
        --require-hashes -r "requirements/$kind.txt" 2>&1 && echo "setup-done"; } |
        tee -a "$log" |
        awk -v total="$total" '
            /^(Collecting|Processing) / { sub(/.*\//, "", $2); split($2, name, /[=<>!~;\[-]/); printf "  %3d of at most %d: %s\n", ++n, total, name[1]; fflush() }
            /^Installing collected/ { print "  Unpacking them"; fflush() }
            /^setup-done$/ { done = 1 }
            END { exit !done }'
}

mkdir -p .cache
: >"$log"

if [ ! -x "$venv/bin/python" ]; then
    python=$(find_python)
    ensure_venv "$python"
    say "Making an environment in $venv with $("$python" --version 2>&1)."
    "$python" -m venv "$venv"
elif ! suits "$venv/bin/python"; then
    fail "The environment in $venv does not run, or has a Python below 3.11. Remove the folder and start again."
fi

say "Fetching the locked packages (once; a minute or two with a good connection)."
if ! install; then
    tail -n 20 "$log" >&2
    fail "The packages could not be installed; the whole log is $log.
Without a network, point pip at a folder of wheels: PIP_NO_INDEX=1 PIP_FIND_LINKS=/path make"
fi
say "Installing oligoteach itself."
if ! "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps \
    --no-build-isolation --editable . >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "oligoteach itself could not be installed; the whole log is $log."
fi
fingerprint "$kind" >"$venv/.built-$kind"
say "The environment is ready."
