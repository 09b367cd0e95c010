"""Videos that come in: looked at before anything is kept, then put where all workers reach them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

from pitchgen.core.account import Limits, Video, VideoState, Way
from pitchgen.core.errors import (
    Conflict,
    InputError,
    NotFound,
    PitchgenError,
    QuotaError,
    StorageError,
    TooLarge,
    in_one_line,
    without_paths,
)
from pitchgen.core.hosting import GIBIBYTE
from pitchgen.core.service import Merchant, video_key
from pitchgen.edges.probe import probe
from pitchgen.edges.service.addresses import Addresses
from pitchgen.edges.service.links import PATIENCE, fetch
from pitchgen.edges.service.objects import Objects
from pitchgen.edges.service.usages import Usages
from pitchgen.edges.service.videos import Videos

Start = Callable[[Callable[[], None]], object]
"""Does something beside the request that asked for it."""
KEPT = 24 * 3600.0  # seconds that an upload may take: as long as its routes say that it is kept


class Receiving:
    """The door of the service."""

    def __init__(
        self, videos: Videos, usages: Usages, objects: Objects, folder: Path, *, addresses: Addresses, limits: Limits
    ) -> None:
        """With a folder of this machine for what is not whole yet."""
        self._videos, self._usages, self._objects = videos, usages, objects
        self.folder, self._addresses, self.limits = folder, addresses, limits
        folder.mkdir(parents=True, exist_ok=True)

    def announce(self, merchant: Merchant, name: str, way: Way, *, size_bytes: int | None) -> Video:
        """A video that is about to come.

        Raises:
            TooLarge: it is larger than any may be.
            QuotaError: it is larger than what she has left.
        """
        self._check_size(merchant, size_bytes or 0)
        return self._videos.announce(merchant.id, name, way, size_bytes=size_bytes)

    def follow(self, merchant: Merchant, name: str, url: str, start: Start) -> Video:
        """Fetch a video from an address, beside the request.

        Raises:
            InputError: it is no address for us to ask.
            QuotaError: she has no room left.
        """
        self._addresses.check(url)
        video = self.announce(merchant, name, Way.LINK, size_bytes=None)
        start(lambda: self._follow(merchant, video, url))
        return video

    def presigned(self, merchant: Merchant, name: str, size_bytes: int) -> tuple[Video, str]:
        """A video that goes to the object storage itself, and where to.

        Raises:
            InputError: the storage of this service takes none.
            TooLarge, QuotaError: as `announce`.
        """
        probing = self._objects.presigned_put("probe")
        if probing is None:
            raise InputError("this service keeps videos in a folder, which has no presigned addresses; upload by tus")
        video = self.announce(merchant, name, Way.PRESIGNED, size_bytes=size_bytes)
        address = self._objects.presigned_put(_landing_key(video))
        assert address is not None
        return video, address

    def complete(self, merchant: Merchant, video_id: str) -> Video:
        """Take in what was sent to a presigned address.

        Raises:
            NotFound: she has no such video.
            Conflict: nothing was sent, or it is in already.
            StorageError: the storage does not answer; what was sent stays.
            PitchgenError: it is too large, or no video that can be made.
        """
        video = self._videos.get(merchant.id, video_id)
        if video.way is not Way.PRESIGNED or video.state is not VideoState.RECEIVING:
            raise Conflict(f"{video_id}: waits for nothing")
        size = self._objects.head(_landing_key(video))
        if size is None:
            raise Conflict(f"{video_id}: nothing was sent to its address yet")
        path = self.folder / f"{video.id}.{token_hex(4)}.part"  # another request may complete the same
        try:
            self._check_size(merchant, size - (video.size_bytes or 0), one=size)
            if not self._objects.get(_landing_key(video), path):
                raise Conflict(f"{video_id}: another request completes it")
            done = self._kept(video, path)
        except (Conflict, StorageError):
            raise  # what was sent stays there: it can be asked for again
        except PitchgenError as error:
            self._videos.failed(merchant.id, video_id, _told(error))
            self._objects.delete(_landing_key(video))
            raise
        finally:
            path.unlink(missing_ok=True)
        self._objects.delete(_landing_key(video))
        return done

    def admit(self, video: Video, path: Path) -> Video:
        """Keep a file that is whole, if it is a video; it fails, and says why, if it is none.

        Raises:
            MediaError: as `probe`, with the name that the merchant gave.
            StorageError: it cannot be kept.
        """
        try:
            return self._kept(video, path)
        except PitchgenError as error:
            self._videos.failed(video.merchant, video.id, _told(error))
            raise

    def remove(self, merchant: Merchant, video_id: str) -> None:
        """Forget a video, and delete its file.

        Raises:
            NotFound, Conflict: as `Videos.remove`.
        """
        self._videos.remove(merchant.id, video_id)
        self._objects.delete(video_key(merchant.id, video_id))

    def recover(self) -> None:
        """After a restart of the only process: what was being fetched is fetched by nobody."""
        for video in self._videos.abandoned(Way.LINK):
            self._videos.failed(video.merchant, video.id, "the service was restarted meanwhile; give the link again")

    def sweep(self) -> int:
        """Give up uploads that nobody goes on with, and delete what is left of any; how many were given up."""
        old = time.time() - KEPT
        given_up = [
            video for way, kept in ((Way.TUS, KEPT), (Way.PRESIGNED, KEPT), (Way.LINK, 2 * PATIENCE))
            for video in self._videos.abandoned(way) if video.created_at < time.time() - kept
        ]  # fmt: skip
        for video in given_up:
            self._videos.failed(
                video.merchant, video.id, "it did not come in time; upload it again, or give the link again"
            )
            self._objects.delete(_landing_key(video))
        for path in self.folder.iterdir():
            if path.stat().st_mtime < old:
                path.unlink(missing_ok=True)
        return len(given_up)

    def _kept(self, video: Video, path: Path) -> Video:
        """A file that is whole, put where all workers reach it, if it is a video."""
        key = video_key(video.merchant, video.id)
        try:
            media = probe(path)
            self._objects.put(key, path)
            return self._videos.ready(video.merchant, video.id, media, path.stat().st_size)
        except NotFound:  # removed while it came
            self._objects.delete(key)
            raise
        except PitchgenError as error:  # told of the file as she calls it
            error.args = (in_one_line(error).replace(str(path), video.name),)
            raise

    def _follow(self, merchant: Merchant, video: Video, url: str) -> None:
        path = self.folder / f"{video.id}.part"
        try:
            size = fetch(self._addresses, url, path, limit=self.limits.upload_bytes)
            self._check_size(merchant, size)
            self.admit(video, path)
        except NotFound:
            return  # removed while it came
        except PitchgenError as error:
            self._videos.failed(merchant.id, video.id, _told(error))
        finally:
            path.unlink(missing_ok=True)

    def _check_size(self, merchant: Merchant, more: int, *, one: int | None = None) -> None:
        if (one or more) > self.limits.upload_bytes:
            raise TooLarge(f"a video has at most {self.limits.upload_bytes / GIBIBYTE:g} GiB")
        if (
            merchant.storage_bytes is not None
            and self._usages.stored_bytes(merchant.id) + more > merchant.storage_bytes
        ):
            raise QuotaError(
                f"your videos and outputs would take more than {merchant.storage_bytes / GIBIBYTE:g} GiB; remove some"
            )


def _told(error: PitchgenError) -> str:
    """Why a video failed, for its merchant: of our own storage she learns no more than that."""
    if isinstance(error, StorageError):
        return "it could not be kept; send it again"
    return without_paths(in_one_line(error))


def _landing_key(video: Video) -> str:
    """Where a presigned address leads: not where videos lie that were looked at."""
    return f"incoming/{video.merchant}/{video.id}"
