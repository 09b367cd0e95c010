"""`/v1/videos`: by link, by presigned address; looked at and removed. By tus they come through `uploads`."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, BackgroundTasks, Response

from pitchgen.shells.web.callers import Reader, ThePlatform, Writer
from pitchgen.shells.web.paging import LIMIT, Cursor, Limit
from pitchgen.shells.web.shapes import LinkedVideo, PresignedVideo, VideoShown, VideosPage

router = APIRouter(prefix="/v1/videos", tags=["videos"])


@router.post("", status_code=HTTPStatus.ACCEPTED)
def add_video(
    wanted: LinkedVideo | PresignedVideo, merchant: Writer, platform: ThePlatform, tasks: BackgroundTasks
) -> VideoShown:
    """Bring a video by link, or get an address to send it to; it is `receiving` until it is `ready` or `failed`."""
    if isinstance(wanted, PresignedVideo):
        video, address = platform.receiving.presigned(merchant, wanted.name, wanted.size_bytes)
        return VideoShown.of(video, upload_url=address)
    name = wanted.name or unquote(urlsplit(wanted.url).path)
    return VideoShown.of(platform.receiving.follow(merchant, name, wanted.url, tasks.add_task))


@router.get("")
def list_videos(merchant: Reader, platform: ThePlatform, cursor: Cursor = None, limit: Limit = LIMIT) -> VideosPage:
    """Your videos, newest first."""
    page = platform.videos.list(merchant.id, cursor=cursor, limit=limit)
    return VideosPage.of(page, VideoShown.of)


@router.get("/{video_id}")
def show_video(video_id: str, merchant: Reader, platform: ThePlatform) -> VideoShown:
    """A video."""
    return VideoShown.of(platform.videos.get(merchant.id, video_id))


@router.post("/{video_id}/complete")
def complete_video(video_id: str, merchant: Writer, platform: ThePlatform) -> VideoShown:
    """Say that the file was sent to the presigned address."""
    return VideoShown.of(platform.receiving.complete(merchant, video_id))


@router.delete("/{video_id}", status_code=HTTPStatus.NO_CONTENT)
def remove_video(video_id: str, merchant: Writer, platform: ThePlatform) -> Response:
    """Delete a video; what was made from it stays."""
    platform.receiving.remove(merchant, video_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)
