"""example.toml documents every key that exists, and says the defaults that hold."""

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import config
from config.checks import warnings
from config.devices import (
    ExtronSwitcher,
    FixedCamera,
    PanasonicCamera,
    ViscaRawUdpCamera,
    ViscaSerialCamera,
    ViscaTcpCamera,
    ViscaUdpCamera,
)
from config.director import Director, PhasePolicies
from config.load import parse, read
from config.microphones import (
    ConferoMicrophones,
    DcnMicrophones,
    DicentisMicrophones,
    ShureDisMicrophones,
    X32Microphones,
    XAirMicrophones,
)
from config.model import (
    Account,
    AgendaEntry,
    Alarms,
    Config,
    Control,
    Data,
    DisplayEntry,
    EdgeEntry,
    GroupEntry,
    HallSection,
    Mixer,
    Osc,
    PersonEntry,
    Public,
    Recording,
    SeatEntry,
    ShotEntry,
    SimulcastEntry,
    Sound,
    SoundAlso,
    Stream,
    ZoneEntry,
)
from config.patterned import LineRule, LinesMicrophones, OscMicrophones, OscRule

EXAMPLE = Path(config.__file__).parent / "example.toml"

SECTIONS: dict[str, tuple[type[BaseModel], ...]] = {
    "hall": (HallSection,),
    "data": (Data,),
    "microphones": (
        X32Microphones,
        XAirMicrophones,
        DicentisMicrophones,
        DcnMicrophones,
        ConferoMicrophones,
        ShureDisMicrophones,
        LinesMicrophones,
        OscMicrophones,
    ),
    "cameras": (ViscaUdpCamera, ViscaTcpCamera, ViscaRawUdpCamera, ViscaSerialCamera, PanasonicCamera, FixedCamera),
    "sound": (Sound,),
    "sound.also": (SoundAlso,),
    "seats": (SeatEntry,),
    "groups": (GroupEntry,),
    "people": (PersonEntry,),
    "agenda": (AgendaEntry,),
    "switchers": (ExtronSwitcher,),
    "mixer": (Mixer,),
    "director": (Director,),
    "director.phase_policy": (PhasePolicies,),
    "stream": (Stream,),
    "recording": (Recording,),
    "simulcast": (SimulcastEntry,),
    "zones": (ZoneEntry,),
    "displays": (DisplayEntry,),
    "edges": (EdgeEntry,),
    "public": (Public,),
    "control": (Control,),
    "osc": (Osc,),
    "alarms": (Alarms,),
    "accounts": (Account,),
}


def documented() -> Iterator[tuple[str, str, str]]:
    """(section, key, comment) for each key with a comment above it."""
    section, comment = "", ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            comment += line[1:]
        elif header := re.fullmatch(r"\[\[?([a-z_.]+)\]\]?", line):
            section, comment = header[1], ""
        elif key := re.match(r"([a-z0-9_]+) = ", line):
            if comment:
                yield section, key[1], comment
            comment = ""
        elif not line.strip():
            comment = ""


COMMENTS = {(section, key): comment for section, key, comment in documented()}
FIELDS = [
    (section, name, [model.model_fields[name] for model in models if name in model.model_fields])
    for section, models in SECTIONS.items()
    for name in dict.fromkeys(name for model in models for name in model.model_fields)
    if f"{section}.{name}" not in SECTIONS
]


def said_default(field: FieldInfo) -> Any:
    """The default as TOML has it; None is "none"."""
    value = field.default
    if isinstance(value, StrEnum):
        return value.value
    return [str(item) for item in value] if isinstance(value, tuple) else value


def test_the_example_is_right_and_needs_no_warning() -> None:
    assert warnings(parse(read(EXAMPLE), "example.toml")) == []


def test_every_section_of_the_model_is_looked_at() -> None:
    assert {section.partition(".")[0] for section in SECTIONS} == set(Config.model_fields)


@pytest.mark.parametrize(("section", "key", "fields"), FIELDS, ids=[f"{section}.{name}" for section, name, _ in FIELDS])
def test_each_key_is_documented_with_its_default(section: str, key: str, fields: list[FieldInfo]) -> None:
    comment = COMMENTS[section, key]
    required = any(field.is_required() for field in fields)
    if required:
        assert comment.endswith(" Required."), comment
        return
    defaults = {repr(said_default(field)) for field in fields}
    if len(defaults) > 1:
        words = {True: "true", False: "false"}
        said = (said_default(field) for field in fields)
        assert all((words[one] if isinstance(one, bool) else str(one)) in comment for one in said), comment
        return
    said = re.search(r"Default: (.+?)\.?$", comment)
    assert said, comment
    default = said_default(fields[0])
    if default is None:
        assert said[1].startswith("none"), comment
    else:
        assert tomllib.loads(f"value = {said[1]}")["value"] == default


def test_nothing_is_documented_that_does_not_exist() -> None:
    assert set(COMMENTS) <= {(section, name) for section, name, _ in FIELDS}


@pytest.mark.parametrize("key", ShotEntry.model_fields)
def test_the_keys_of_a_shot_stand_in_the_comment_of_shots(key: str) -> None:
    assert key in COMMENTS["seats", "shots"]


@pytest.mark.parametrize(("section", "key", "fields"), FIELDS, ids=[f"{section}.{name}" for section, name, _ in FIELDS])
def test_ranges_and_words_are_said(section: str, key: str, fields: list[FieldInfo]) -> None:
    comment = COMMENTS[section, key]
    for field in fields:
        for limit in field.metadata:
            for name in ("ge", "le"):
                number = getattr(limit, name, None)
                if number is not None and abs(number) != 100:
                    assert re.search(rf"(?<!\d){number:g}(?!\d)|part_ms to", comment) or key == "facing_deg", comment
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, StrEnum) and section != "director.phase_policy":
            assert all(f'"{word.value}"' in comment for word in annotation), comment
        if all(isinstance(word, str) for word in get_args(annotation)):
            assert all(f'"{word}"' in comment for word in get_args(annotation)), comment


@pytest.mark.parametrize("key", dict.fromkeys([*LineRule.model_fields, *OscRule.model_fields]))
def test_the_keys_of_a_rule_stand_in_the_comment_of_rules(key: str) -> None:
    assert key in COMMENTS["microphones", "rules"]
