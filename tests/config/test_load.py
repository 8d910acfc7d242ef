"""Wrong configurations hear what is wrong with them, all of it, each on one line."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import ConfigError
from config.checks import warnings
from config.load import load, load_with_warnings, parse, read
from tests.config.halls import DELETE, HALL, hall, written


def told(raw: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(raw, "hall.toml")
    return caught.value.problems


def test_the_hall_of_these_tests_is_right(tmp_path: Path) -> None:
    config, worries = load_with_warnings(written(tmp_path, HALL))
    assert config.hall.timezone == "Europe/Amsterdam"
    assert config.run_dir == tmp_path / "run"
    assert config.cameras[0].video == f"unix:{tmp_path}/cam1.sock"
    assert config.accounts[0].token_file == str(tmp_path / "griffie.token")
    assert worries == [
        "hall.toml: seats[2] (lectern): one camera only; when that is on air with another seat, it bridges by wide",
        "hall.toml: cameras[2] (cam3): no video; it never goes on air",
        "hall.toml: cameras[2] (cam3): no place and heading; the director knows no angles and no pan for it",
        "hall.toml: cameras[2] (cam3): no seat has a preset on it; it moves on the operator's order only",
    ]


DICENTIS = {"id": "desk", "driver": "dicentis", "host": "192.0.2.1", "user": "u", "password_file": "p"}

LINES = {
    "id": "desk", "driver": "lines", "host": "192.0.2.1", "port": 5003, "end": "\r",
    "rules": [{"pattern": "on (?P<seat>\\d+)", "means": "on"}],
}  # fmt: skip
OSC = {
    "id": "desk", "driver": "osc", "listen": "0.0.0.0:9000", "host": "192.0.2.1", "port": 9001,
    "rules": [{"address": "/mic/{channel}/on", "means": "on", "otherwise": "off"}],
}  # fmt: skip
CONFERO = {"id": "desk", "driver": "confero", "host": "192.0.2.1", "token_file": "p"}

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a missing key": ({"hall__name": DELETE}, "hall.name: is missing; it has no default"),
    "a missing section": ({"data": DELETE}, "data: is missing; it has no default"),
    "a misspelt key": ({"cameras__0__prot": 1}, "cameras[0].prot: is not a known key; did you mean port"),
    "a strange key": (
        {"sound__zzz": 1},
        "sound.zzz: is not a known key; known here: input, gain_db, offset_ms, also",
    ),
    "a misspelt section": ({"hal": {}}, "hal: is not a known key; did you mean hall"),
    "text for a number": (
        {"cameras__1__port": "5678"},
        "cameras[1].port: is '5678'; must be a whole number",
    ),
    "a fraction for a whole number": ({"stream__part_ms": 0.5}, "stream.part_ms: is 0.5; must be a whole number"),
    "a number for text": ({"hall__name": 7}, "hall.name: is 7; must be text in quotes"),
    "true for a number": ({"seats__0__x_m": True}, "seats[0].x_m: is true; must be a number"),
    "text for yes or no": ({"seats__0__shared": "yes"}, "seats[0].shared: is 'yes'; must be true or false"),
    "a value for a table": ({"hall": 1}, "hall: is 1; must be a table"),
    "a value for a list": ({"seats": 1}, "seats: is 1; must be a list"),
    "a table for a list": ({"cameras": {"id": "cam1"}}, "cameras: is a table; must be a list"),
    "too small": ({"stream__part_ms": 100}, "stream.part_ms: is 100; must be at least 200"),
    "too large": ({"stream__delay_ms": 10_001}, "stream.delay_ms: is 10001; must be at most 10000"),
    "an odd width": ({"mixer__width": 961}, "mixer.width: is 961; must be a multiple of 2"),
    "not a number at all": ({"seats__0__x_m": float("nan")}, "seats[0].x_m: is nan; must be a finite number"),
    "an empty name": ({"hall__name": ""}, "hall.name: is ''; must be not empty"),
    "a bad id": (
        {"groups__0__id": "Blauw!"},
        "groups[0].id: is 'Blauw!'; must be an id: 1 to 40 of a-z, 0-9, - and _, first a letter or digit",
    ),
    "a bad microphone": (
        {"seats__0__mic": "desk"},
        'seats[0].mic: is \'desk\'; must be a microphone as "system:channel", such as "desk:12"',
    ),
    "a bad role": (
        {"people__0__role": "king"},
        "people[0].role: is 'king'; must be 'chair', 'acting_chair', 'clerk', 'councillor', 'group_leader', "
        "'committee_member', 'alderman', 'official' or 'public_speaker'",
    ),
    "a bad time zone": (
        {"hall__timezone": "Holland"},
        "hall.timezone: 'Holland' is no time zone; write one such as Europe/Amsterdam",
    ),
    "a bad address": (
        {"public__listen": "8080"},
        "public.listen: '8080' is no address; write 127.0.0.1:8080 or [::1]:8080",
    ),
    "an address by name": (
        {"public__listen": "example:80"},
        "public.listen: 'example' is no IP address; write one such as 127.0.0.1, or localhost",
    ),
    "a port for an address": (
        {"public__listen": 8080},
        "public.listen: must be an address such as 127.0.0.1:8080, or a list of one to four",
    ),
    "control for everybody": (
        {"control__listen": "0.0.0.0:8081"},
        "control.listen[0]: 0.0.0.0:8081 can be reached from outside and TLS is not available in this version; "
        "listen on 127.0.0.1 and let a TLS proxy or a tunnel lead there",
    ),
    "two servers on one port": (
        {"control__listen": "127.0.0.1:8080"},
        "control.listen[0]: address '127.0.0.1:8080' is taken by public.listen[0]; give each its own",
    ),
    "no driver": ({"cameras__0__driver": DELETE}, "cameras[0]: has no driver; name one"),
    "a camera driver to come": (
        {"cameras__0__driver": "onvif"},
        "cameras[0]: driver 'onvif' is not available in this version; available: "
        "'visca-udp', 'visca-tcp', 'visca-raw-udp', 'visca-serial', 'panasonic', 'fixed'",
    ),
    "a microphone driver to come": (
        {"microphones__0__driver": "cocon"},
        "microphones[0]: driver 'cocon' is not available in this version; available: "
        "'x32', 'xair', 'dicentis', 'dcn-ng', 'confero', 'shure-dis', 'lines', 'osc'",
    ),
    "a switcher driver to come": (
        {"switchers__0__driver": "videohub"},
        "switchers[0].driver: driver 'videohub' is not available in this version; available: 'extron-sis'",
    ),
    "a driver that nobody knows": (
        {"cameras__0__driver": "magic"},
        "cameras[0]: there is no driver 'magic'; available: 'visca-udp', 'visca-tcp', 'visca-raw-udp', 'visca-serial', 'panasonic', 'fixed'",
    ),
    "another mixer": (
        {"mixer__driver": "obs"},
        "mixer.driver: driver 'obs' is not available in this version; available: 'builtin'",
    ),
    "remote control without a port": (
        {"osc": {"listen": "127.0.0.1:0"}},
        "osc.listen: '127.0.0.1:0' has no port; write one such as 192.0.2.30:9000",
    ),
    "remote control by nobody": (
        {"osc": {"listen": "127.0.0.1:9000", "allow": ["griffie"]}},
        "osc.allow[0]: 'griffie' is no network; write an address, or one such as 192.0.2.0/24",
    ),
    "renditions": (
        {"stream__renditions": ["360p"], "mixer__height": 360},
        "stream.renditions: 360p is no smaller than [mixer] height, 360; leave it out",
    ),
    "a camera with a password": (
        {"cameras__0__video": "rtsp://user:secret@192.0.2.2/1"},
        "cameras[0].video: holds a user name or password; put the rtsp address into a file of its own",
    ),
    "two pictures": ({"cameras__0__video_file": "url"}, "cameras[0]: has both video and video_file; keep one"),
    "a password for a serial line": (
        {"switchers__0__host": DELETE, "switchers__0__path": "/dev/ttyUSB1", "switchers__0__password_file": "p"},
        "switchers[0].password_file: a serial line asks for no password; leave it out",
    ),
    "a URL for a host": (
        {"cameras__0__host": "http://cam"},
        "cameras[0].host: 'http://cam' is no host; give a name or an address such as 192.0.2.10",
    ),
    "a serial key on a network camera": (
        {"cameras__0__path": "/dev/ttyS0"},
        "cameras[0].path: is not a known key; known here: id, label, x_m, y_m, z_m, heading_deg, video, "
        "video_file, "
        "video_delay_ms, view_deg, zoom_ratio, profile, settle_ms, preset_speed, tally, driver, host, port, answers_to_52381",
    ),
    "a seat twice": (
        {"seats__1__id": "chair", "people__1__seat": DELETE},
        "seats[1].id: id 'chair' is taken by seats[0].id; give each its own",
    ),
    "one id for two devices": (
        {"switchers__0__id": "desk"},
        "switchers[0].id: id 'desk' is taken by microphones[0].id; give each its own",
    ),
    "a microphone twice": (
        {"seats__1__mic": "desk:01"},
        "seats[1].mic: microphone 'desk:1' is taken by seats[0].mic; give each its own",
    ),
    "an unknown system": (
        {"seats__0__mic": "dsek:1"},
        "seats[0].mic: there is no microphone system 'dsek'; known: desk",
    ),
    "a channel too far": (
        {"seats__0__mic": "desk:33"},
        "seats[0].mic: 'desk' has no channel 33; its channels are 1 to 32",
    ),
    "an unknown camera": (
        {"seats__0__shots__0__camera": "cam9"},
        "seats[0].shots[0].camera: there is no camera 'cam9'; known: cam1, cam2, cam3, wide",
    ),
    "a preset on the fixed camera": (
        {"seats__0__shots__0__camera": "wide"},
        "seats[0].shots[0].camera: 'wide' is fixed and has no presets; name a camera that moves",
    ),
    "a preset that the camera lacks": (
        {"seats__0__shots__1__preset": 17},
        "seats[0].shots[1].preset: is 17; 'cam1' (sony-srg) has presets 1 to 16",
    ),
    "a preset that is a function": (
        {"seats__0__shots__0__preset": 95},
        "seats[0].shots[0].preset: is 95; 'cam2' (ptzoptics) has presets 0 to 89 or 100 to 254",
    ),
    "a preset twice at one seat": (
        {"seats__0__shots__1": {"camera": "cam2", "preset": 1}},
        "seats[0].shots[1]: preset 1 of 'cam2' stands here twice; leave one out",
    ),
    "one preset, two speakers": (
        {"seats__1__shots__1__preset": 1},
        "seats: preset 1 of 'cam2' shows chair, s1; a preset shared by seats must be kind duo or group at each of them",
    ),
    "slates are no seats' shots": (
        {"seats__0__shots__0__kind": "slate"},
        "seats[0].shots[0].kind: is 'slate'; must be 'speaker', 'chair', 'duo', 'group' or 'lectern'",
    ),
    "outside the hall": (
        {"seats__1__x_m": 5.5},
        "seats[1].x_m: is 5.5, outside the hall; must be -5 to 5 (hall.width_m)",
    ),
    "behind the wall": (
        {"cameras__1__y_m": -1.0},
        "cameras[1].y_m: is -1, outside the hall; must be 0 to 12 (hall.depth_m)",
    ),
    "nowhere to sit": ({"people__1__seat": "s9"}, "people[1].seat: there is no seat 's9'; known: chair, lectern, s1"),
    "on the lectern": (
        {"people__1__seat": "lectern"},
        "people[1].seat: 'lectern' is shared by everybody; leave seat out or name another",
    ),
    "on somebody's lap": (
        {"people__1__seat": "chair"},
        "people[1].seat: seat 'chair' is taken by people[0].seat; give each its own",
    ),
    "an unknown fractie": ({"people__1__group": "red"}, "people[1].group: there is no group 'red'; known: blue"),
    "a camera called chair": (
        {"cameras__2__id": "chair"},
        "cameras[2].id: 'chair' is a word of the console; choose another id",
    ),
    "a moving wide": (
        {"cameras__2__id": "wide", "cameras__3": {"id": "cam3", "driver": "fixed"}},
        "cameras[2].id: 'wide' means the fixed camera; choose another id",
    ),
    "two fixed cameras": (
        {"cameras__2": {"id": "cam3", "driver": "fixed"}},
        "cameras[3].driver: a second fixed camera; one fixed camera is the wide shot",
    ),
    "one camera under two names": (
        {"cameras__1": {"id": "cam2", "driver": "visca-udp", "host": "192.0.2.2", "profile": "ptzoptics"}},
        "cameras[1].port: address 'udp 192.0.2.2:52381' is taken by cameras[0].port; give each its own",
    ),
    "two speeds on one line": (
        {"cameras__1": {"id": "cam2", "driver": "visca-serial", "path": "/dev/ttyUSB0", "baud": 38400}},
        "cameras[2].baud: is 9600; must be 38400 like the first on /dev/ttyUSB0",
    ),
    "a channel too far for a stage box": (
        {"microphones__0__driver": "xair", "seats__2__mic": "desk:17"},
        "seats[2].mic: 'desk' has no channel 17; its channels are 1 to 16",
    ),
    "a level that cannot be": (
        {"microphones__0__threshold_db": 3.0},
        "microphones[0].threshold_db: is 3.0; must be at most 0.0",
    ),
    "a fingerprint cut short": (
        {"microphones__0": DICENTIS | {"fingerprint": "AB:CD"}},
        "microphones[0].fingerprint: is 'AB:CD'; must be the SHA-256 fingerprint of the server's certificate: "
        "64 hexadecimal digits, colons as you like",
    ),
    "a fingerprint without a certificate": (
        {"microphones__0": DICENTIS | {"fingerprint": "ab" * 32, "tls": False}},
        "microphones[0].fingerprint: without TLS there is no certificate; leave it out, or tls = true",
    ),
    "a Confero's fingerprint without a certificate": (
        {"microphones__0": CONFERO | {"fingerprint": "ab" * 32}},
        "microphones[0].fingerprint: without TLS there is no certificate; leave it out, or tls = true",
    ),
    "a Confero without token": (
        {"microphones__0": {key: value for key, value in CONFERO.items() if key != "token_file"}},
        "microphones[0].token_file: is missing; it has no default",
    ),
    "a cursor that cannot stand in an address": (
        {"microphones__0": CONFERO | {"event_cursor": "id=1&x"}},
        "microphones[0].event_cursor: is 'id=1&x'; must be a parameter's name: 1 to 40 letters, digits, - and _",
    ),
    "a poll without end": (
        {"microphones__0": CONFERO | {"poll_ms": 120_001}},
        "microphones[0].poll_ms: is 120001; must be at most 120000",
    ),
    "a seat by name where seats have numbers": (
        {"microphones__0": {"id": "desk", "driver": "shure-dis", "host": "192.0.2.1"}, "seats__2__mic": "desk:lectern"},
        "seats[2].mic: 'desk' has no channel lectern; its channels are 1 to 65535",
    ),
    "a priority that there is not": (
        {"microphones__0": {"id": "desk", "driver": "shure-dis", "host": "192.0.2.1", "priority_from": 0}},
        "microphones[0].priority_from: is 0; must be at least 1",
    ),
    "a conference system without password": (
        {"microphones__0": {key: value for key, value in DICENTIS.items() if key != "password_file"}},
        "microphones[0].password_file: is missing; it has no default",
    ),
    "a discussion system without address": (
        {"microphones__0": {"id": "desk", "driver": "dcn-ng"}},
        "microphones[0]: has neither host nor path; give host (and port), or path for a serial line",
    ),
    "a unit too far": (
        {"microphones__0": {"id": "desk", "driver": "dcn-ng", "host": "192.0.2.1", "unit_offset": 65_524}},
        "seats[2].mic: 'desk' has no channel 12; its channels are 1 to 11",
    ),
    "lines that do not end": (
        {"microphones__0": LINES | {"end": ""}},
        "microphones[0]: has no way to tell lines apart; give end, length or gap_ms",
    ),
    "a pattern that could run for ever": (
        {"microphones__0": LINES | {"rules": [{"pattern": "(a+)+(?P<seat>.)", "means": "on"}]}},
        "microphones[0].rules[0].pattern: repeats something that varies in itself, such as (a+)+ or (a|b)*; "
        "write [ab]* instead",
    ),
    "a pattern that is none": (
        {"microphones__0": LINES | {"rules": [{"pattern": "(", "means": "on"}]}},
        "microphones[0].rules[0].pattern: is no regular expression: missing ), unterminated subpattern at position 0",
    ),
    "a pattern without a seat": (
        {"microphones__0": LINES | {"rules": [{"pattern": "on .*", "means": "on"}]}},
        "microphones[0].rules[0]: means 'on' and its pattern has no (?P<seat>...); mark the microphone's number",
    ),
    "a meaning that is none": (
        {"microphones__0": LINES | {"rules": [{"pattern": "x", "means": "maybe"}]}},
        "microphones[0].rules[0].means: is 'maybe'; must be 'on', 'off', 'request', 'withdrawn', 'toggle', 'all_off', "
        "'open_list', 'request_list', 'read_done', 'refused' or 'alive'",
    ),
    "a command that cannot be written": (
        {"microphones__0": LINES | {"encoding": "hex", "end": "0D", "on": "E6{seat:04X}F"}},
        "microphones[0]: has the text 'E60000F', which cannot be written in hex",
    ),
    "lines to a host without a port": (
        {"microphones__0": {key: value for key, value in LINES.items() if key != "port"}},
        "microphones[0]: has a host and no port; give the port",
    ),
    "osc that hears nobody": (
        {"microphones__0": {key: value for key, value in OSC.items() if key not in ("host", "port")}},
        "microphones[0]: hears nobody; give host, or allow with the addresses that may send",
    ),
    "osc without a channel": (
        {"microphones__0": OSC | {"rules": [{"address": "/mic/on", "means": "on"}]}},
        "microphones[0].rules[0]: names no channel; write {channel} in its address, or give channel_argument",
    ),
    "no rules": (
        {"microphones__0": OSC | {"rules": []}},
        "microphones[0]: has no rules; without them nothing is understood",
    ),
    "no osc address": (
        {"microphones__0": OSC | {"on": {"address": "mic/1"}}},
        "microphones[0].on.address: 'mic/1' is no OSC address; it begins with / and holds no accents",
    ),
    "two listeners on one port": (
        {"microphones": [OSC, OSC | {"id": "other"}], "seats": [], "people": []},
        "microphones[1]: address 'udp, this machine, 0.0.0.0:9000' is taken by microphones[0]; give each its own",
    ),
    "a switcher without address": (
        {"switchers__0__host": DELETE},
        "switchers[0]: has neither host nor path; give host (and port), or path for a serial line",
    ),
    "a switcher with two": (
        {"switchers__0__path": "/dev/ttyUSB1"},
        "switchers[0]: has both host and path; give host (and port), or path for a serial line",
    ),
    "an output that is not there": (
        {"switchers__0__programme": "stream"},
        "switchers[0].programme: there is no output 'stream'; known: hall",
    ),
    "a picture of no output": (
        {"switchers__0__programme": DELETE},
        "switchers[0].programme: is missing; name the output whose picture is video",
    ),
    "no inputs": ({"switchers__0__inputs": {}}, "switchers[0].inputs: has 0; must be at least 1 entries"),
    "key frames rarer than parts": (
        {"stream__part_ms": 1000, "stream__gop_ms": 500},
        "stream.gop_ms: is 500, shorter than a part; must be at least part_ms (1000)",
    ),
    "a policy that is none": (
        {"director__phase_policy": {"debate": "wild"}},
        "director.phase_policy.debate: is 'wild'; must be 'free', 'lectern_and_chair', 'chair_or_wide', 'wide', "
        "'wide_no_bars', 'fixed' or 'pip'",
    ),
}


@pytest.mark.parametrize(("changes", "line"), CASES.values(), ids=CASES)
def test_one_mistake_is_one_line(changes: dict[str, Any], line: str) -> None:
    assert told(hall(**changes)) == [f"hall.toml: {line}"]


def test_all_problems_come_at_once_with_their_places_in_the_file() -> None:
    raw = hall(
        hall__name=DELETE,
        cameras__0__prot=1,
        osc={},
        seats__0__label=7,
        seats__2__mic="desk:2",
        people__1__group="red",
        switchers__0__programme="stream",
    )
    assert sorted(told(raw)) == [
        "hall.toml: cameras[0].prot: is not a known key; did you mean port",
        "hall.toml: hall.name: is missing; it has no default",
        "hall.toml: osc.listen: is missing; it has no default",
        "hall.toml: people[1].group: there is no group 'red'; known: blue",
        "hall.toml: seats[0].label: is 7; must be text in quotes",
        "hall.toml: seats[2].mic: microphone 'desk:2' is taken by seats[1].mic; give each its own",
        "hall.toml: switchers[0].programme: there is no output 'stream'; known: hall",
    ]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_junk_anywhere_is_a_problem_or_a_configuration_and_never_a_crash(data: st.DataObject) -> None:
    raw = hall()
    place: Any = raw
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.booleans()) or not isinstance(place[key], dict | list) or not place[key]:
            place[key] = data.draw(JUNK)
            break
        place = place[key]
    try:
        config = parse(raw, "hall.toml")
    except ConfigError as exc:
        assert exc.problems
        assert all(problem.startswith("hall.toml: ") and "\n" not in problem for problem in exc.problems)
    else:
        assert all("\n" not in warning for warning in warnings(config))


def test_bad_toml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text('[hall]\nname = "Zaal\n')
    with pytest.raises(ConfigError, match=r"^hall.toml: not valid TOML: .*line 2, column"):
        load(path)
    path.write_bytes(b'[hall]\nname = "\xff"\n')
    with pytest.raises(ConfigError, match=r"^hall.toml: byte 15 is not UTF-8; save the file as UTF-8$"):
        load(path)
    with pytest.raises(ConfigError, match=r"gone.toml: cannot be read: No such file or directory; give the path"):
        load(tmp_path / "gone.toml")
    with pytest.raises(ConfigError, match=r"cannot be read: Is a directory"):
        load(tmp_path)


def test_a_date_is_not_text(tmp_path: Path) -> None:
    path = written(tmp_path, hall(hall__name=DELETE))
    path.write_text("hall.name = 2026-11-23\n" + path.read_text().replace("hall = {", "hall_ = {"))
    with pytest.raises(ConfigError, match=r"hall.name: is a list; must be text"):
        parse(read(path), "hall.toml")


def test_tokens_are_there_private_and_long(tmp_path: Path) -> None:
    path, token = written(tmp_path, HALL, token_mode=0o644), tmp_path / "griffie.token"
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.problems == [
        f"hall.toml: accounts[0].token_file: {token} can be read by everybody on this machine; chmod 600 {token}"
    ]
    assert load(path, tokens=False).accounts[0].name == "griffie"
    token.chmod(0o600)
    token.write_text("short")
    with pytest.raises(ConfigError, match="holds less than 16 characters; put a longer secret there"):
        load(path)
    token.unlink()
    with pytest.raises(ConfigError, match=r"griffie.token is not there; put the secret there, in one line"):
        load(path)
    _, worries = load_with_warnings(path)
    assert worries[0] == f"hall.toml: accounts[0].token_file: {token} is not there; put the secret there, in one line"
    token.mkdir()
    with pytest.raises(ConfigError, match="is not a file"):
        load(path)


def test_a_cameras_address_with_a_password_stands_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "cam1.url"
    path = written(tmp_path, hall(cameras__0__video=DELETE, cameras__0__video_file="cam1.url"))
    with pytest.raises(ConfigError, match=r"hall.toml: cameras\[0\].video_file: .* put the secret there, in one line$"):
        load(path)
    assert load(path, tokens=False).cameras[0].video is None
    secret.write_text("rtsp://user:secret@192.0.2.2/1\n")
    secret.chmod(0o600)
    assert load(path).cameras[0].video == "rtsp://user:secret@192.0.2.2/1"
    secret.write_text("")
    with pytest.raises(ConfigError, match=r"video_file: .* holds less than 1 characters"):
        load(path)


def test_sockets_must_fit(tmp_path: Path) -> None:
    long = "d" * 110
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, hall(data__run_dir=long, cameras__0__video=f"unix:{long}/c.sock")))
    assert [problem.split(" is ")[0].split(": ")[1] for problem in caught.value.problems] == [
        "data.run_dir",
        "cameras[0].video",
    ]
    assert "too long for a socket; choose a shorter run_dir" in caught.value.problems[0]
    with pytest.raises(ConfigError, match=r"data.dir: .* too long for a socket; choose a shorter run_dir"):
        load(written(tmp_path, hall(data={"dir": long})))


WORRIES: dict[str, tuple[dict[str, Any], str]] = {
    "no chair": (
        {"people__0__role": "clerk"},
        "people: none with role chair; the director knows the chair when there is exactly one",
    ),
    "a standing chair": (
        {"people__0__seat": DELETE},
        "people: p0 is chair and has no seat; the director does not know the chair's seat",
    ),
    "an empty seat": (
        {"people__1__seat": DELETE},
        "seats[1] (s1): nobody sits here; its speaker has no name until the operator assigns one",
    ),
    "a seat without shots": ({"seats__1__shots": []}, "seats[1] (s1): no preset shows it; its speaker is shown wide"),
    "the back of a head": (
        {"seats__1__facing_deg": 90.0},
        "seats[1] (s1): 'cam1' sees this face from 172 degrees, a profile",
    ),
    "no wide": (
        {"cameras__3": {"id": "cam4", "driver": "visca-tcp", "host": "192.0.2.9"}},
        "cameras: none is fixed; without a wide shot the slate stands in for it",
    ),
    "no sound": ({"sound": {}}, "sound.input: is not given; the programme is silent"),
    "nobody may": (
        {"accounts__0__role": "watcher"},
        "accounts: nobody may give orders; add an account with role operator",
    ),
    "no fractie": (
        {"people__1__group": DELETE},
        "people[1] (p1): a councillor without a group; no fractie on the name bar",
    ),
}


@pytest.mark.parametrize(("changes", "line"), WORRIES.values(), ids=WORRIES)
def test_what_is_probably_not_meant_is_a_warning(changes: dict[str, Any], line: str) -> None:
    fine = warnings(parse(HALL, "hall.toml"))
    found = warnings(parse(hall(**changes), "hall.toml"))
    assert line in found
    assert line not in fine


def test_the_file_of_these_tests_is_toml(tmp_path: Path) -> None:
    assert tomllib.loads(written(tmp_path, HALL).read_text()) == HALL


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("rtmps://live.example.nl/app/stream-key-1", None),
        ("srt://live.example.nl:9000?streamid=stream-key-1", None),
        ("srt://live.example.nl?streamid=stream-key-1", "has no port; an srt:// address needs one"),
        ("rtmp://live.example.nl", "has no path"),
        ("https://live.example.nl/stream-key-1", "holds no address; write one rtmp://, rtmps:// or srt:// address"),
        ("rtmp://live.example.nl:port/stream-key-1", "holds no valid address"),
    ],
)
def test_an_address_of_a_platform_is_checked_and_never_shown(tmp_path: Path, text: str, trouble: str | None) -> None:
    path = written(tmp_path, hall(simulcast=[{"name": "youtube", "url_file": "youtube.url"}]))
    url = tmp_path / "youtube.url"
    assert load(path).simulcast[0].url_file == str(url), "a platform's file that is missing stops nothing"
    assert any("simulcast[0].url_file" in worry and "is not there" in worry for worry in load_with_warnings(path)[1])
    url.write_text(text + "\n")
    url.chmod(0o644)
    assert any("chmod 600" in worry for worry in load_with_warnings(path)[1])
    url.chmod(0o600)
    worries = [worry for worry in load_with_warnings(path)[1] if "simulcast" in worry]
    assert [trouble in worry for worry in worries] == ([True] if trouble else [])
    assert not any("stream-key-1" in worry for worry in worries)


@pytest.mark.parametrize(
    ("key", "value", "trouble"),
    [
        ("purge_url", "live.example.nl:6082", "edges[0].purge_url: 'live.example.nl:6082' is no web address"),
        (
            "read_url",
            "https://user:word@live.example.nl/",
            "edges[0].read_url: holds more than scheme, host, port and path",
        ),
        ("read_url", "https:///live", "edges[0].read_url: 'https:///live' is no web address"),
    ],
)
def test_an_edge_has_two_addresses(key: str, value: str, trouble: str) -> None:
    edge = {"purge_url": "http://10.0.0.5:6082", "read_url": "https://live.example.nl"}
    config = parse(hall(edges=[edge]), "hall.toml")
    assert config.edges[0].read_url == "https://live.example.nl/"
    (problem,) = told(hall(edges=[{**edge, key: value}]))
    assert problem.startswith(f"hall.toml: {trouble}")
    same = parse(hall(edges=[{**edge, "purge_url": edge["read_url"]}]), "hall.toml")
    assert any("edges[0].purge_url: is where viewers read" in worry for worry in warnings(same))
    plain = parse(hall(edges=[{**edge, "read_url": "http://live.example.nl"}]), "hall.toml")
    assert any("edges[0].read_url: is not https" in worry for worry in warnings(plain))
