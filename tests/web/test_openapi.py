"""What the description says of each route holds, for anything that can be asked by it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from codex_usage_tracker.web.openapi import document
from tests.web.conftest import HOST, Served

ENDLESS = "/api/live"
OPERATIONS = [
    found.ok()
    for found in schemathesis.openapi.from_dict(document()).get_all_operations()
    if isinstance(found, Ok) and found.ok().path != ENDLESS
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_every_route_answers_as_it_is_described(operation: Any, served: Served, database: str, tmp_path: Path) -> None:
    client = served(str(shutil.copy(database, tmp_path / "usage.sqlite3")))

    @settings(max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def answers(case: Any) -> None:
        asked = case.as_transport_kwargs(base_url=f"http://{HOST}")
        asked = {name: asked[name] for name in ("method", "url", "params", "headers", "json", "data") if name in asked}
        case.validate_response(client.request(**asked))

    answers()
