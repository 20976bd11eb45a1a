#!/bin/sh
# In CI the tools that tests check against, and that no Python package holds, are installed; elsewhere they are named when
# they are missing, and the tests that need them are skipped. Java and Maven start and fetch Kafka and DynamoDB Local;
# pages are tried in Chromium.
set -eu
missing=""
packages=""
for tool in jq:jq ffprobe:ffmpeg javac:openjdk-17-jdk-headless mvn:maven chromium:chromium; do
    command -v "${tool%%:*}" >/dev/null 2>&1 && continue
    missing="$missing ${tool%%:*}"
    packages="$packages ${tool##*:}"
done
[ -n "$missing" ] || exit 0
if [ "${CI:-}" != "true" ]; then
    echo "Not on this machine:$missing. The tests that need them are skipped (Debian: apt-get install$packages)."
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $packages >/dev/null
