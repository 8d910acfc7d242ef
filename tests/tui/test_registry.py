"""The registry: every action has a key of its own, a label and a help text, and a way to be carried out."""

import pytest

from tests.tui import evening
from tui import labels
from tui.actions import ACTIONS, BY_ID, Situation, bound_keys, works_in_dialogs
from tui.dialogs import FLOWS
from tui.screens.reading import help_text, shown_keys

LOCAL = {"help", "info", "cancel", "quit"}


def test_no_key_does_two_things() -> None:
    keys = [key for action in ACTIONS for key in bound_keys(action)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_has_keys_words_and_a_way(action: object) -> None:
    found = BY_ID[getattr(action, "id", "")]
    assert found.keys
    assert found.label and found.help.endswith(".")
    assert found.group in labels.GROUPS
    assert (found.build is not None) + (found.id in FLOWS) + (found.id in LOCAL) == 1
    assert found.two_step == (found.id in labels.CONFIRM_WHAT)


def test_labels_hold_no_words_for_actions_that_do_not_exist() -> None:
    assert set(labels.ACTIONS) == set(BY_ID) and set(FLOWS) <= set(BY_ID)


def test_help_lists_every_action_with_its_keys() -> None:
    text = help_text(80).plain
    for action in ACTIONS:
        assert f"{shown_keys(action):<12} {action.label}" in text
    assert all(len(line) <= 80 for line in text.split("\n"))


def test_caps_lock_changes_nothing() -> None:
    for action in ACTIONS:
        for key in action.keys:
            if len(key) == 1 and key.isalpha():
                assert {key, key.upper()} <= set(bound_keys(action))


def test_what_shuts_out_the_public_takes_one_press_anywhere_and_what_lets_in_takes_two() -> None:
    for id in ("panic", "suspend", "close_doors", "close"):
        action = BY_ID[id]
        assert not action.two_step and action.urgent
        assert any(works_in_dialogs(action, key) for key in action.keys)
    for id in ("open", "reopen_doors", "end", "publish"):
        assert BY_ID[id].two_step and not BY_ID[id].anywhere


def test_steps_of_the_meeting_work_by_letter_or_sign_and_by_function_key() -> None:
    for action in ACTIONS:
        if action.step and action.id != "suspend_until":
            assert any(key[0] == "f" and key[1:].isdigit() for key in action.keys)
            assert any(len(key) == 1 or key == "asterisk" for key in action.keys)


def test_silence_is_allowed_and_the_same_key_ends_it() -> None:
    view, build = evening.view("open"), BY_ID["silence"].build
    assert build
    assert build(Situation(view)).seconds == 60  # type: ignore[union-attr]
    quiet = view.model_copy(update={"levels": view.levels.model_copy(update={"silence_paused_until_ms": 1})})
    assert build(Situation(quiet)).seconds == 0  # type: ignore[union-attr]
