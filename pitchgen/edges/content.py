"""What identifies sound and picture of a file whatever its container and metadata are."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pitchgen.core.errors import MediaError
from pitchgen.edges.probe import container_of


def content_digest(path: Path) -> str:
    """SHA-256 over the coded picture and sound: the same after the streams are copied into another MP4, MOV or MKV.

    It is another one once anything is encoded again, or cut.

    Raises:
        MediaError: a file that cannot be read.
    """
    import av

    try:
        with container_of(path) as container:
            streams = [next(iter(kind), None) for kind in (container.streams.video, container.streams.audio)]
            digests = {stream.index: hashlib.sha256() for stream in streams if stream}
            for packet in container.demux([stream for stream in streams if stream]):
                digests[packet.stream.index].update(bytes(packet))
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise MediaError(f"{path}: cannot be read; there is nothing to recognise it by") from error
    return hashlib.sha256(b"/".join(part.digest() for part in digests.values())).hexdigest()
