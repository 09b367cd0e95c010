"""How often a merchant may ask: one limit, however many processes answer, and hardly a statement for it."""

from __future__ import annotations

import pytest

from pitchgen.core.errors import QuotaError, StorageError
from pitchgen.edges.service.database import Database
from pitchgen.edges.service.merchants import Merchants
from pitchgen.edges.service.request_counts import RequestCounts
from pitchgen.shells.web.limits import Add, RateLimit

A_MINUTE = 60  # requests that may be asked in one


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def asked(limits: list[RateLimit], clock: Clock, *, seconds: int, each: int) -> int:
    """How many requests are taken, of `each` a second to every process."""
    taken = 0
    for _ in range(seconds * each):
        clock.now += 1 / each
        for limit in limits:
            try:
                due = limit.take("mer_1", A_MINUTE)
            except QuotaError:
                continue
            taken += 1
            if due:
                limit.share("mer_1")
    return taken


def test_several_processes_keep_one_limit(database: Database) -> None:
    merchant = Merchants(database).add("Wang").id
    clock, counts = Clock(), [RequestCounts(database), RequestCounts(database)]
    statements = 0

    def adding(count: RequestCounts) -> Add:
        def add(_: str, taken: int) -> int:
            nonlocal statements
            statements += 1
            return count.add(merchant, taken)

        return add

    burst, minutes = A_MINUTE // 6, 5
    alone = asked([RateLimit(clock=clock)], clock, seconds=60 * minutes, each=5)
    assert alone == pytest.approx(A_MINUTE * minutes + burst, abs=2)
    together = asked([RateLimit(adding(one), clock=clock) for one in counts], clock, seconds=60 * minutes, each=5)
    assert together == pytest.approx(A_MINUTE * minutes + 2 * burst, abs=15)
    assert statements <= 2 * 60 * minutes  # of each process one a second
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT taken FROM request_count").scalar_one() <= together


def test_who_asks_rarely_costs_no_statement_and_who_asks_often_one_a_second() -> None:
    clock, told = Clock(), list[int]()

    def add(_: str, taken: int) -> int:
        told.append(taken)
        return sum(told)

    limit = RateLimit(add, clock=clock)
    for _ in range(100):  # a hundred a second, of a thousand
        clock.now += 0.01
        if limit.take("mer_1", 60_000):
            limit.share("mer_1")
    assert len(told) <= 1
    told.clear()
    for _ in range(30):  # one every two seconds, of ten
        clock.now += 2
        if limit.take("mer_2", 600):
            limit.share("mer_2")
    assert len(told) == 3


def test_where_the_database_is_away_each_counts_for_itself() -> None:
    clock = Clock()
    answers = iter([StorageError("away"), 40])

    def add(_: str, taken: int) -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        assert taken == 11  # what could not be told is told later
        return answer

    limit = RateLimit(add, clock=clock)
    for _ in range(10):
        due = limit.take("mer_1", 600)
    assert due
    with pytest.raises(StorageError):
        limit.share("mer_1")
    clock.now += 1
    assert limit.take("mer_1", 600)
    limit.share("mer_1")
