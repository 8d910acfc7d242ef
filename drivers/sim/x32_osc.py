"""OSC 1.0 messages as the X32 speaks them: packed and unpacked by hand, four types."""

import struct
from dataclasses import dataclass

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `tags` are the type letters without the comma, empty for a question without type tag too."""

    address: str
    tags: str = ""
    values: tuple[Value | bytes, ...] = ()


def packed_text(text: str) -> bytes:
    """A string with its zero and padded to four."""
    data = text.encode("latin-1", "replace")
    return data + b"\0" * (4 - len(data) % 4)


def pack(address: str, tags: str = "", *values: Value | bytes) -> bytes:
    """One datagram; `tags` letters i f s b, one per value."""
    parts = [packed_text(address), packed_text("," + tags)]
    for tag, value in zip(tags, values, strict=True):
        match tag, value:
            case "i", int():
                parts.append(struct.pack(">i", value))
            case "f", int() | float():
                parts.append(struct.pack(">f", value))
            case "s", str():
                parts.append(packed_text(value))
            case "b", bytes():
                parts.append(struct.pack(">i", len(value)) + value + b"\0" * (-len(value) % 4))
            case _:
                raise ValueError(f"{value!r} is no {tag}")
    return b"".join(parts)


def unpack(data: bytes) -> Message | None:
    """Read one datagram, with or without type tag; None for anything that is no message of ours."""
    try:
        address, at = _text(data, 0)
        if at >= len(data):
            return Message(address)
        tags, at = _text(data, at)
        if not tags.startswith(","):
            return None
        values: list[Value | bytes] = []
        for tag in tags[1:]:
            if tag in "if":
                values.append(struct.unpack_from(f">{tag}", data, at)[0])
                at += 4
            elif tag == "s":
                text, at = _text(data, at)
                values.append(text)
            elif tag == "b":
                (size,) = struct.unpack_from(">i", data, at)
                if not 0 <= size <= len(data) - at - 4:
                    return None
                values.append(data[at + 4 : at + 4 + size])
                at += 4 + size + -size % 4
            else:
                return None
        return Message(address, tags[1:], tuple(values))
    except (ValueError, struct.error):
        return None


def same_bits(value: int | float, stored_as: str) -> int | float:
    """The four bytes of a number read as another type: float 1.0 becomes the integer 1065353216."""
    held = "i" if isinstance(value, int) else "f"
    number: int | float = struct.unpack(f">{stored_as}", struct.pack(f">{held}", value))[0]
    return number


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\0", at)
    return data[at:end].decode("latin-1"), end + 4 - (end - at) % 4
