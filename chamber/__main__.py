"""The command line: `chamber COMMAND`. Exit 0 done, 1 failed, 2 wrong usage or configuration."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from chamber.core.errors import ChamberError, ConfigError

FORMATS = ("8N1", "8N2", "8E1", "8O1", "7E1", "7O1", "7N2")
EXPORTS = ("ori-a", "mdto", "ori-json", "vtt", "csv", "md", "popolo", "ics", "package")
Command = Callable[[argparse.Namespace], int]


def _run(args: argparse.Namespace) -> int:
    from chamber.apps.run import main

    return main(args.config)


def _mixer(args: argparse.Namespace) -> int:
    from chamber.apps.mixer import main

    return main(args.config)


def _stream(args: argparse.Namespace) -> int:
    from chamber.apps.stream import main

    return main(args.config)


def _sim(args: argparse.Namespace) -> int:
    from chamber.apps.sim import main

    return main(args.config, barcode=args.barcode, control=args.control)


def _demo(args: argparse.Namespace) -> int:
    from chamber.apps.demo import Wanted, main

    return main(
        Wanted(args.headless, args.seconds, args.data, args.report, args.public_port, args.control_port),
    )


def _console(args: argparse.Namespace) -> int:
    from chamber.apps.console import main

    return main(args.url, args.token_file)


def _check(args: argparse.Namespace) -> int:
    from chamber.apps.check import main

    return main(args.config, args.probe, args.privacy, sync=args.sync)


def _direct(args: argparse.Namespace) -> int:
    from chamber.apps.direct import main

    return main(args.config)


def _replay(args: argparse.Namespace) -> int:
    from chamber.apps.replay import main

    return main(args.journal, args.config, as_json=args.json)


def _export(args: argparse.Namespace) -> int:
    from chamber.apps.export import main

    return main(args.meeting, args.format, args.out, args.url)


def _captions(args: argparse.Namespace) -> int:
    from chamber.apps.captions import main

    return main(args.meeting, args.file, args.recording, round(args.shift * 1000))


def _verify(args: argparse.Namespace) -> int:
    from chamber.apps.verify import main

    return main(args.meeting)


def _bench(args: argparse.Namespace) -> int:
    from chamber.apps.bench import main

    return main(args.name, as_json=args.json, options=args.options)


def _watch(args: argparse.Namespace) -> int:
    from chamber.apps.watch import Wanted, main

    return main(Wanted(args.url, args.json, args.controller, args.token_file, args.reference, args.timezone))


def _learn(args: argparse.Namespace) -> int:
    from chamber.apps.learn import Wanted, main

    return main(Wanted(args.port, args.baud, args.format, args.send, args.quiet, args.out))


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError("a port is 1 to 65535")
    return port


def _watch_options(watch: argparse.ArgumentParser) -> None:
    watch.add_argument("url", metavar="URL", help="the page that residents open")
    watch.add_argument("--json", action="store_true", help="one JSON object for each change")
    watch.add_argument("--controller", metavar="URL", help="report to this control API")
    watch.add_argument("--token-file", type=Path, metavar="F", help="token of an account with role watcher")
    watch.add_argument("--reference", metavar="URL", help="another site that must answer: else it is our own line")
    watch.add_argument("--timezone", default="Europe/Amsterdam", help="of the times told (default %(default)s)")


def _check_options(check: argparse.ArgumentParser) -> None:
    check.add_argument("--probe", action="store_true", help="dial each device and print what it read")
    check.add_argument("--sync", action="store_true", help="measure picture against sound by flash and click")
    check.add_argument(
        "--privacy", nargs="?", const=Path("privacy.png"), type=Path, metavar="PNG",
        help="what the cameras see of the no-go zones, and a plan of it (default %(const)s)",
    )  # fmt: skip


def _captions_options(captions: argparse.ArgumentParser) -> None:
    captions.add_argument("meeting", type=Path, metavar="MEETING", help="a folder in DATA/meetings")
    captions.add_argument("file", type=Path, metavar="FILE", help="captions of the whole recording")
    captions.add_argument("--recording", metavar="ID", help="which one, where there are several (such as 2026-11-23-1)")
    captions.add_argument("--shift", type=float, default=0.0, metavar="S", help="seconds added to every time")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="chamber", description="Runs a council chamber.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, act: Command, text: str, *, config: bool = True) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(act=act)
        if config:
            command.add_argument("config", type=Path, metavar="CONFIG", help="configuration file (TOML)")
        return command

    demo = add(
        "demo", _demo, "a whole hall simulated: devices, pictures, sound, meeting, stream, console", config=False
    )
    demo.add_argument("--headless", action="store_true", help="no console; the scripted meeting plays by itself")
    demo.add_argument("--seconds", type=int, help="play a meeting through every state in N (45 or more) and end")
    demo.add_argument("--data", type=Path, metavar="DIR", help="keep the data here (default: a folder that is removed)")
    demo.add_argument("--report", type=Path, metavar="FILE", help="write what was measured (JSON)")
    demo.add_argument("--public-port", type=_port, metavar="P")
    demo.add_argument("--control-port", type=_port, metavar="P")
    add("run", _run, "the controller: devices, director, meeting, journal, control API")
    add("mixer", _mixer, "the built-in mixer: camera pictures and sound to one programme")
    add("stream", _stream, "encoder, gate, packager and the public page")
    sim = add("sim", _sim, "simulators of every device in CONFIG, on its addresses")
    sim.add_argument("--barcode", action="store_true", help="draw each frame's capture time as a barcode")
    sim.add_argument("--control", type=Path, metavar="SOCKET", help="take orders for the people in the hall here")
    console = add("console", _console, "the operator's console", config=False)
    console.add_argument("--url", default="http://127.0.0.1:8081", help="control API (default %(default)s)")
    console.add_argument("--token-file", type=Path, metavar="F", help="file with the account's token")
    _check_options(add("check", _check, "every problem of a configuration at once"))
    direct = add("direct", _direct, "the director alone, JSON lines on stdin and stdout, virtual time", config=False)
    direct.add_argument("config", metavar="CONFIG|-", help="configuration, or - for the hall in the init message")
    again = add("replay", _replay, "a past evening against a plan: cuts, and how each fractie was shown", config=False)
    again.add_argument("journal", type=Path, metavar="JOURNAL", help="a journal, or a folder in DATA/meetings")
    again.add_argument("--config", type=Path, required=True, metavar="CONFIG", help="hall, people and settings (TOML)")
    again.add_argument("--json", action="store_true", help="one JSON object")
    export = add("export", _export, "archive and index files of a meeting", config=False)
    export.add_argument("meeting", type=Path, metavar="MEETING", help="a folder in DATA/meetings")
    export.add_argument("--format", required=True, choices=EXPORTS, help="which form, or the whole package")
    export.add_argument("--out", type=Path, required=True, metavar="DIR", help="write the files here")
    export.add_argument("--url", default="", help="address below which the files will be found (ori-json)")
    _captions_options(
        add("captions", _captions, "read checked captions in for a recording (WebVTT or SRT)", config=False)
    )
    verify = add("verify", _verify, "check a meeting's journal and packages", config=False)
    verify.add_argument("meeting", type=Path, metavar="MEETING", help="a folder in DATA/meetings, or a package")
    bench = add("bench", _bench, "measure on this machine", config=False)
    bench.add_argument("name", nargs="?", help="wire, stream, viewers or director (default: all but the last)")
    bench.add_argument("--json", action="store_true", help="one JSON object")
    _watch_options(add("watch", _watch, "a viewer that tells what residents get; may run elsewhere", config=False))
    learning = add("learn", _learn, "listen to a discussion system and write its patterns for CONFIG", config=False)
    learning.add_argument("port", metavar="PORT", help="serial path or URL, tcp:HOST:PORT or udp:PORT")
    learning.add_argument("--baud", type=int, default=9600, help="speed of a serial line (default %(default)s)")
    learning.add_argument(
        "--format", default="8N1", choices=FORMATS, help="bits of a serial line (default %(default)s)"
    )
    learning.add_argument("--send", metavar="TEXT", help="send this first; \\r, \\n and \\x06 are understood")
    learning.add_argument(
        "--quiet", type=float, default=6.0, metavar="S", help="seconds of silence (default %(default)s)"
    )
    learning.add_argument("--out", type=Path, metavar="FILE", help="write the section here")
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    top = parser()
    args, rest = top.parse_known_args(argv)
    if rest and args.command != "bench":
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    args.options = rest
    try:
        return int(args.act(args))
    except ConfigError as exc:
        for problem in exc.problems:
            print(problem, file=sys.stderr)
        return 2
    except ChamberError as exc:
        print(exc, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
