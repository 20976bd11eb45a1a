#!/bin/sh
# In CI the parts that tests check against, and that no Python package holds, are installed; elsewhere they are named when
# they are missing, and the tests that need them are skipped.
set -eu
missing=""
for part in ffprobe; do
    command -v "$part" >/dev/null 2>&1 || missing="$missing $part"
done
[ -n "$missing" ] || exit 0
if [ "${CI:-}" != "true" ]; then
    echo "Not on this machine:$missing. The tests that need them are skipped (Debian: apt-get install ffmpeg)."
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends ffmpeg >/dev/null
