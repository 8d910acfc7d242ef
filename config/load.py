"""Reads CONFIG and reports every problem at once; nothing else of the program opens the file."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chamber.core.errors import ConfigError
from config import wording
from config.checks import problems, warnings
from config.files import file_problems, missing_secrets, settled, simulcast_problems
from config.model import Config
from config.salvage import salvage

MAX_BYTES = 1024 * 1024


def load(path: Path, *, tokens: bool = True) -> Config:
    """The configuration in `path`, whole and checked; relative paths in it are taken from its directory.

    Args:
        path: a TOML file.
        tokens: also demand that the files with tokens and other secrets are there and private. The processes that
            hold no account pass False; a camera's address in a file is then used where it can be read.

    Raises:
        ConfigError: with all problems, one line each: `file: key.path[3].name: what is wrong; what would be valid`.
    """
    config = settled(parse(read(path), path.name), path.parent.absolute())
    found = file_problems(config, secrets=tokens) + (missing_secrets(config) if tokens else [])
    if found:
        raise ConfigError([f"{path.name}: {problem}" for problem in found])
    return config


def load_with_warnings(path: Path) -> tuple[Config, list[str]]:
    """As `load`, with what works but is probably not meant, one line each; secrets that are not there yet are that too."""
    config = settled(parse(read(path), path.name), path.parent.absolute())
    found = file_problems(config, secrets=True)
    if found:
        raise ConfigError([f"{path.name}: {problem}" for problem in found])
    return config, [
        f"{path.name}: {warning}"
        for warning in [*missing_secrets(config), *simulcast_problems(config), *warnings(config)]
    ]


def read(path: Path) -> dict[str, Any]:
    """The tables of a TOML file, unchecked. Raises ConfigError when it is not there or not TOML."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError([f"{path.name}: larger than {MAX_BYTES} bytes; this is no configuration"])
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as exc:
        raise ConfigError([f"{path.name}: byte {exc.start} is not UTF-8; save the file as UTF-8"]) from exc
    except OSError as exc:
        raise ConfigError([f"{path}: cannot be read: {exc.strerror}; give the path of a configuration"]) from exc
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError([f"{path.name}: not valid TOML: {exc}"]) from exc


def parse(raw: Mapping[str, Any], name: str) -> Config:
    """Check tables without looking at any file; `name` stands before each problem. Raises ConfigError."""
    try:
        config = _validate(raw)
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        found = [wording.line(error) for error in errors]
        found += _further(raw, [error["loc"] for error in errors])
    else:
        found = problems(config)
        if not found:
            return config
    raise ConfigError([f"{name}: {problem}" for problem in found])


def _validate(raw: Mapping[str, Any]) -> Config:
    # Strict validation takes lists for tuples and words for enumerations only from JSON. A TOML date becomes a list,
    # which no key accepts in place of text.
    return Config.model_validate_json(json.dumps(raw, default=lambda moment: [str(moment)]))


def _further(raw: Mapping[str, Any], places: list[tuple[int | str, ...]]) -> list[str]:
    """Contradictions among the entries that have no problem of their own."""
    rest = salvage(raw, places)
    if rest is None:
        return []
    return [rest.in_file(problem) for problem in problems(_validate(rest.tables), rest.broken)]
