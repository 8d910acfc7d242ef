"""docs/api.md and the OpenAPI document say what the models say."""

import json
import re
from pathlib import Path
from typing import get_args

from pydantic import TypeAdapter

from chamber.openapi import document
from chamber.wire import Accepted, AnyOrder, Change, Refused, WatchReport

DOC = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```json (\w+)\n(.*?)```", DOC, re.DOTALL)
ORDERS = TypeAdapter(AnyOrder)


def lines(kind: str) -> list[str]:
    return [line for found, body in BLOCKS if found == kind for line in body.strip().splitlines()]


def test_every_example_is_valid() -> None:
    for line in lines("command"):
        ORDERS.validate_json(line)
    assert Accepted.model_validate_json(lines("answer")[0]).seq == 812
    assert Refused.model_validate_json(lines("refused")[0]).error.code == "illegal_transition"
    assert WatchReport.model_validate_json(lines("watch")[0]).code == "away"
    assert Change.model_validate_json(lines("change")[0]).seq == 813


def test_every_command_has_an_example() -> None:
    union, _ = get_args(AnyOrder)
    known = {name for model in get_args(union) for name in get_args(model.model_fields["command"].annotation)}
    assert {json.loads(line)["command"] for line in lines("command")} == known


def test_every_refusal_code_is_documented() -> None:
    source = Path(__file__).parents[2] / "chamber"
    text = "".join((source / name).read_text(encoding="utf-8") for name in ("orders.py", "api.py", "core/meeting.py"))
    codes = set(re.findall(r'(?:RefusedError|refusal)\(\s*"([a-z_]+)"', text))
    assert codes
    assert codes <= set(re.findall(r"[a-z_]+", DOC))


def test_openapi_refers_only_to_what_is_there() -> None:
    doc = document()
    schemas = doc["components"]["schemas"]
    referred = set(re.findall(r'"#/components/schemas/([A-Za-z]+)"', json.dumps(doc)))
    assert referred <= set(schemas)
    assert {"StateView", "Command", "Refused"} <= referred
