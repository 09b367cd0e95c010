"""The API of a test, and who asks it."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI
from starlette.testclient import TestClient

from pitchgen.core.service import Job, Scope
from pitchgen.recipes.service.platform import Platform


@dataclass(frozen=True)
class Site:
    """The API, and who asks it."""

    app: FastAPI
    platform: Platform
    submitted: list[Job]
    wang: str
    li: str

    def client(self, merchant: str, *scopes: Scope) -> TestClient:
        key = self.platform.keys.issue(merchant, "test", scopes or tuple(Scope)).secret
        return TestClient(self.app, headers={"Authorization": f"Bearer {key}"}, raise_server_exceptions=False)
