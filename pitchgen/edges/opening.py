"""The first seconds of a picture in another language's words: encoded anew up to a frame that can be started from,
the rest as it is.

Both parts come from the same picture by the same encoder with the same settings, so a decoder that has one goes on
with the other: their parameter sets are compared byte by byte. The stream of a camera is never continued like this:
other encoders' parameter sets, open groups of pictures and frame orders would put a glitch into every output.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

from pitchgen.core.errors import MediaError
from pitchgen.edges.labels import LABEL_SECONDS
from pitchgen.edges.probe import container_of

APART = 0.2  # seconds from the end of the label to a forced frame: clocks are rounded
SHORTEST = 2 * LABEL_SECONDS  # seconds: a shorter picture is encoded as fast as a whole


def first_key(picture: Path) -> Fraction | None:
    """Seconds at which the first frame well after the label stands that can be started from; None where there is
    none."""
    with container_of(picture) as container:
        stream = container.streams.video[0]
        begin = None
        for packet in container.demux(stream):
            if packet.is_keyframe and packet.pts is not None:
                moment = Fraction(packet.pts * stream.time_base)
                begin = moment if begin is None else begin
                if moment - begin >= LABEL_SECONDS + APART / 2:
                    return moment
    return None


def alike(opening: Path, picture: Path) -> bool:
    """Whether a decoder may go on from one to the other: the same parameter sets on the same clock."""
    with container_of(opening) as first, container_of(picture) as second:
        return _identity(first) == _identity(second)


def splice(opening: Path, picture: Path, at: Fraction, target: Path) -> None:
    """All of `opening`, then `picture` from its frame at `at` seconds on, nothing encoded again.

    Raises:
        MediaError: one of them cannot be read.
    """
    import av

    try:
        with container_of(opening) as first, container_of(picture) as second, av.open(str(target), "w") as made:
            template = second.streams.video[0]
            stream = made.add_stream_from_template(template, opaque=True)
            stream.time_base = template.time_base
            made.options["video_track_timescale"] = str(template.time_base.denominator)
            for packet in chain(_packets(first, None), _packets(second, at)):
                packet.stream = stream
                made.mux(packet)
    except (av.FFmpegError, ValueError) as error:
        raise MediaError(f"{picture}: its first seconds cannot be replaced: {error}") from error


def _identity(container: Any) -> tuple[object, ...]:
    stream = container.streams.video[0]
    context = stream.codec_context
    return bytes(context.extradata or b""), stream.time_base, context.width, context.height


def _packets(container: Any, at: Fraction | None) -> Iterator[Any]:
    """The packets of a picture in the order in which they are decoded, from the frame at `at` on."""
    stream = container.streams.video[0]
    begun = at is None
    for packet in container.demux(stream):
        if packet.dts is None:  # the end
            return
        begun = begun or (packet.is_keyframe and packet.pts * stream.time_base >= at)
        if begun:
            yield packet
