#!/bin/sh
# Write the locks from pyproject.toml: one version of each direct dependency for every supported
# Python, with hashes, and without the name of any package index. Options go to the resolver.
set -eu
cd "$(dirname -- "$0")/.."

resolver=.cache/lock
if [ ! -x "$resolver/bin/uv" ]; then
    .venv/bin/python -m venv "$resolver"
    "$resolver/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements/lock.txt
fi

# lock OUTPUT SOURCE... [OPTION...]
lock() {
    out=requirements/$1.txt
    shift
    "$resolver/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links \
        --constraints requirements/constraints.in "$@" --output-file "$out"
    echo "$out: $(grep -c '==' "$out") versions"
}

lock run pyproject.toml requirements/build.in "$@"
# Each larger one keeps the versions of the smaller.
lock hub pyproject.toml requirements/build.in --extra hub --constraints requirements/run.txt "$@"
lock dev pyproject.toml requirements/build.in --constraints requirements/hub.txt \
    --extra dicom --extra hub --extra lab --extra oracle --extra postgresql --extra test "$@"
lock lock requirements/lock.in "$@"
# The planning engine wants an older pydantic: an environment of its own (make plans).
lock planning requirements/planning.in "$@"
.venv/bin/python tools/sync_environment.py
