"""What a user can set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a run; `pitchgen.toml` < `PITCHGEN_*` < flags of the command line."""

    profile: str = "auto"
    """Which engines: `auto`, `embedded`."""
    use: str = "commercial"
    """`commercial` refuses weights that merchants may not use; `research` admits them."""
    out: Path = Path("out")
    """Folder that gets one project folder for each video."""
    store: Path | None = None
    """Folder of reusable results; by default in the user's cache."""
    untranslated: str = "stop"
    """`stop` before any output, or `keep` the original voice, where a sentence cannot be translated."""
    audio_track: int | None = None
    """Which audio track carries the speech, counted from 1."""
    ffmpeg: str | None = None
    """An ffmpeg program to use instead of the packaged one."""
    producer: str = "pitchgen"
    """Code of who offers the service, for the implicit label of GB 45438-2025."""
    detect: str | None = None
    transcribe: str | None = None
    translate: str | None = None
    synthesize: str | None = None
    """An engine to use for a verb instead of the profile's."""
