"""An operator who runs `reelwright` beside what it operates."""

import asyncio
import json
import os
from dataclasses import dataclass, field
from typing import Any

from e2e.command import COMMAND


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What `--json` printed."""
        return json.loads(self.out)


@dataclass
class Operator:
    environment: dict[str, str] = field(default_factory=dict)

    async def run(self, *arguments: str, code: int = 0) -> Done:
        """Without blocking who is operated. The exit status must be `code`."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REELWRIGHT_")}
        process = await asyncio.create_subprocess_exec(
            str(COMMAND),
            *arguments,
            env={**kept, "REELWRIGHT_OPS_BY": "anna", **self.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(120):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        done = Done(process.returncode or 0, out.decode(), err.decode())
        assert done.code == code, f"{arguments}: {done}"
        return done
