#!/bin/sh
# Runs a command with the package index and the certificates that the build was given as secrets, if it was given any.
# The environment is the command's alone: nothing of it is left in a layer.
set -eu
if [ -s /run/secrets/index_url ]; then
    PIP_INDEX_URL=$(cat /run/secrets/index_url)
    export PIP_INDEX_URL UV_DEFAULT_INDEX="$PIP_INDEX_URL"
fi
if [ -s /run/secrets/ca_bundle ]; then
    export PIP_CERT=/run/secrets/ca_bundle SSL_CERT_FILE=/run/secrets/ca_bundle
fi
exec "$@"
