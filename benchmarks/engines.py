"""The real engines, measured: each part prints its tables, in one run, with full-size random weights.

python benchmarks/engines.py recognition   clips batched against one by one, CTranslate2 against openai-whisper
python benchmarks/engines.py translation   one stream against a loop; the engine against the bare library
python benchmarks/engines.py voices        XTTS and OpenVoice, by stage; --device cuda where there is one
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

PARTS = ("recognition", "translation", "voices")


def main() -> None:
    """Run the part that is named, with the options that follow it."""
    if len(sys.argv) < 2 or sys.argv[1] not in PARTS:
        sys.exit(__doc__)
    part = sys.argv.pop(1)
    runpy.run_path(str(Path(__file__).with_name(f"{part}.py")), run_name="__main__")


if __name__ == "__main__":
    main()
