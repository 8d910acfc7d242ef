"""The control API described in OpenAPI 3.1, from the payload models themselves."""

from typing import Any

from pydantic import TypeAdapter

from chamber.wire import Accepted, AnyOrder, Change, ImportView, IndexView, Refused, StateView, WatchReport

REF = "#/components/schemas/{model}"


def _body(schema: str, description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def _get(summary: str, responses: dict[str, Any], *, secured: bool = True) -> dict[str, Any]:
    return {"get": {"summary": summary, "responses": responses, "security": [{"token": []}] if secured else []}}


def _post(summary: str, schema: str, errors: dict[str, Any]) -> dict[str, Any]:
    body = {"required": True, "content": _body(schema, "")["content"]}
    done = _body("Accepted", "Carried out; seq is the state that shows it")
    responses = {"200": done, **errors}
    return {"post": {"summary": summary, "security": [{"token": []}], "requestBody": body, "responses": responses}}


def document() -> dict[str, Any]:
    """The whole OpenAPI document as plain values."""
    schemas: dict[str, Any] = {}
    for name, adapter in (
        ("StateView", TypeAdapter(StateView)),
        ("Change", TypeAdapter(Change)),
        ("IndexView", TypeAdapter(IndexView)),
        ("ImportView", TypeAdapter(ImportView)),
        ("Command", TypeAdapter(AnyOrder)),
        ("WatchReport", TypeAdapter(WatchReport)),
        ("Accepted", TypeAdapter(Accepted)),
        ("Refused", TypeAdapter(Refused)),
    ):
        schema = adapter.json_schema(ref_template=REF)
        schemas.update(schema.pop("$defs", {}))
        schemas[name] = schema
    refused = _body("Refused", "Refused: a stable code and a sentence for the operator")
    errors = {"400": refused, "401": refused, "403": refused}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Raadzaal control API",
            "version": "1",
            "description": "Drives one council chamber. Operator network only; every call but /healthz and the pictures "
            "page carries a bearer token.",
        },
        "paths": {
            "/api/v1/state": _get("The whole view", {"200": _body("StateView", "State now"), "401": refused}),
            "/api/v1/events": _get(
                "WebSocket: the whole view as first message, then numbered changes",
                {"101": {"description": "StateView, then Change messages"}, "401": refused, "429": refused},
            ),
            "/api/v1/index": _get(
                "Who spoke when, intervals of items and speaking times of the meeting so far",
                {"200": _body("IndexView", "The index now"), "401": refused},
            ),
            "/api/v1/commands": _post("Give one order", "Command", {**errors, "409": refused}),
            "/api/v1/watch": _post("Tell what residents get, seen from outside", "WatchReport", errors),
            "/api/v1/openapi.json": _get("This document", {"200": {"description": "OpenAPI 3.1"}}),
            "/metrics": _get("Prometheus metrics", {"200": {"description": "Text exposition format"}}),
            "/healthz": _get(
                "Whether the controller is well",
                {"200": {"description": "Well"}, "503": {"description": "Not well"}},
                secured=False,
            ),
        },
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}, "schemas": schemas},
    }
