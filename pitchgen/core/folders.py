"""Where a user's own files lie, and those that come with the program.

Source: the XDG base directory specification.
"""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def user_data() -> Path:
    """What must not be lost: weights, voices, the log."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "pitchgen"


def user_cache() -> Path:
    """What can be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pitchgen"


def packaged(name: str) -> Path:
    """A file or folder of `models/`: within the package, or beside it in a checkout; it need not be there."""
    installed = PACKAGE / "models" / name
    return installed if installed.exists() else PACKAGE.parent / "models" / name
