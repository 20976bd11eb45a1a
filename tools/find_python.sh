#!/bin/sh
# Prints the first Python >= 3.11 on the PATH, or nothing.
for name in python3 python3.13 python3.12 python3.11 python3.14 python; do
    path=$(command -v "$name") || continue
    if "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "$path"
        exit 0
    fi
done
