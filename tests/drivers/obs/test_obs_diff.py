"""What is made and what is only reported, as properties over arbitrary states of OBS."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import EncodeError
from drivers.obs.collection import AddItem, Collection, CreateInput, CreateScene, Found, Step
from drivers.obs.diff import differences, missing
from drivers.obs.health import Counters, Cursors, Pace
from tests.drivers.obs.collections import BAR, CAM1, CAM2, SLATE, SOUND, WANTED, scene

NAMES = [one.name for one in WANTED.inputs]
inputs = st.dictionaries(
    st.sampled_from([*NAMES, "van een ander"]),
    st.tuples(
        st.sampled_from(["ffmpeg_source", "image_source"]),
        st.dictionaries(st.sampled_from(["input", "file"]), st.text()),
    ),
)
scenes = st.dictionaries(
    st.sampled_from(["raad cam1", "Balkon", "raad wacht", "Van een ander"]), st.lists(st.sampled_from(NAMES)).map(tuple)
)
founds = st.builds(Found, inputs, scenes)


def made(found: Found, steps: tuple[Step, ...]) -> Found:
    """OBS after these steps; refuses what OBS would refuse."""
    there, held = dict(found.inputs), {name: list(items) for name, items in found.scenes.items()}
    for step in steps:
        match step:
            case CreateScene(name):
                assert name not in held
                held[name] = []
            case CreateInput(name, item, one):
                assert one.name not in there and item.input == one.name
                there[one.name] = one.kind, one.settings
                held[name].append(one.name)
            case AddItem(name, item):
                assert item.input in there
                held[name].append(item.input)
    return replace(found, inputs=there, scenes={name: tuple(items) for name, items in held.items()})


@given(founds)
def test_making_what_is_absent_leaves_nothing_to_make_and_touches_nothing_that_was_there(found: Found) -> None:
    after = made(found, missing(found, WANTED))
    assert missing(after, WANTED) == ()
    assert {one.name for one in WANTED.scenes} <= set(after.scenes)
    for name, what in found.inputs.items():
        assert after.inputs[name] == what
    for name, items in found.scenes.items():
        assert after.scenes[name][: len(items)] == items


@given(founds)
def test_differences_name_only_what_exists_and_an_empty_obs_has_none(found: Found) -> None:
    known = set(found.inputs) | set(found.scenes)
    assert all(any(f"'{name}'" in line for name in known) for line in differences(found, WANTED))
    assert differences(Found(), WANTED) == ()
    assert differences(made(Found(), missing(Found(), WANTED)), WANTED) == ()


def test_a_scene_of_the_technicians_own_is_left_as_it_is() -> None:
    found = Found({}, {"Balkon": ("hun camera",)})
    assert all(step.scene != "Balkon" for step in missing(found, WANTED))
    assert differences(found, WANTED) == ()


def test_an_input_that_went_is_made_again_where_it_belongs() -> None:
    whole = made(Found(), missing(Found(), WANTED))
    gone = replace(
        whole,
        inputs={name: one for name, one in whole.inputs.items() if name != SOUND.name},
        scenes={name: tuple(i for i in items if i != SOUND.name) for name, items in whole.scenes.items()},
    )
    item = WANTED.scenes[0].items[1]
    assert missing(gone, WANTED) == (CreateInput("raad cam1", item, SOUND),)


def test_differences_say_what_where_and_show_no_password() -> None:
    found = Found(
        {
            CAM1.name: ("ffmpeg_source", {"input": "rtsp://wim:geheim@cam1/1?key=x", "is_local_file": False}),
            CAM2.name: ("dshow_input", {}),
            BAR.name: ("image_source", {"file": "/anders.png"}),
        },
        {"raad cam1": (CAM1.name, "een logo")},
        1920,
        1080,
        30.0,
        {"raad cam1": "Fade"},
    )
    lines = "\n".join(differences(found, WANTED))
    assert "input 'raad beeld cam1': input is rtsp://…@cam1/1 in OBS, rtsp://cam1/ in CONFIG" in lines
    assert "is a dshow_input in OBS" in lines
    assert "scene 'raad cam1': 'raad geluid' is not in it" in lines
    assert "'een logo' is in it and not from CONFIG" in lines
    assert "transition of its own, 'Fade'" in lines
    assert "1920x1080" in lines and "30 pictures a second" in lines
    assert "geheim" not in lines and "key=x" not in lines and "anders.png" not in lines


def test_a_plan_that_contradicts_itself_is_our_bug() -> None:
    with pytest.raises(EncodeError, match="raad beeld cam1"):
        missing(Found(), Collection(320, 180, (SLATE,), (scene("a", CAM1),)))


def test_pace_counts_the_worse_of_drawing_and_encoding_and_forgets_an_old_obs() -> None:
    pace = Pace()
    pace.add(Counters(1000, 500))
    assert pace.missed == 0.0
    pace.add(Counters(1100, 510, 100, 0))
    assert pace.missed == 0.1 and pace.lags
    pace.add(Counters(3000, 510, 2000, 0))
    assert not pace.lags
    pace.add(Counters(10, 10))
    assert pace.missed == 0.0


@given(st.lists(st.tuples(*[st.integers(0, 2000)] * 4)))
def test_pace_is_a_share_whatever_obs_says(readings: list[tuple[int, int, int, int]]) -> None:
    pace = Pace()
    for reading in readings:
        pace.add(Counters(*reading))
        assert 0.0 <= pace.missed <= 1.0


def test_counters_of_another_shape_are_nothing() -> None:
    assert Counters.read({"renderTotalFrames": "veel", "renderSkippedFrames": -1}) == Counters(0, 0)


def test_only_a_cursor_that_moves_is_alive() -> None:
    cursors = Cursors()
    assert cursors.state("cam1", 0) == ("none", None)
    cursors.add("cam1", 500, 0)
    assert cursors.state("cam1", 0)[0] == "stale"
    cursors.add("cam1", 540, 500)
    assert cursors.state("cam1", 500) == ("live", 0)
    for now_ms in range(1000, 6000, 500):
        cursors.add("cam1", 540, now_ms)
    assert cursors.state("cam1", 2500)[0] == "stale"
    assert cursors.state("cam1", 5500) == ("none", 5000)
    cursors.add("cam1", 580, 6000)
    assert cursors.state("cam1", 6000)[0] == "live"
    cursors.add("cam1", None, 6500)
    assert cursors.state("cam1", 6500) == ("none", None)
