"""Lists a page at a time: `?limit=` and the `next_cursor` of the page before."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

Cursor = Annotated[str | None, Query(max_length=100, description="next_cursor of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]
LIMIT = 50
