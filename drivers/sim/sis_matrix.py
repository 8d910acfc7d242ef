"""A presentation matrix as its front panel knows it: ties, mutes, presets. No wire here."""

from dataclasses import dataclass, field

VIDEO, AUDIO = "video", "audio"
BOTH = (VIDEO, AUDIO)
PRESETS = 32


class RefusedError(Exception):
    """The matrix does not do that; `number` is the error of the manual."""

    def __init__(self, number: int) -> None:
        super().__init__(f"E{number:02d}")
        self.number = number


NO_INPUT, UNKNOWN, NO_PRESET, NO_OUTPUT, BAD_VALUE = 1, 10, 11, 12, 13


@dataclass(slots=True)
class Matrix:
    """Inputs and outputs count from 1; input 0 means untied. Every method raises RefusedError for what is not there."""

    inputs: int
    outputs: int
    ties: dict[str, dict[int, int]] = field(init=False)
    video_mutes: dict[int, int] = field(init=False)
    audio_mutes: dict[int, int] = field(init=False)
    presets: dict[int, dict[str, dict[int, int]]] = field(init=False, default_factory=dict)
    signals: set[int] = field(init=False)
    locked: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.ties = {layer: dict.fromkeys(range(1, self.outputs + 1), 0) for layer in BOTH}
        self.video_mutes = dict.fromkeys(range(1, self.outputs + 1), 0)
        self.audio_mutes = dict.fromkeys(range(1, self.outputs + 1), 0)
        self.signals = set(range(1, self.inputs + 1))

    def check_tie(self, source: int, output: int | None) -> None:
        """Refuse an input or output that is not there; output None is all of them."""
        if not 0 <= source <= self.inputs:
            raise RefusedError(NO_INPUT)
        if output is not None:
            self.check_output(output)

    def check_output(self, output: int) -> None:
        """Refuse an output that is not there."""
        if not 1 <= output <= self.outputs:
            raise RefusedError(NO_OUTPUT)

    def tie(self, source: int, output: int | None, layers: tuple[str, ...]) -> None:
        """Tie an input to an output, or to all."""
        self.check_tie(source, output)
        for layer in layers:
            for each in self.ties[layer] if output is None else (output,):
                self.ties[layer][each] = source

    def tied(self, output: int, layer: str) -> int:
        """The input on an output."""
        self.check_output(output)
        return self.ties[layer][output]

    def mute(self, mutes: dict[int, int], output: int | None, state: int, highest: int) -> None:
        """Mute (1, 2) or unmute (0) one output or all."""
        if not 0 <= state <= highest:
            raise RefusedError(BAD_VALUE)
        if output is not None:
            self.check_output(output)
        for each in mutes if output is None else (output,):
            mutes[each] = state

    def mute_word(self) -> str:
        """One digit per output: 0 none, 1 video, 2 audio, 3 both."""
        return "".join(
            str(bool(self.video_mutes[output]) + 2 * bool(self.audio_mutes[output])) for output in self.video_mutes
        )

    def save(self, preset: int) -> None:
        """Keep the present ties."""
        if not 1 <= preset <= PRESETS:
            raise RefusedError(NO_PRESET)
        self.presets[preset] = {layer: dict(ties) for layer, ties in self.ties.items()}

    def recall(self, preset: int) -> None:
        """Bring back kept ties."""
        if preset not in self.presets:
            raise RefusedError(NO_PRESET)
        self.ties = {layer: dict(ties) for layer, ties in self.presets[preset].items()}
