"""A video for a platform: what its picture is made to be, and which of the platform's limits the file does not keep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pitchgen.core.errors import UnsupportedError
from pitchgen.core.media import Stream
from pitchgen.core.picture import Fill, Frame
from pitchgen.core.preset import Measured, Preset

LIKE = 0.01  # of the aspect: what differs less is scaled, and nobody sees it
SPARE = 0.94  # of the size limit: containers, subtitles and what the encoder's buffer lets through
OUTLAST = 1.1  # a dub may outlast its video: how much room is left for that
SOUND_BITS = 160_000  # AAC at 128 kbit/s and its container
LEAST_BITS = 250_000  # below this nothing of the goods is seen at 720p, so that no valid video can be made
MOST_BITS = 100_000_000  # above what 8K takes: no bound
EVEN_RATES = 0.05  # Hz: 29.97 is 30 for a limit


def framed(preset: Preset, shown: tuple[int, int], fill: Fill | None) -> Frame | None:
    """The frame for a picture of `shown` pixels: of the platform's shape, as large as it takes, nothing enlarged
    beyond what the platform asks for at least; None where the picture may stay as it is."""
    width, height = shown
    if not preset.width_px or not preset.height_px:
        return None
    aspect = preset.width_px / preset.height_px
    if abs(width / height / aspect - 1) < LIKE:
        wanted = float(width)
    elif (fill or preset.fill) == "crop":
        wanted = min(width, height * aspect)
    else:
        wanted = max(width, height * aspect)
    least = (preset.least_px or 2) * max(1.0, aspect)
    wanted = min(max(wanted, least), preset.width_px)
    size = _even(wanted), _even(wanted / aspect)
    return None if size == shown else Frame(*size, fill or preset.fill)


def rated(preset: Preset, picture: Stream) -> float | None:
    """The frame rate that the platform asks for; None where the picture's own is taken."""
    own = picture.frames_hz
    least, most = preset.least_rate_hz, preset.most_rate_hz
    if not own or ((not least or own >= least - EVEN_RATES) and (not most or own <= most + EVEN_RATES)):
        return None
    return least if least and own < least else most


def bounded(preset: Preset, path: Path, seconds: float) -> int | None:
    """Most bits a second that the picture may take for a file of `seconds` to keep below the platform's size.

    Raises:
        UnsupportedError: so few that nothing would be seen.
    """
    if not preset.most_bytes:
        return None
    bits = int(8 * SPARE * preset.most_bytes / (OUTLAST * seconds)) - SOUND_BITS
    if bits < LEAST_BITS:
        raise UnsupportedError(
            f"{path}: {seconds:.0f} s cannot be seen in the {preset.most_bytes / 1e6:.0f} MB that "
            f"{preset.name} takes; cut the video into parts"
        )
    return bits if bits < MOST_BITS else None


def asked(preset: Preset, outlast: float) -> int | None:
    """Least bits a second of a picture, for a file that lasts `outlast` times as long as it."""
    least = preset.least_bits_per_second
    return round(least * max(1.0, outlast)) if least else None


def unmet(preset: Preset, made: Measured) -> tuple[str, ...]:
    """What the platform asks for and this file does not keep."""
    return tuple(_unmet(preset, made))


def _unmet(preset: Preset, made: Measured) -> Iterator[str]:
    name, shorter = preset.name, min(made.width_px, made.height_px)
    if preset.most_seconds and made.seconds > preset.most_seconds:
        yield f"{made.seconds:.1f} s long, {name} takes {preset.most_seconds:.0f}"
    elif preset.advised_seconds and made.seconds > preset.advised_seconds:
        yield f"{made.seconds:.1f} s long, the advertisements of {name} at most {preset.advised_seconds:.0f}"
    if preset.least_seconds and made.seconds < preset.least_seconds:
        yield f"{made.seconds:.1f} s long, {name} takes {preset.least_seconds:.0f} and more"
    if preset.most_bytes and made.bytes > preset.most_bytes:
        yield f"{made.bytes / 1e6:.1f} MB, {name} takes {preset.most_bytes / 1e6:.0f}"
    if preset.least_bits_per_second and made.bits_per_second < preset.least_bits_per_second:
        yield f"{made.bits_per_second / 1000:.0f} kbit/s, {name} asks for {preset.least_bits_per_second / 1000:.0f}"
    if preset.least_px and shorter < preset.least_px:
        yield f"{made.width_px} x {made.height_px}, {name} asks for {preset.least_px} at least"
    if preset.most_rate_hz and made.rate_hz > preset.most_rate_hz + EVEN_RATES:
        yield f"{made.rate_hz:.2f} frames a second, {name} takes {preset.most_rate_hz:g}"
    if preset.least_rate_hz and made.rate_hz < preset.least_rate_hz - EVEN_RATES:
        yield f"{made.rate_hz:.2f} frames a second, {name} asks for {preset.least_rate_hz:g}"
    if made.codec != preset.codec:
        yield f"{made.codec}, {name} asks for {preset.codec}"


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)
