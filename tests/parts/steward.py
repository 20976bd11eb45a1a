"""`python -m parts.steward NAME FOLDER PID`: keeps one real part running for as long as the process PID lives.

Writes `FOLDER/address.json` once the part answers, or `FOLDER/failed.txt` when it does not.
"""

import importlib
import json
import os
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import cast

from parts.part import PartModule


def main(name: str, folder: Path, watched: int) -> None:
    until_gone = os.pidfd_open(watched)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        part = cast(PartModule, importlib.import_module(f"parts.{name}")).start(folder)
    except Exception:  # noqa: BLE001 - whoever waits for the part reads it
        (folder / "failed.txt").write_text(traceback.format_exc(), encoding="utf-8")
        return
    try:
        unfinished = folder / "address.json.partial"
        unfinished.write_text(json.dumps(part.address), encoding="utf-8")
        unfinished.rename(folder / "address.json")
        select.select([until_gone], [], [])
    finally:
        part.stop()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
