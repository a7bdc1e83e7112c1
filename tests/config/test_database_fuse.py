"""A database that is away holds one request, not all of them."""

import pytest
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from config.postgresql import base


def test_while_the_database_is_away_only_one_request_waits_and_its_return_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, asked, answers = [100.0], [], [False]
    monkeypatch.setattr(base.time, "monotonic", lambda: now[0])
    fuse = base.Fuse()

    def connect() -> str:
        asked.append(now[0])
        if answers[0]:
            return "connection"
        if len(asked) > 1:  # while this one asks again, another request comes
            with pytest.raises(OperationalError, match="a moment ago"):
                fuse.through(lambda: pytest.fail("it waits as well"))
        raise PoolTimeout("no connection within 5 seconds")

    for _request in range(3):
        with pytest.raises(OperationalError):
            fuse.through(connect)
    assert asked == [100.0]
    now[0] += base.PAUSE
    with pytest.raises(PoolTimeout):
        fuse.through(connect)
    answers[0] = True
    now[0] += base.PAUSE
    assert fuse.through(connect) == "connection"
    assert fuse.through(connect) == "connection"
    assert asked == [100.0, 101.0, 102.0, 102.0]
