"""What a platform takes, and what it shows well."""

from __future__ import annotations

from dataclasses import dataclass, field

from pitchgen.core.lettering import SafeArea
from pitchgen.core.picture import Fill


@dataclass(frozen=True, slots=True)
class Preset:
    """One platform. None is a limit that it does not have, or that no source could be found for."""

    name: str
    """As it writes itself."""
    width_px: int | None = None
    """Of the largest frame; None leaves the shape as it was filmed."""
    height_px: int | None = None
    least_px: int | None = None
    """The shorter side at least."""
    fill: Fill = "blur"
    """What fills the frame where the video has another shape."""
    least_rate_hz: float | None = None
    """Frames a second."""
    most_rate_hz: float | None = None
    least_seconds: float | None = None
    most_seconds: float | None = None
    advised_seconds: float | None = None
    """Longer ones are taken, and in some places not shown."""
    most_bytes: int | None = None
    least_bits_per_second: int | None = None
    """Of picture and sound together."""
    codec: str = "h264"
    """Of the picture, as ffmpeg names it; the sound is AAC."""
    loudness_lufs: float | None = None
    captions: str = "soft"
    """Used where the user names none."""
    safe: SafeArea | None = None
    """What its app covers of an upright picture; None is that of any phone."""
    notes: tuple[str, ...] = ()
    """What it asks for that no program can see to."""
    sources: dict[str, str] = field(default_factory=dict)
    """For each of the above that is set: where it is said, and when that was so; or `unsourced`."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A finished video, as its file says."""

    width_px: int
    height_px: int
    rate_hz: float
    seconds: float
    bytes: int
    codec: str

    @property
    def bits_per_second(self) -> float:
        """Of the whole file."""
        return 8 * self.bytes / self.seconds if self.seconds else 0.0
