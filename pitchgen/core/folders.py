"""Where a user's own files lie. Source: the XDG base directory specification."""

from __future__ import annotations

import os
from pathlib import Path


def user_data() -> Path:
    """What must not be lost: weights, voices, the log."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "pitchgen"


def user_cache() -> Path:
    """What can be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pitchgen"
