"""`reelwright styles`: the caption styles and the looks, as a list and as a sheet of pictures."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from reelwright_kling_sim.looks import LOOKS
from reelwright_kling_sim.looks.choose import Choice
from reelwright_kling_sim.looks.render import look_for
from reelwright_renderer.captions.sheet import style_sample
from reelwright_renderer.captions.styles import STYLES
from reelwright_standalone.catalog import caption_styles, looks
from reelwright_standalone.errors import InputError
from reelwright_standalone.outputs import temporary_beside

Picture = NDArray[np.uint8]

_WIDTH, _HEIGHT, _GAP = 270, 480, 12
_COLUMNS = 6
_MOMENT_S = 3.0
_SEED = 11


def show_styles(console: Console, sheet: Path | None) -> int:
    """List them; with `sheet`, write the pictures there, too."""
    for title, entries in (("caption styles (--caption-style)", caption_styles()), ("looks (--look)", looks())):
        table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
        table.show_header = False
        for name, description in entries.items():
            table.add_row(name, description)
        console.print(table)
        console.print()
    if sheet is not None:
        _write(sheet)
        console.print(f"A sheet of all of them: {sheet}", markup=False)
    return 0


def _write(sheet: Path) -> None:
    if sheet.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise InputError(f"-o {str(sheet)!r}: the sheet is a picture; let the name end in .png or .jpg.")
    if sheet.exists():
        raise InputError(f"-o {str(sheet)!r} exists; choose another name.")
    captions = [_titled(_captions(name), name) for name in STYLES]
    drawn = [_titled(_look(name, index), name) for index, name in enumerate(LOOKS)]
    with temporary_beside(sheet) as temporary:
        cv2.imwrite(str(temporary), np.vstack([*_rows(captions), *_rows(drawn)]))
        temporary.replace(sheet)


def _captions(style: str) -> Picture:
    sample = cv2.cvtColor(style_sample(style), cv2.COLOR_RGB2BGR)
    return np.asarray(cv2.resize(sample, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _look(name: str, index: int) -> Picture:
    spec = LOOKS[name]
    look = look_for(Choice(name, spec.palettes[0], spec.variants[0]), seed=_SEED + index, width=_WIDTH, height=_HEIGHT)
    return np.array(look.frame(_MOMENT_S), dtype=np.uint8)


def _titled(picture: Picture, title: str) -> Picture:
    """The picture with its name underneath."""
    bar = np.full((36, picture.shape[1], 3), 24, np.uint8)
    cv2.putText(bar, title, (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (230, 230, 230), 1, cv2.LINE_AA)
    return np.vstack([picture, bar]).astype(np.uint8)


def _rows(pictures: list[Picture]) -> list[Picture]:
    """Rows of equal width with a dark gap around each picture."""
    blank = np.full_like(pictures[0], 24)
    filled = pictures + [blank] * (-len(pictures) % _COLUMNS)
    framed = [cv2.copyMakeBorder(p, _GAP, _GAP, _GAP, _GAP, cv2.BORDER_CONSTANT, value=(24, 24, 24)) for p in filled]
    rows = [np.hstack(framed[start : start + _COLUMNS]) for start in range(0, len(framed), _COLUMNS)]
    return [row.astype(np.uint8) for row in rows]
