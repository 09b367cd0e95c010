"""Messages: signed, tried again, sent by one process at a time, and recognised where they come twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import update

from pitchgen.core.account import DeliveryState
from pitchgen.core.errors import NotFound
from pitchgen.core.service import JobRequest
from pitchgen.edges.service import tables, webhooks
from pitchgen.edges.service.addresses import Addresses
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.jobs import Jobs
from pitchgen.edges.service.merchants import Merchants
from pitchgen.edges.service.webhooks import PAUSES, Courier, Deliveries, Secrets


class Receiver(ThreadingHTTPServer):
    """A merchant's server, which answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[dict[str, str], str]] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://shop.example:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def wang(database: Database) -> str:
    return Merchants(database).add("Wang").id


def courier(database: Database) -> Courier:
    return Courier(database, Addresses(resolve=lambda host, port: ["127.0.0.1"], inside=("127.0.0.1/32",)))


def end_a_job(database: Database, merchant: str, url: str | None) -> str:
    jobs = Jobs(database, at_end=[webhooks.owe])
    job = jobs.create(merchant, JobRequest("vid_1", ("en",), webhook=url))
    jobs.cancel(merchant, job.id)
    return job.id


def due_now(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(update(tables.webhook_delivery).values(next_at=time.time() - 1))


def verified(headers: dict[str, str], body: str, secret: str) -> dict[str, Any]:
    """What a merchant does who follows the standard, in her own code."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    digest = hmac.new(base64.b64decode(secret[len("whsec_") :]), content, hashlib.sha256).digest()
    assert f"v1,{base64.b64encode(digest).decode()}" in headers["webhook-signature"].split()
    assert abs(time.time() - int(headers["webhook-timestamp"])) < 5
    found: dict[str, Any] = json.loads(body)
    return found


def test_the_end_of_a_job_is_told_once_and_signed(database: Database, wang: str, receiver: Receiver) -> None:
    job_id = end_a_job(database, wang, receiver.url)
    end_a_job(database, wang, None)
    assert courier(database).deliver() == 1
    assert courier(database).deliver() == 0
    ((headers, body),) = receiver.got
    message = verified(headers, body, Secrets(database).current(wang))
    assert (message["type"], message["data"]["job_id"]) == ("job.cancelled", job_id)
    assert headers["host"] == f"shop.example:{receiver.server_port}"
    (delivery,) = Deliveries(database).list(wang).items
    assert (delivery.state, delivery.status, delivery.attempts) == (DeliveryState.DELIVERED, 200, 1)


def test_it_is_tried_again_under_the_same_id_and_given_up(database: Database, wang: str, receiver: Receiver) -> None:
    end_a_job(database, wang, receiver.url)
    receiver.answers = [500] * (len(PAUSES) + 1)
    for attempt in range(len(PAUSES) + 1):
        assert courier(database).deliver() == 1
        (delivery,) = Deliveries(database).list(wang).items
        assert (delivery.attempts, delivery.error) == (attempt + 1, "answers 500")
        if attempt < len(PAUSES):
            assert delivery.next_at - time.time() == pytest.approx(PAUSES[attempt], abs=2)
        due_now(database)
    assert delivery.state is DeliveryState.FAILED
    assert courier(database).deliver() == 0
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    with pytest.raises(NotFound):
        Deliveries(database).again(Merchants(database).add("Li").id, delivery.id)
    Deliveries(database).again(wang, delivery.id)
    assert courier(database).deliver() == 1
    assert Deliveries(database).list(wang).items[0].state is DeliveryState.DELIVERED


def test_two_processes_do_not_send_the_same(database: Database, wang: str) -> None:
    for _ in range(10):
        end_a_job(database, wang, "http://shop.example/hook")
    claimed: list[str] = []
    threads = [
        threading.Thread(target=lambda: claimed.extend(one.id for one in Deliveries(database).claim(limit=3)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claimed.extend(one.id for one in Deliveries(database).claim())
    assert len(claimed) == len(set(claimed)) == 10


def test_both_secrets_sign_while_they_are_exchanged(database: Database, wang: str, receiver: Receiver) -> None:
    old = Secrets(database).current(wang)
    new = Secrets(database).rotate(wang)
    end_a_job(database, wang, receiver.url)
    courier(database).deliver()
    ((headers, body),) = receiver.got
    verified(headers, body, old)
    verified(headers, body, new)


def test_what_is_inside_is_not_told(database: Database, wang: str) -> None:
    end_a_job(database, wang, "http://127.0.0.1:9/hook")
    Courier(database, Addresses()).deliver()
    (delivery,) = Deliveries(database).list(wang).items
    assert "not on the public internet" in (delivery.error or "")
