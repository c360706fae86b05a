#!/bin/sh
# Compute the plans of data/plans/ anew: pyRadPlan in .venv-planning, by its own lock.
#
#   tools/build_plans.sh            all cases
#   tools/build_plans.sh adrenal    only this one
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
venv=.venv-planning
lock=requirements/planning.txt

mark=$(cksum <"$lock" | tr -d ' \n')
if [ ! -x "$venv/bin/python" ] || [ "$(cat "$venv/.built" 2>/dev/null)" != "$mark" ]; then
    # Its packages have wheels for few versions of Python: those of its time. A name on the path
    # may be a shim that does not run.
    python=
    for candidate in ${PYTHON:-} python3.12 python3.11 python3.13 python3; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
            >/dev/null 2>&1; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "No Python from 3.11 to 3.13 was found, which the planning engine needs. Install one,
or name it: make plans PYTHON=/path/to/python3.12" >&2
        exit 1
    fi
    echo "Making an environment in $venv for the planning engine (some 170 packages, once)."
    "$python" -m venv "$venv"
    # By uv: an older pip takes a package that others ask for with an extra for one without a pin.
    "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --require-hashes \
        -r requirements/lock.txt
    "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --require-hashes -r "$lock"
    echo "$mark" >"$venv/.built"
fi

# One thread: sums in a fixed order, so that the same doses come out each time.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMBA_NUM_THREADS=1
exec "$venv/bin/python" -W ignore tools/build_plans.py "$@"
