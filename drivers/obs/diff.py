"""What is to be made in OBS, and what differs there from CONFIG; pure. Nothing here changes or removes what exists."""

from typing import Any

from chamber.core.errors import EncodeError
from drivers.obs.collection import AddItem, Collection, CreateInput, CreateScene, Found, Input, Step

SHOWN_CHARS = 60
RATE = 25.0


def missing(found: Found, wanted: Collection) -> tuple[Step, ...]:
    """What to make, in order; empty when everything is there.

    A scene that exists is complete as it is: whoever took something out of it meant that. Only the sound of the hall and
    the name bar are put back by hand; `differences` names what is not there.

    Raises:
        EncodeError: a wanted scene holds an input that is not wanted, or an input has no scene to be made in.
    """
    inputs = {one.name: one for one in wanted.inputs}
    there, steps = set(found.inputs), list[Step]()
    for scene in wanted.scenes:
        if scene.name in found.scenes:
            continue
        steps.append(CreateScene(scene.name))
        for item in scene.items:
            if item.input not in inputs:
                raise EncodeError(f"scene {scene.name} wants {item.input}, which is no input")
            if item.input in there:
                steps.append(AddItem(scene.name, item))
            else:
                steps.append(CreateInput(scene.name, item, inputs[item.input]))
                there.add(item.input)
    for scene in wanted.scenes:
        # an input can be gone while its scenes stand: it is made in the first and put into the others
        if scene.name not in found.scenes or scene.theirs:
            continue
        for item in scene.items:
            if item.input in found.inputs:
                continue
            if item.input in there:
                steps.append(AddItem(scene.name, item))
            else:
                steps.append(CreateInput(scene.name, item, inputs[item.input]))
                there.add(item.input)
    return tuple(steps)


def differences(found: Found, wanted: Collection) -> tuple[str, ...]:
    """What exists and is not as CONFIG says, one line each, for the technician; none of it is changed by us."""
    lines = []
    for one in wanted.inputs:
        if one.name in found.inputs:
            lines += _input(one, *found.inputs[one.name])
    for scene in wanted.scenes:
        there = found.scenes.get(scene.name)
        if there is None or scene.theirs:
            continue
        for item in scene.items:
            if item.input not in there:
                lines.append(f"scene '{scene.name}': '{item.input}' is not in it; CONFIG wants it there")
        known = {item.input for item in scene.items}
        lines += [
            f"scene '{scene.name}': '{_shown(name)}' is in it and not from CONFIG"
            for name in there
            if name not in known
        ]
    for scene in wanted.scenes:
        if scene.name in found.overrides:
            lines.append(
                f"scene '{scene.name}': has a transition of its own, '{_shown(found.overrides[scene.name])}'; cuts are wanted"
            )
    if found.width and (found.width, found.height) != (wanted.width, wanted.height):
        lines.append(
            f"video: OBS puts out {found.width}x{found.height}, [mixer] wants {wanted.width}x{wanted.height}; it is scaled"
        )
    if abs(found.rate - RATE) > 0.01:
        lines.append(
            f"video: OBS runs at {found.rate:g} pictures a second, {RATE:g} are wanted; set it in OBS, Settings, Video"
        )
    return tuple(lines)


def _input(one: Input, kind: str, settings: Any) -> list[str]:
    if kind != one.kind:
        return [f"input '{one.name}': is a {_shown(kind)} in OBS, CONFIG makes it a {one.kind}"]
    return [
        f"input '{one.name}': {key} is {_shown(settings.get(key))} in OBS, {_shown(value)} in CONFIG"
        for key, value in one.settings.items()
        if key != one.file_key and settings.get(key) != value
    ]


def _shown(value: object) -> str:
    """A value from OBS or CONFIG; an address's user name and password never show."""
    text = str(value)
    before, found, after = text.partition("://")
    if found:
        host, slash, rest = after.partition("/")
        text = f"{before}://{'…@' if '@' in host else ''}{host.rpartition('@')[2]}{slash}{rest.partition('?')[0]}"
    return "".join(c for c in text if c.isprintable())[:SHOWN_CHARS]
