"""Letters of five by five squares, for words that must be read from across the room."""

ROWS = 5

_LETTERS = {
    "A": (".##.", "#..#", "####", "#..#", "#..#"),
    "B": ("###.", "#..#", "###.", "#..#", "###."),
    "C": (".###", "#...", "#...", "#...", ".###"),
    "D": ("###.", "#..#", "#..#", "#..#", "###."),
    "E": ("####", "#...", "###.", "#...", "####"),
    "F": ("####", "#...", "###.", "#...", "#..."),
    "G": (".###", "#...", "#.##", "#..#", ".###"),
    "H": ("#..#", "#..#", "####", "#..#", "#..#"),
    "I": ("#", "#", "#", "#", "#"),
    "J": ("..##", "...#", "...#", "#..#", ".##."),
    "K": ("#..#", "#.#.", "##..", "#.#.", "#..#"),
    "L": ("#...", "#...", "#...", "#...", "####"),
    "M": ("#...#", "##.##", "#.#.#", "#...#", "#...#"),
    "N": ("#..#", "##.#", "#.##", "#..#", "#..#"),
    "O": (".##.", "#..#", "#..#", "#..#", ".##."),
    "P": ("###.", "#..#", "###.", "#...", "#..."),
    "Q": (".##.", "#..#", "#..#", "#.#.", ".#.#"),
    "R": ("###.", "#..#", "###.", "#.#.", "#..#"),
    "S": (".###", "#...", ".##.", "...#", "###."),
    "T": ("#####", "..#..", "..#..", "..#..", "..#.."),
    "U": ("#..#", "#..#", "#..#", "#..#", ".##."),
    "V": ("#...#", "#...#", ".#.#.", ".#.#.", "..#.."),
    "W": ("#...#", "#...#", "#.#.#", "##.##", "#...#"),
    "X": ("#..#", "#..#", ".##.", "#..#", "#..#"),
    "Y": ("#...#", ".#.#.", "..#..", "..#..", "..#.."),
    "Z": ("####", "..#.", ".#..", "#...", "####"),
    " ": ("..", "..", "..", "..", ".."),
}
_HALVES = {"..": " ", "#.": "▀", ".#": "▄", "##": "█"}


def _squares(word: str) -> list[str]:
    """Five rows of `#` and `.`; a letter without a drawing leaves a gap."""
    shapes = [_LETTERS.get(letter, _LETTERS[" "]) for letter in word.upper()]
    return [".".join(shape[row] for shape in shapes) for row in range(ROWS)]


def small(word: str) -> list[str]:
    """Three lines: each square one column wide and half a line high."""
    rows = [*_squares(word), "." * len(_squares(word)[0])]
    return ["".join(_HALVES[a + b] for a, b in zip(rows[i], rows[i + 1], strict=True)) for i in (0, 2, 4)]


def large(word: str) -> list[str]:
    """Five lines: each square two columns wide and a line high."""
    return ["".join("██" if square == "#" else "  " for square in row) for row in _squares(word)]


def fitting(words: tuple[str, ...], width: int, height: int) -> list[str]:
    """The largest drawing of the first word that fits, else of a shorter one, else the plain word on one line."""
    for draw, rows in ((large, 5), (small, 3)):
        for word in words:
            lines = draw(word)
            if height >= rows and len(lines[0]) <= width:
                return lines
    return [words[-1][:width]]
