"""`chamber check CONFIG --privacy`: what each preset sees of the no-go zones, in words and as a plan of the hall."""

from math import cos, hypot, radians, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from chamber.core.errors import ConfigError
from chamber.labels import PRIVACY
from chamber.memory import read
from config.model import Config
from config.privacy import Look, Report, report

PX_PER_M, MARGIN_PX, LEGEND_PX = 80, 60, 150
INK, SOFT, ZONE, SEEN, FREE = (20, 27, 41), (120, 128, 140), (200, 40, 40), (214, 60, 30, 90), (40, 110, 190, 16)

Point = tuple[float, float]


def look_at(config: Config) -> Report:
    """The report, with the poses that cameras have told so far. Raises ConfigError: a hall without size or zones."""
    if config.hall.width_m is None or config.hall.depth_m is None:
        raise ConfigError(["hall: width_m and depth_m are missing; the plan needs both"])
    if not config.zones:
        raise ConfigError(["zones: there is none; draw gallery and windows as [[zones]] before asking what sees them"])
    _, poses = read(config.data_dir / "cameras.json")
    told = {
        camera: {preset: (at.pan_deg, at.tilt_deg, at.zoom) for preset, at in known.items()}
        for camera, known in poses.items()
    }
    return report(config, told)


def lines(config: Config, found: Report) -> list[str]:
    """The report in words."""
    computed = sum(look.source == "computed" for look in found.looks)
    read_back = sum(look.source == "read back" for look in found.looks)
    text = [
        f"privacy: {len(found.looks)} pictures against {len(config.zones)} zones; "
        f"{read_back} poses read back, {computed} computed from the seat"
    ]
    for sight in sorted(found.sights, key=lambda s: -s.px_per_m):
        look = sight.look
        which = "wide shot" if look.preset is None else f"preset {look.preset} ({', '.join(look.seats)})"
        text.append(
            f"  {look.camera} {which} sees {_percent(sight.share)} of {sight.zone}: a person there is {sight.level} "
            f"({sight.px_per_m:.0f} px/m, pose {look.source})"
        )
    seeing = {(sight.look.camera, sight.look.preset) for sight in found.sights}
    if seeing:
        text.append("  turn or zoom these, show the seat from another camera, or screen the zone off")
    text.append(f"  {len(found.looks) - len(seeing)} of {len(found.looks)} pictures see no zone")
    text += [
        f"  {name}: no place in CONFIG (x_m, y_m, z_m, heading_deg); nothing can be said" for name in found.unknown
    ]
    if computed:
        text.append("  survey the presets (survey.start) to have their poses read back from the cameras")
    return text


def _percent(share: float) -> str:
    return "less than 1%" if share < 0.01 else f"{share:.0%}"


def draw(config: Config, found: Report, path: Path) -> None:
    """Write the plan as a PNG: the hall from above, zones hatched, fields of view blue, those that see a zone red."""
    width, depth = config.hall.width_m or 0.0, config.hall.depth_m or 0.0
    size = round(width * PX_PER_M) + 2 * MARGIN_PX, round(depth * PX_PER_M) + 2 * MARGIN_PX + LEGEND_PX
    hall = (MARGIN_PX, MARGIN_PX, size[0] - MARGIN_PX, size[1] - MARGIN_PX - LEGEND_PX)

    def at(x_m: float, y_m: float) -> Point:
        return MARGIN_PX + (x_m + width / 2) * PX_PER_M, MARGIN_PX + y_m * PX_PER_M

    picture = Image.new("RGB", size, (255, 255, 255))
    fields = Image.new("RGBA", size, (0, 0, 0, 0))
    red = {(sight.look.camera, sight.look.preset) for sight in found.sights}
    for look in sorted(found.looks, key=lambda look: (look.camera, look.preset) in red):
        one = Image.new("RGBA", size, (0, 0, 0, 0))
        colour = SEEN if (look.camera, look.preset) in red else FREE
        ImageDraw.Draw(one).polygon([at(x, y) for x, y in _wedge(look, hypot(width, depth))], fill=colour)
        fields = Image.alpha_composite(fields, one)
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rectangle(hall, fill=255)
    picture.paste(fields, (0, 0), Image.composite(fields.getchannel("A"), Image.new("L", size, 0), mask))
    pen, small = ImageDraw.Draw(picture), ImageFont.load_default(15)
    pen.rectangle(hall, outline=INK, width=3)
    for zone in config.zones:
        corners = [at(*point) for point in zone.points]
        _hatch(picture, corners)
        pen.polygon(corners, outline=ZONE, width=3)
        middle = sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)
        pen.text(middle, zone.label or zone.id, fill=ZONE, font=small, anchor="mm", stroke_width=3, stroke_fill="white")
    for seat in config.seats:
        x, y = at(seat.x_m, seat.y_m)
        pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill=INK)
        pen.text((x, y + 18), seat.label[:14], fill=INK, font=small, anchor="mm", stroke_width=2, stroke_fill="white")
    for camera in config.cameras:
        if camera.place is not None:
            x, y = at(camera.place[0], camera.place[1])
            pen.rectangle((x - 9, y - 9, x + 9, y + 9), fill=(10, 90, 170))
            pen.text(
                (x, y - 20), camera.id, fill=(10, 90, 170), font=small, anchor="mm", stroke_width=2, stroke_fill="white"
            )
    _legend(pen, config, found, size[1] - LEGEND_PX - MARGIN_PX // 2)
    picture.save(path, format="PNG")


def _wedge(look: Look, far_m: float) -> list[Point]:
    x_m, y_m, _ = look.place
    steps = [look.bearing_deg + look.view_deg * (n / 8 - 0.5) for n in range(9)]
    return [(x_m, y_m), *((x_m + far_m * sin(radians(a)), y_m + far_m * cos(radians(a))) for a in steps)]


def _hatch(picture: Image.Image, corners: list[Point]) -> None:
    mask, lines_ = Image.new("L", picture.size, 0), Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    pen = ImageDraw.Draw(lines_)
    for start in range(-picture.height, picture.width, 12):
        pen.line((start, picture.height, start + picture.height, 0), fill=160, width=2)
    picture.paste(ZONE, (0, 0), Image.composite(lines_, Image.new("L", picture.size, 0), mask))


def _legend(pen: ImageDraw.ImageDraw, config: Config, found: Report, top: int) -> None:
    font = ImageFont.load_default(16)
    seeing = len({(sight.look.camera, sight.look.preset) for sight in found.sights})
    rows = (
        (INK, f"{config.hall.name} ({config.hall.organisation})"),
        (ZONE, PRIVACY["zone"]),
        ((60, 130, 200), PRIVACY["free"].format(count=len(found.looks) - seeing)),
        ((214, 60, 30), PRIVACY["seen"].format(count=seeing)),
        (SOFT, PRIVACY["limits"]),
    )
    for row, (colour, text) in enumerate(rows):
        pen.rectangle((MARGIN_PX, top + row * 26, MARGIN_PX + 16, top + row * 26 + 16), fill=colour)
        pen.text((MARGIN_PX + 26, top + row * 26 + 8), text, fill=INK, font=font, anchor="lm")


def check(config: Config, path: Path) -> int:
    """Print the report and write the picture; returns 1 when a picture sees a zone."""
    found = look_at(config)
    draw(config, found, path)
    print("\n".join(lines(config, found)))
    print(f"  plan: {path}")
    return 1 if found.sights else 0
