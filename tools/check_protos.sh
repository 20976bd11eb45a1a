#!/bin/sh
# The contracts are well-formed, formatted, compatible with the last commit that main had, and generated.
set -eu
cd "$(dirname "$0")/../protos"
buf lint
buf format --diff --exit-code
if git -C .. rev-parse --verify --quiet origin/main >/dev/null && git -C .. cat-file -e origin/main:protos/buf.yaml 2>/dev/null; then
    buf breaking --against "../.git#branch=origin/main,subdir=protos"
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
python ../tools/generate_protos.py "$out" >/dev/null 2>&1
for package in events rpc; do
    if ! diff -r -q -x __pycache__ "$out/reelwright/$package" "python/src/reelwright/$package"; then
        echo "The generated Python is stale: run make proto and commit what it changes." >&2
        exit 1
    fi
done
