"""Unmuted is not speaking: thresholds, times and meter banks."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import EncodeError
from drivers.sim.x32_desk import Desk
from drivers.sim.x32_osc import pack
from drivers.sim.xair import XAirDesk
from drivers.x32.families import SILENT_DB, X32_FAMILY, XAIR_FAMILY, Family, read_bank
from drivers.x32.speech import BY_GATE, Voice, by_level, hear

HOW = by_level(-40.0)


def said(signals: list[tuple[int, float]], voice: Voice | None = None) -> list[bool]:
    """What is believed after each (ms, dB)."""
    voice, believed = voice or Voice(), []
    for now_ms, signal_db in signals:
        voice = hear(voice, signal_db, now_ms, HOW)
        believed.append(voice.speaking)
    return believed


def test_speech_is_a_level_that_is_held() -> None:
    assert said([(0, -20), (50, -20), (100, -20)]) == [False, False, True]


def test_a_knock_on_the_desk_is_no_speech() -> None:
    assert said([(0, -5), (50, -60), (100, -5), (150, -60)]) == [False] * 4


def test_a_pause_between_words_ends_nothing() -> None:
    talking = Voice(speaking=True)
    assert said([(0, -70), (1400, -70), (1450, -20), (1500, -70), (2950, -70)], talking) == [True] * 5


def test_silence_ends_it_after_its_time() -> None:
    assert said([(0, -70), (1500, -70)], Voice(speaking=True)) == [True, False]


def test_between_the_thresholds_all_stays_as_it_is() -> None:
    assert said([(n * 1000, -43) for n in range(5)]) == [False] * 5
    assert said([(n * 1000, -43) for n in range(5)], Voice(speaking=True)) == [True] * 5


@given(st.lists(st.floats(-46, -40, exclude_max=True), max_size=40), st.booleans())
def test_whatever_flutters_between_the_thresholds_changes_nothing(signals: list[float], speaking: bool) -> None:
    assert set(said([(n * 500, db) for n, db in enumerate(signals)], Voice(speaking))) <= {speaking}


@given(st.lists(st.tuples(st.integers(0, 300), st.floats(-128, 10)), max_size=60))
def test_changes_are_as_far_apart_as_the_times_say(steps: list[tuple[int, float]]) -> None:
    voice, now_ms, changed_ms = Voice(), 0, 0
    for wait_ms, signal_db in steps:
        now_ms += wait_ms
        before, voice = voice, hear(voice, signal_db, now_ms, HOW)
        if voice.speaking is not before.speaking:
            assert now_ms - changed_ms >= (HOW.attack_ms if voice.speaking else HOW.release_ms)
            changed_ms = now_ms


def test_a_gate_that_opens_is_speech() -> None:
    voice = hear(hear(Voice(), -0.2, 0, BY_GATE), -0.2, 100, BY_GATE)
    assert voice.speaking
    assert not hear(hear(voice, -40.0, 200, BY_GATE), -40.0, 700, BY_GATE).speaking


def meters(desk: Desk, bank: str) -> bytes:
    blob = desk.meters(bank, None)
    assert blob is not None
    return pack(bank, "b", blob)


@pytest.mark.parametrize(("family", "desk", "size"), [(X32_FAMILY, Desk(), 408), (XAIR_FAMILY, XAirDesk(), 104)])
def test_levels_and_gates_are_read_in_decibels(family: Family, desk: Desk, size: int) -> None:
    desk.levels[0], desk.levels[1], desk.gates[2] = 1.0, 0.01, 0.1
    levels = meters(desk, family.level.address)
    assert len(levels) == size  # the document: 408 bytes
    read = read_bank(levels, family.level, family.channels)
    assert read is not None
    assert len(read) == family.channels
    assert read[:3] == pytest.approx((0.0, -40.0, SILENT_DB), abs=0.01)
    gates = read_bank(meters(desk, family.gate.address), family.gate, family.channels)
    assert gates is not None
    assert gates[:3] == pytest.approx((0.0, 0.0, -20.0), abs=0.01)


def test_a_bank_of_the_other_family_or_cut_short_is_not_read() -> None:
    whole = meters(Desk(), "/meters/1")
    assert read_bank(whole, X32_FAMILY.level, 32) is not None
    assert read_bank(meters(XAirDesk(), "/meters/1"), X32_FAMILY.level, 32) is None
    assert read_bank(meters(XAirDesk(), "/meters/1"), XAIR_FAMILY.gate, 16) is None
    assert {read_bank(whole[:size], X32_FAMILY.level, 32) for size in range(len(whole))} == {None}


def test_a_meter_that_is_no_number_is_silence() -> None:
    blob = struct.pack("<i", 96) + struct.pack("<f", float("nan")) + struct.pack("<f", -1.0) + bytes(94 * 4)
    read = read_bank(pack("/meters/1", "b", blob), X32_FAMILY.level, 32)
    assert read is not None
    assert set(read) == {SILENT_DB}


@given(st.binary(max_size=120), st.sampled_from([X32_FAMILY, XAIR_FAMILY]))
def test_noise_is_no_bank_and_never_raises(noise: bytes, family: Family) -> None:
    for start in (b"", b"/meters/1\0\0\0", b"/meters/1\0\0\0,b\0\0", b"/meters/1\0\0\0,b\0\0\x00\x00\x00\x54"):
        read = read_bank(start + noise, family.level, family.channels)
        assert read is None or len(read) == family.channels


@pytest.mark.parametrize("channel", ["0", "17", "99", "001", "", "a", "٣", "-1"])
def test_a_stage_box_has_sixteen_channels(channel: str) -> None:
    with pytest.raises(EncodeError):
        XAIR_FAMILY.number(channel)


def test_channels_are_numbered_with_two_digits_in_addresses() -> None:
    assert [X32_FAMILY.number(channel) for channel in ("3", "03", "32")] == ["03", "03", "32"]
