"""Captions of a recording: nothing withheld, nothing of closed doors, nobody who withheld the name."""

from dataclasses import replace
from io import BytesIO

import av
import pytest

from chamber.core.captions import Cue, without_names
from chamber.core.dossier import Dossier
from chamber.exports import captions
from chamber.exports.package import BUILDERS, Making
from tests.chamber.exports import evening

TOLD = evening.story()


def cue(from_s: float, to_s: float, text: str, media: str | None = None) -> Cue:
    return Cue(TOLD.ms(from_s), TOLD.ms(to_s), text, media)


def dossier(*cues: Cue) -> Dossier:
    return replace(evening.dossier(), captions=cues)


def texts(kept: Dossier, number: int = 0) -> list[str]:
    return [line.text for line in captions.of(kept, kept.media[number])]


def test_a_cue_names_who_spoke_and_is_a_file_that_players_read() -> None:
    kept = dossier(cue(202, 205, "Dank u, <voorzitter>\n& raad"), cue(63, 66, "Ik ben Wil van den Geheim"))
    text = captions.webvtt(captions.of(kept, kept.media[0]))
    assert "00:03:12.000 --> 00:03:15.000\n<v Jan de Boer>Dank u, &lt;voorzitter&gt;\n&amp; raad</v>" in text
    assert "<v Inspreker 1>Ik ben [naam]</v>" in text
    with av.open(BytesIO(text.encode()), "r", format="webvtt") as found:
        assert [packet.pts for packet in found.demux() if packet.pts is not None] == [53_000, 192_000]
    files = BUILDERS["vtt"](kept, Making(evening.NOW, ""))
    assert files["opname-1.captions.vtt"].decode() == text
    assert "opname-2.captions.vtt" not in files


@pytest.mark.parametrize(
    ("from_s", "to_s", "why"),
    [
        (2, 5, "before the meeting was opened"),
        (308, 312, "over the moment at which the doors were closed"),
        (500, 505, "behind closed doors"),
        (908, 912, "over the moment at which they opened"),
        (299, 300.5, "over the end of a fragment that is withheld"),
        (275, 280, "in a fragment that is withheld"),
        (1099, 1101, "over the end of the meeting"),
    ],
)
def test_what_may_not_be_shown(from_s: float, to_s: float, why: str) -> None:
    kept = dossier(cue(from_s, to_s, why), cue(220, 221, "wel"))
    assert texts(kept) == ["wel"]
    assert texts(kept, 1) == []


def test_checked_captions_take_the_place_of_live_ones() -> None:
    kept = dossier(cue(202, 205, "dank u foorzitter"), cue(202, 204, "Dank u, voorzitter.", "opname-1"))
    assert texts(kept) == ["Dank u, voorzitter."]
    assert kept.checked == {"opname-1"}
    assert texts(dossier(cue(912, 915, "live"), cue(202, 204, "nagekeken", "opname-1")), 1) == ["live"]


def test_a_cut_in_the_recording_takes_the_cues_that_lie_across_it() -> None:
    kept = dossier(cue(202, 205, "weg"), cue(207, 208, "blijft"), cue(190, 195, "ervoor"))
    media = replace(kept.media[0], spans=((TOLD.ms(10), TOLD.ms(204)), (TOLD.ms(206), TOLD.ms(310))))
    assert [(line.text, line.from_ms) for line in captions.of(kept, media)] == [
        ("ervoor", 180_000),
        ("blijft", 195_000),
    ]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Dank u, mevrouw Van  den Geheim.", "Dank u, mevrouw [naam]."),
        ("wil van den geheim woont hier", "[naam] woont hier"),
        ("het woord is aan GEHEIM", "het woord is aan [naam]"),
        ("dat is geheimhouding, ik wil dat", "dat is geheimhouding, ik wil dat"),
    ],
)
def test_names_are_taken_out_as_they_are_said(said: str, left: str) -> None:
    assert without_names(said, [evening.SECRET_NAME]) == left
    assert without_names(said, []) == said
