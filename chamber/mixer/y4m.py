"""The header of a YUV4MPEG2 stream; sans-IO."""

from dataclasses import dataclass

FRAME_MARK = b"FRAME\n"
HEADER_BYTES = 256
LARGEST = 4096
_COLOURS = ("420", "420jpeg", "420mpeg2", "420paldv")


@dataclass(frozen=True, slots=True)
class Y4mHeader:
    """Size of the pictures that follow; both even."""

    width: int
    height: int

    @property
    def frame_bytes(self) -> int:
        """One I420 picture, without its `FRAME_MARK`."""
        return self.width * self.height * 3 // 2


def parse_header(line: bytes) -> Y4mHeader:
    """The first line of a stream, without its line feed.

    Raises:
        ValueError: not YUV4MPEG2, not 4:2:0 with eight bits, or a size that is odd or beyond 4096.
    Source: mjpegtools, yuv4mpeg(5).
    """
    magic, *parameters = line.split(b" ")
    if magic != b"YUV4MPEG2":
        raise ValueError("this is no YUV4MPEG2 stream")
    values = {p[:1]: p[1:].decode("ascii", "replace") for p in parameters if p}
    colour = values.get(b"C", "420jpeg")
    if colour not in _COLOURS:
        raise ValueError(f"colour {colour[:20]} is not 4:2:0 with eight bits")
    sizes = values.get(b"W", ""), values.get(b"H", "")
    if not all(size.isdecimal() and len(size) < 6 for size in sizes):
        raise ValueError("the stream has no size")
    width, height = (int(size) for size in sizes)
    if width % 2 or height % 2 or not (0 < width <= LARGEST and 0 < height <= LARGEST):
        raise ValueError(f"size {width}x{height} is odd or too large")
    return Y4mHeader(width, height)
