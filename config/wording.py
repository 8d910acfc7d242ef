"""Turns pydantic's findings into lines that a technician can act on: where, what is wrong, what would be valid."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from config.base import ID_PATTERN
from config.devices import WITHOUT_DRIVER
from config.microphones import FINGERPRINT_PATTERN, PARAMETER_PATTERN
from config.model import MIC_PATTERN, Config

NOT_YET: dict[str, str] = {
    "simulcast": "sending on to platforms is not available in this version",
    "edges": "purging of edge caches is not available in this version",
    "tally": "tally lights are not available in this version",
    "displays": "displays are not available in this version",
    "stream.encoder": "x264 is the only encoder in this version",
    "mixer.host": "only the built-in mixer is available in this version",
    "mixer.port": "only the built-in mixer is available in this version",
    "mixer.password_file": "only the built-in mixer is available in this version",
    "cameras.scene": "OBS is not available in this version",
}

PATTERNS = {
    ID_PATTERN: "an id: 1 to 40 of a-z, 0-9, - and _, first a letter or digit",
    MIC_PATTERN: 'a microphone as "system:channel", such as "desk:12"',
    FINGERPRINT_PATTERN: "the SHA-256 fingerprint of the server's certificate: 64 hexadecimal digits, colons as you like",
    PARAMETER_PATTERN: "a parameter's name: 1 to 40 letters, digits, - and _",
}

KINDS = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}

BOUNDS = {
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "string_too_short": "not empty",
    "string_too_long": "at most {max_length} characters",
    "too_long": "at most {max_length} entries",
    "too_short": "at least {min_length} entries",
}


def line(error: ErrorDetails) -> str:
    """One problem as `key.path[3].name: what is wrong; what would be valid`."""
    path, plain, known = _walk(error["loc"])
    return f"{path or 'the file'}: {_what(error, plain, known)}"


def _what(error: ErrorDetails, plain: str, known: Mapping[str, Any]) -> str:
    kind, context, given = error["type"], error.get("ctx", {}), error["input"]
    if kind == "missing":
        return "is missing; it has no default"
    if kind == "extra_forbidden":
        return _unknown_key(plain, known)
    if kind == "union_tag_not_found":
        return "has no driver; name one"
    if kind == "union_tag_invalid":
        return _driver(plain, str(context["tag"]), str(context["expected_tags"]))
    if kind in {"literal_error", "enum"}:
        expected = re.sub(r"<[\w.]+: ('[^']*')>", r"\1", str(context["expected"]))
        if plain.endswith(".driver"):
            return _driver(plain.removesuffix(".driver"), str(given), expected)
        return f"is {_shown(given)}; must be {expected}"
    if kind == "string_pattern_mismatch":
        return f"is {_shown(given)}; must be {PATTERNS[str(context['pattern'])]}"
    if kind in KINDS:
        return f"is {_shown(given)}; must be {KINDS[kind]}"
    if kind in BOUNDS:
        shown = f"has {len(given)}" if kind in {"too_long", "too_short"} else f"is {_shown(given)}"
        return f"{shown}; must be {BOUNDS[kind].format(**context)}"
    if kind == "value_error":
        return str(context["error"])
    return error["msg"]


def _unknown_key(plain: str, known: Mapping[str, Any]) -> str:
    if plain in NOT_YET:
        return f"{NOT_YET[plain]}; leave it out"
    name = plain.rpartition(".")[2]
    near = get_close_matches(name, known, n=1)
    return f"is not a known key; {f'did you mean {near[0]}' if near else 'known here: ' + ', '.join(known)}"


def _driver(section: str, name: str, expected: str) -> str:
    if name in WITHOUT_DRIVER.get(section, ()):
        return f"driver '{name}' is not available in this version; available: {expected}"
    return f"there is no driver '{name}'; available: {expected}"


def _shown(given: object) -> str:
    if isinstance(given, Mapping):
        return "a table"
    if isinstance(given, list | tuple):
        return "a list"
    if isinstance(given, bool):
        return str(given).lower()
    return repr(given)[:60]


def _walk(loc: tuple[int | str, ...]) -> tuple[str, str, Mapping[str, Any]]:
    """The path as written in the file, the same without positions, and the keys that are known at its last table."""
    path, plain, here = "", "", Config
    kind: Any = Config
    known: Mapping[str, Any] = here.model_fields
    for step in loc:
        kind = _bare(kind)
        if get_origin(kind) in {Union, UnionType}:
            kind = _tagged(kind, step)
            continue
        if isinstance(step, int):
            path += f"[{step}]"
            kind = get_args(kind)[0] if get_args(kind) else None
            continue
        shown = step if step.isprintable() else repr(step)  # a line stays a line, whatever a key holds
        path += f".{shown}" if path else shown
        plain += f".{step}" if plain else step
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            known = kind.model_fields
            kind = known[step].annotation if step in known else None
        else:
            kind = None
    return path, plain, known


def _bare(kind: Any) -> Any:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in {Union, UnionType}:
        real = [arm for arm in get_args(kind) if arm is not type(None)]
        if len(real) == 1:
            return _bare(real[0])
    return kind


def _tagged(union: Any, tag: int | str) -> Any:
    for arm in get_args(union):
        driver = arm.model_fields.get("driver") if isinstance(arm, type) and issubclass(arm, BaseModel) else None
        if driver is not None and tag in get_args(driver.annotation):
            return arm
    return None
