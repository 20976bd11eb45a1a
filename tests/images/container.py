"""An image's command in a mount namespace of its own: another root, read-only, an unprivileged user, no capability.

The network and the processes are this machine's: it is what the tests look at that is confined, not an attacker.
"""

import subprocess
from pathlib import Path
from typing import Any

USER = 10001

_ENTER = f"""
set -eu
root=$1; shift
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o uid={USER},gid={USER} tmpfs "$root/scratch"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
exec chroot --userspec={USER}:{USER} --groups= "$root" /usr/bin/env -i "$@"
"""


def command(root: Path, config: dict[str, Any], *words: str, entry: bool = True) -> list[str]:
    """What runs `words` in the image as its config says, after the entry point unless `entry` is False."""
    before = config["Entrypoint"] if entry else []
    inside = [*config["Env"], *before, *words]
    return ["unshare", "--mount", "--propagation=private", "sh", "-c", _ENTER, "sh", str(root), *inside]


def run(root: Path, config: dict[str, Any], *words: str, entry: bool = True) -> "subprocess.CompletedProcess[str]":
    whole = command(root, config, *words, entry=entry)
    return subprocess.run(whole, check=False, text=True, capture_output=True, timeout=120)
