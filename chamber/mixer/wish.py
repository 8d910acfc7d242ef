"""What the controller wants of the mixer, and its JSON form."""

from dataclasses import dataclass

from chamber.graphics import clean
from chamber.labels import SLATES

ID_CHARS = 80


@dataclass(frozen=True, slots=True)
class BarText:
    """The words of a name bar, ready to be drawn."""

    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A whole wish; the newest one holds. Before the first one: no input, and no sound."""

    programme: str | None = None
    inset: str | None = None
    slate: str | None = None
    slate_text: str | None = None
    bar: BarText | None = None
    mute: bool = True
    cut_id: int | None = None


def parse_wish(raw: object) -> Wish | None:
    """A wish from its JSON form, or None when it is not one; a slate of an unknown kind is the plain "fault"."""
    if not isinstance(raw, dict):
        return None
    programme, slate, text = raw.get("programme"), raw.get("slate"), raw.get("slate_text")
    inset = raw.get("inset")
    mute, cut_id, bar = raw.get("mute", False), raw.get("cut_id"), raw.get("bar")
    if not all(value is None or isinstance(value, str) for value in (programme, inset, slate, text)):
        return None
    if not isinstance(mute, bool) or not (cut_id is None or type(cut_id) is int):
        return None
    words: BarText | None = None
    if bar is not None:
        if not isinstance(bar, dict) or not isinstance(bar.get("name"), str):
            return None
        detail = bar.get("detail")
        words = BarText(clean(bar["name"]), clean(detail) if isinstance(detail, str) else "")
    return Wish(
        programme=programme[:ID_CHARS] if programme else None,
        inset=inset[:ID_CHARS] if inset else None,
        slate=slate if slate is None or slate in SLATES else "fault",
        slate_text=clean(text) if text else None,
        bar=words if words and (words.name or words.detail) else None,
        mute=mute,
        cut_id=cut_id,
    )
