"""Fontconfig's configuration: where fonts for other scripts may lie, and none of the machine's own rules.

Captions then look alike on every machine with the same fonts, and nothing is said on stderr where none is installed.
"""

import os
import tempfile
from pathlib import Path

_VARIABLE = "FONTCONFIG_FILE"
_CONFIGURATION = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <dir prefix="xdg">fonts</dir>
  <dir>~/.fonts</dir>
  <dir>/System/Library/Fonts</dir>
  <dir>/Library/Fonts</dir>
  <dir>~/Library/Fonts</dir>
  <cachedir>{cache}</cachedir>
  <alias binding="strong">
    <family>emoji</family>
    <prefer>
      <family>Noto Color Emoji</family>
      <family>Apple Color Emoji</family>
      <family>Twemoji</family>
    </prefer>
  </alias>
</fontconfig>
"""


def configure() -> None:
    """Name our configuration in the environment, where fontconfig reads it once; an operator's own choice stands."""
    if _VARIABLE not in os.environ:
        os.environ[_VARIABLE] = str(_written(_own_folder()))


def _own_folder() -> Path:
    """A folder that only this user can write, the same for all of this user's processes where that can be had."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"reelwright-fonts-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != user or found.st_mode & 0o022:
        return Path(tempfile.mkdtemp(prefix="reelwright-fonts-"))
    return folder


def _written(folder: Path) -> Path:
    """The configuration's file; written aside and moved, because other processes may be reading it."""
    path = folder / "fonts.conf"
    text = _CONFIGURATION.format(cache=folder)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        handle, aside = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(aside).replace(path)
    return path
