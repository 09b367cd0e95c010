"""Services reached by HTTP: the client, and the voice `remote`, against a real server on this machine."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
import soundfile

from pitchgen.core.audio import Audio, Voice
from pitchgen.core.engines import Utterance
from pitchgen.core.errors import EngineError, InputError
from pitchgen.engines.http import api, post_json
from pitchgen.engines.synthesize.remote import Remote, load

KEY = "sk-very-secret"

Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Service:
    """A server that gives its replies one after another, the last one for ever."""

    url: str
    replies: list[Reply] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


def reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return write


@pytest.fixture
def service() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            known.requests.append(json.loads(self.rfile.read(size)))
            known.headers.append(dict(self.headers))
            known.paths.append(self.path)
            answer = known.replies.pop(0) if len(known.replies) > 1 else known.replies[0]
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                return  # the client gave up, as it should

        def log_message(self, *_: object) -> None:
            """Nothing: tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Service(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_address_with_or_without_its_version() -> None:
    assert api("http://a:1/", "audio/speech") == "http://a:1/v1/audio/speech"
    assert api("https://a/compatible/v1", "audio/speech") == "https://a/compatible/v1/audio/speech"
    assert api("http://a?key=1", "audio/speech") == "http://a/v1/audio/speech?key=1"
    with pytest.raises(InputError, match="starts with http"):
        api("file:///etc/passwd", "audio/speech")


def test_json_goes_out_with_the_key(service: Service) -> None:
    service.replies = [reply(200, b"well")]
    assert post_json(service.url + "/v1/x", {"text": "大家好"}, key=KEY) == b"well"
    assert service.requests == [{"text": "大家好"}]
    assert service.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_a_failing_service_is_asked_again_with_growing_pauses(service: Service) -> None:
    service.replies = [reply(500), reply(503), reply(502), reply(200, b"well")]
    pauses: list[float] = []
    assert post_json(service.url, {}, sleep=pauses.append) == b"well"
    assert pauses == [1.0, 2.0, 4.0]


def test_a_busy_service_says_how_long_to_wait(service: Service) -> None:
    later = formatdate(time.time() + 30, usegmt=True)
    service.replies = [reply(429, Retry_After="7"), reply(429, Retry_After=later), reply(200, b"well")]
    pauses: list[float] = []
    assert post_json(service.url, {}, sleep=pauses.append) == b"well"
    assert pauses[0] == 7.0
    assert 25 < pauses[1] <= 30


def test_a_wait_that_is_too_long_is_left_to_the_user(service: Service) -> None:
    service.replies = [reply(429, Retry_After="3600")]
    with pytest.raises(EngineError, match="answered 429") as raised:
        post_json(service.url, {}, sleep=pytest.fail)
    assert raised.value.retryable


def test_a_service_that_keeps_failing(service: Service) -> None:
    service.replies = [reply(500, b'{"error": {"message": "no GPU\\nleft"}}')]
    with pytest.raises(EngineError, match=r"answered 500 .*\(no GPU left\)") as raised:
        post_json(service.url, {}, sleep=lambda _: None)
    assert raised.value.retryable
    assert len(service.requests) == 4


def test_a_refusal_is_final_and_keeps_the_secret(service: Service) -> None:
    said = json.dumps({"error": {"message": f"Incorrect key {KEY}"}}).encode()
    service.replies = [reply(401, said)]
    url = service.url.replace("http://", "http://user:pass@") + "/v1?token=hidden"
    with pytest.raises(EngineError, match="check the key") as raised:
        post_json(url.replace("user:pass@", ""), {}, key=KEY, sleep=pytest.fail)
    assert not raised.value.retryable
    assert KEY not in str(raised.value)
    assert "hidden" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_redirection_does_not_carry_the_key_elsewhere(service: Service) -> None:
    service.replies = [reply(302, Location=service.url + "/elsewhere")]
    with pytest.raises(EngineError, match="redirects"):
        post_json(service.url, {}, key=KEY)
    assert len(service.requests) == 1


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        with pytest.raises(EngineError, match=r"cannot be reached: .*is it running") as raised:
            post_json(url, {}, sleep=pytest.fail)
    assert raised.value.retryable


def test_an_answer_that_does_not_come(service: Service) -> None:
    service.replies = [lambda _: time.sleep(0.5)]
    with pytest.raises(EngineError, match=r"within 0\.1 s") as raised:
        post_json(service.url, {}, timeout=0.1, attempts=2, sleep=lambda _: None)
    assert raised.value.retryable
    assert len(service.requests) == 2


def test_an_answer_that_trickles(service: Service) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        reply(200, b"", Content_Length="1000")(handler)
        for _ in range(20):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    service.replies = [trickle]
    with pytest.raises(EngineError, match=r"within 0\.2 s"):
        post_json(service.url, {}, timeout=0.2, attempts=1)


def test_half_an_answer_is_none(service: Service) -> None:
    service.replies = [reply(200, b"half", Content_Length="8"), reply(200, b"whole")]
    assert post_json(service.url, {}, sleep=lambda _: None) == b"whole"


def test_an_answer_without_end_is_cut_off(service: Service) -> None:
    service.replies = [reply(200, b"x" * 5000)]
    with pytest.raises(EngineError, match="more than 1 KiB"):
        post_json(service.url, {}, limit=1024, sleep=pytest.fail)


# the voice


def sound(seconds: float = 1.0, form: str = "WAV", channels: int = 1) -> bytes:
    """Speech, or nearly: noise whose colour changes."""
    random = np.random.default_rng(0)
    count, piece = round(seconds * 16_000), 960
    pieces = [np.convolve(random.normal(0, 0.1, piece), random.normal(0, 1, 8), "same") for _ in range(count // piece)]
    samples = np.concatenate(pieces).clip(-0.9, 0.9)
    data = io.BytesIO()
    soundfile.write(data, np.stack([samples] * channels, axis=1), 16_000, format=form)
    return data.getvalue()


def voice(service: Service, **options: Any) -> Remote:
    remote = load(speech_url=service.url, **options)
    assert isinstance(remote, Remote)
    return remote


def line(text: str = "Hello there.") -> Utterance:
    return Utterance(text, "en", Voice(Audio.silence(0, 16_000)))


@pytest.mark.parametrize(("form", "channels"), [("WAV", 1), ("WAV", 2), ("FLAC", 1), ("OGG", 1), ("MP3", 1)])
def test_a_sentence_is_asked_for_and_read_in_any_format(service: Service, form: str, channels: int) -> None:
    service.replies = [reply(200, sound(1.0, form, channels))]
    (spoken,) = voice(service, speech_model="m", speech_voice="v", speech_key=KEY).synthesize([line()])
    assert spoken.rate == 16_000
    assert spoken.duration == pytest.approx(1.0, abs=0.1)
    assert service.paths == ["/v1/audio/speech"]
    assert service.requests == [{"model": "m", "input": "Hello there.", "voice": "v", "response_format": "wav"}]


def test_a_flawed_answer_is_asked_for_again(service: Service) -> None:
    service.replies = [reply(200, sound(10.0)), reply(200, sound())]
    (spoken,) = voice(service).synthesize([line()])
    assert spoken.duration == pytest.approx(1.0, abs=0.1)
    assert len(service.requests) == 2


@pytest.mark.parametrize("answer", [b'{"error": "sk-very-secret"}', b"", b"<html>", sound()[:20]])
def test_what_is_no_audio_is_said_in_one_line(service: Service, answer: bytes) -> None:
    service.replies = [reply(200, answer)]
    with pytest.raises(EngineError, match="no audio") as raised:
        voice(service, speech_key=KEY).synthesize([line()])
    assert KEY not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_fingerprint_tells_services_apart_and_no_secrets() -> None:
    base = load(speech_url="http://a:1/v1?token=hidden", speech_key=KEY).fingerprint
    assert KEY not in base
    assert "hidden" not in base
    assert base == load(speech_url="http://a:1/v1?token=hidden", speech_key="other").fingerprint
    others = [
        load(speech_url="http://b:1").fingerprint,
        load(speech_url="http://a:1/v1?token=other").fingerprint,
        load(speech_url="http://a:1/v1?token=hidden", speech_voice="x").fingerprint,
        load(speech_url="http://a:1/v1?token=hidden", takes=3).fingerprint,
    ]
    assert len({base, *others}) == 5


def test_a_voice_without_an_address() -> None:
    with pytest.raises(InputError, match="speech_url"):
        load()


def test_a_stock_voice_is_never_called_hers(service: Service) -> None:
    assert voice(service).timbre("fr") == "stock"
