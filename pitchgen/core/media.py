"""What came in: a file that was probed and never trusted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pitchgen.core.transcript import Span


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a media file, as its header declares it."""

    index: int
    """Position in the file, over all kinds of streams."""
    kind: str
    """`video`, `audio`, `subtitle`, or another word of ffmpeg's."""
    codec: str
    start: float = 0.0
    """Seconds after the start of the file."""
    language: str | None = None
    """ISO 639-2 code of the file's own tag."""
    default: bool = False
    cover: bool = False
    """A still picture attached to the file, not a video."""
    width_px: int = 0
    height_px: int = 0
    rotation_deg: int = 0
    """Clockwise turn a player applies before it shows the frame: 0, 90, 180 or 270."""
    hdr: bool = False
    """The picture is in a high dynamic range that ordinary screens cannot show."""
    frames_hz: float = 0.0
    """Frames a second on average, 0 where nobody says."""
    channels: int = 0
    rate_hz: int = 0

    @property
    def shown_px(self) -> tuple[int, int]:
        """Width and height as shown, after rotation."""
        turned = self.rotation_deg % 180 != 0
        return (self.height_px, self.width_px) if turned else (self.width_px, self.height_px)


@dataclass(frozen=True, slots=True)
class Media:
    """A probed media file."""

    path: Path
    sha256: str
    duration: float
    """Seconds from the first to the last moment of any picture or sound."""
    picture: Stream | None
    """The video stream that is shown."""
    sound: Stream | None
    """The audio stream that carries the speech."""
    streams: tuple[Stream, ...] = ()

    @property
    def fingerprint(self) -> str:
        """What identifies the content, wherever the file lies."""
        tracks = [stream.index if stream else "-" for stream in (self.picture, self.sound)]
        return f"{self.sha256}:{tracks[0]}:{tracks[1]}"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Passages of a recording's speech, to be heard one after another."""

    media: Media
    spans: tuple[Span, ...]
    rate: int
    """Hertz."""
