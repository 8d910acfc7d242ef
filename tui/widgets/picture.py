"""Cameras and the line with mode, stream, viewers and sound."""

from textual.content import Content

from chamber.wire import CameraView, StateView
from tui import labels
from tui.formats import decimal
from tui.view import reaches_public, silent
from tui.widgets.panel import Panel

FLOOR_DBFS = -60.0
LOUD_DBFS = -6.0


class CameraPanel(Panel):
    """One line per camera: its key, link, place, whether it moves, and whether it is in the picture."""

    reads = ("cameras", "meeting", "public")

    def draw(self, view: StateView) -> Content:
        if not view.cameras:
            return Content(labels.NO_CAMERAS).stylize("$soft")
        return self.rows(
            *(
                self._line(number, name, camera, reaches_public(view))
                for number, (name, camera) in enumerate(view.cameras.items(), 1)
            )
        )

    def _line(self, number: int, name: str, camera: CameraView, public: bool) -> Content:
        mark = "▶" if camera.on_air else " "
        place = labels.PRESET.format(preset=camera.preset) if camera.preset is not None else labels.PRESET_UNKNOWN
        if camera.wished is not None and camera.wished != camera.preset:
            place = f"→ {labels.PRESET.format(preset=camera.wished)}"
        moving = labels.MOVING if camera.moving else labels.MOVING_UNKNOWN if camera.moving is None else ""
        mark_style = "bold $live" if camera.on_air and public else "bold $calm" if camera.on_air else ""
        doing = (labels.ON_AIR_MARK if public else labels.PROGRAMME_MARK) if camera.on_air else moving
        if camera.link != "up":
            state, style = labels.LINKS[camera.link], "bold $alarm"
        else:
            state = labels.PICTURES[camera.picture]
            style = "$soft" if camera.picture == "live" else "bold $alarm"
        return self.row(
            (f"{number} {mark} {name[:8]:<8} ", mark_style or "bold"),
            (f"{doing:<8} ", mark_style or "$shut"),
            f"{place:<10} ",
            (state, style),
        )


class StatusLine(Panel):
    """Mode, stream, viewers, delay and name bar on one line."""

    reads = ("mode", "public", "title_visible")

    def draw(self, view: StateView) -> Content:
        public = view.public
        stream_style = "" if public.stream == "up" else "bold $ground on $alarm" if public.stream == "down" else "$shut"
        mode_style = "bold" if view.mode == "auto" else "bold $ground on $shut"
        return self.row(
            (f" {labels.MODES[view.mode].upper()} ", mode_style),
            "  ",
            (labels.STREAMS[public.stream], stream_style),
            f" · {labels.VIEWER if public.viewers == 1 else labels.VIEWERS.format(count=public.viewers)}",
            f" · {labels.BAR_ON if view.title_visible else labels.BAR_OFF}",
            f" · {labels.DELAY.format(seconds=decimal(public.delay_ms / 1000))}"
            if self.content_size.width > 70
            else "",
        )


class LevelMeter(Panel):
    """Programme sound as a bar, a number and, when there is none, a word."""

    def render(self) -> Content:
        levels = self.facts.levels
        if levels is None or self.facts.stale:
            return Content(f"{labels.SOUND} ?").stylize("$soft")
        bars = max(3, self.content_size.width - len(labels.SOUND) - 9)
        full = round(bars * max(0.0, min(1.0, 1 - levels.rms_dbfs / FLOOR_DBFS)))
        bar = "█" * full + "·" * (bars - full)
        quiet = silent(levels)
        style = "bold $alarm" if levels.peak_dbfs >= LOUD_DBFS else "$soft" if quiet else "$live"
        word = labels.SILENT if quiet else f"{levels.rms_dbfs:4.0f} dB".replace("-", "−")
        return self.row(f"{labels.SOUND} ", (bar, style), f" {word}")
