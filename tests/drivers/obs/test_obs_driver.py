"""A session with OBS against the server of paper: made, followed, read back, and lost in every way."""

import asyncio

import pytest

from chamber.core.errors import DeviceAuthError, DeviceRejectedError, DeviceUnreachableError
from drivers.obs.driver import Stage
from tests.drivers.obs.collections import BAR, CAM1, CAM2, KEY, SERVER, SLATE, SOUND, WANTED, Desk
from tests.drivers.obs.server import PaperObs
from tests.drivers.sessions import served
from tests.until import until

OPEN = Stage("raad cam1", mute=False, images=((BAR.name, "/jan.png"),))
SHUT = Stage("raad wacht", mute=True, images=((BAR.name, "/leeg.png"),))


async def test_an_empty_obs_gets_everything_and_a_second_session_nothing() -> None:
    async with PaperObs().running() as obs:
        desk = Desk(obs)
        async with served(desk.driver):
            assert set(obs.inputs) == {one.name for one in WANTED.inputs}
            assert [item["sourceName"] for item in obs.scenes["raad cam1"]] == [CAM1.name, SOUND.name, BAR.name]
            assert obs.inputs[CAM1.name]["muted"] and obs.inputs[SOUND.name]["db"] == -3.0
            assert obs.inputs[SOUND.name]["sync"] == 40 and obs.inputs[SOUND.name]["muted"]
            assert obs.scenes["raad cam1"][0]["sceneItemTransform"]["boundsWidth"] == 320
            assert obs.transition == "Cut"
            assert obs.service["streamServiceSettings"] == {"server": SERVER, "key": KEY, "use_auth": False}
            assert desk.now.version == "OBS 29.0.2, obs-websocket 5.1.0"
        obs.asked.clear()
        again = Desk(obs)
        async with served(again.driver):
            assert not {"CreateScene", "CreateInput", "CreateSceneItem", "SetInputVolume"} & set(obs.asked)
            assert again.now.notes == ()


async def test_what_the_technician_made_is_reported_and_left() -> None:
    async with PaperObs().running() as obs:
        obs.version, obs.studio = "31.0.1", True
        obs.scenes["raad cam1"] = []
        obs.add_input("raad cam1", CAM1.name, "ffmpeg_source", {"input": "rtsp://elders/"})
        obs.add_input("raad cam1", "logo", "image_source", {})
        desk = Desk(obs)
        async with served(desk.driver):
            assert obs.inputs[CAM1.name]["settings"] == {"input": "rtsp://elders/"}
            notes = "\n".join(desk.now.notes)
            assert "rtsp://elders/ in OBS" in notes and "'logo' is in it" in notes
            assert "31.0.1" in notes and "studio mode was on" in notes and "set to Cut" in notes
            assert not obs.studio and KEY not in notes


async def test_follows_the_wish_and_reads_it_back() -> None:
    async with PaperObs().running() as obs:
        obs.specials["desktop1"] = "Desktop"
        obs.add_input("Scene", "Desktop", "pulse_input_capture", {})
        desk = Desk(obs)
        desk.driver.wish(SHUT)
        async with served(desk.driver):
            assert (obs.programme, desk.now.scene, desk.now.muted) == ("raad wacht", "raad wacht", True)
            assert obs.inputs["Desktop"]["muted"]
            desk.driver.wish(OPEN)
            await until(lambda: desk.now.muted is False and desk.now.scene == "raad cam1", what="open")
            assert not obs.inputs[SOUND.name]["muted"] and not obs.inputs["Desktop"]["muted"]
            assert obs.inputs[BAR.name]["settings"]["file"] == "/jan.png" and obs.inputs[CAM1.name]["muted"]
            obs.asked.clear()
            desk.driver.wish(SHUT)
            await until(lambda: desk.now.scene == "raad wacht", what="shut")
            assert obs.inputs[SOUND.name]["muted"] and obs.inputs["Desktop"]["muted"]
            assert obs.asked.index("SetInputMute") < obs.asked.index("SetCurrentProgramScene")


async def test_what_was_muted_by_the_technician_stays_so() -> None:
    async with PaperObs().running() as obs:
        obs.specials["mic1"] = "Mic"
        obs.add_input("Scene", "Mic", "pulse_input_capture", {})
        obs.inputs["Mic"]["muted"] = True
        desk = Desk(obs)
        desk.driver.wish(SHUT)
        async with served(desk.driver):
            desk.driver.wish(OPEN)
            await until(lambda: desk.now.muted is False, what="open")
            assert obs.inputs["Mic"]["muted"]


async def test_hands_in_obs_are_put_right_and_reported() -> None:
    async with PaperObs().running() as obs:
        desk = Desk(obs)
        desk.driver.wish(SHUT)
        async with served(desk.driver):
            await obs.cut_by_hand("raad cam1")
            await until(lambda: obs.programme == "raad wacht" and desk.now.scene == "raad wacht", what="slate back")
            assert "changed by hand" in "\n".join(desk.now.notes)
            await obs.mute_by_hand(SOUND.name, False)
            await until(lambda: obs.inputs[SOUND.name]["muted"] and desk.now.muted, what="muted again")
            await obs.remove_by_hand(SOUND.name)
            await until(lambda: SOUND.name in obs.inputs and obs.inputs[SOUND.name]["muted"], what="sound back")


async def test_the_stream_is_started_when_somebody_listens_and_started_anew_when_it_hangs() -> None:
    async with PaperObs().running() as obs:
        desk = Desk(obs)
        desk.listening = False
        async with served(desk.driver):
            await until(lambda: desk.now.streaming is False, what="first look")
            assert "StartStream" not in obs.asked
            desk.listening = True
            await until(lambda: desk.now.streaming, what="streaming")
            obs.streaming = False
            await until(lambda: desk.now.streaming is False, what="seen to have stopped")
            await until(lambda: desk.now.streaming, what="streaming again")
            obs.asked.clear()
            obs.reconnecting = True
            await until(lambda: "StopStream" in obs.asked and desk.now.streaming, what="stopped and started anew")


async def test_an_old_stream_of_ours_is_replaced_and_one_to_elsewhere_is_not() -> None:
    async with PaperObs().running() as obs:
        old = {"server": "rtmp://127.0.0.1:1/raadzaal", "key": "oud"}
        obs.service, obs.streaming = {"streamServiceType": "rtmp_custom", "streamServiceSettings": old}, True
        desk = Desk(obs)
        async with served(desk.driver):
            await until(lambda: desk.now.streaming, what="streaming")
            assert obs.service["streamServiceSettings"]["key"] == KEY and desk.kept == []
        elsewhere = {"server": "rtmps://platform.example/live", "key": "van de gemeente"}
        obs.service, obs.streaming = {"streamServiceType": "rtmp_custom", "streamServiceSettings": elsewhere}, True
        async with served(desk.driver, wait=False) as session:
            await until(lambda: session.over, what="refused")
            assert isinstance(session.error, DeviceRejectedError) and "somewhere else" in session.error.detail
        assert obs.streaming and obs.service["streamServiceSettings"] == elsewhere
        obs.streaming = False
        async with served(desk.driver):
            assert desk.kept[0]["streamServiceSettings"] == elsewhere
            assert "kept in a file" in "\n".join(desk.now.notes)


async def test_dead_inputs_and_a_slow_obs_are_seen() -> None:
    async with PaperObs().running() as obs:
        desk = Desk(obs)
        async with served(desk.driver):
            await until(lambda: all(one.state == "live" for _, one in desk.now.inputs) and desk.now.inputs, what="live")
            obs.still.add(CAM2.name)
            await until(lambda: dict(desk.now.inputs)[CAM2.name].state == "none", what="dead camera seen")
            assert dict(desk.now.inputs)[CAM1.name].state == "live"
            assert not desk.now.lags
            obs.stats["renderSkippedFrames"] += 500
            await until(lambda: desk.now.lags, what="lag seen")


async def test_killed_hung_closed_and_refused() -> None:
    async with PaperObs().running() as obs:
        desk = Desk(obs)
        desk.driver.wish(OPEN)
        async with served(desk.driver) as session:
            obs.reset()
            await until(lambda: session.over, what="loss seen")
            assert isinstance(session.error, DeviceUnreachableError)
        assert desk.now.scene is None and desk.now.muted is None and desk.now.version is None
        quick = Desk(obs, timeout_s=0.5)
        async with served(quick.driver) as session:
            obs.hung = True
            await until(lambda: session.over, what="hang seen")
            assert session.error is not None and "no answer" in session.error.detail
        obs.hung = False
        async with served(desk.driver) as session:
            await obs.close()
            await until(lambda: session.over, what="close seen")
            assert session.error is not None and session.error.detail == "OBS was closed"
        wrong = Desk(obs, password="mis")
        async with served(wrong.driver, wait=False) as session:
            await until(lambda: session.over, what="refused")
            assert isinstance(session.error, DeviceAuthError)


async def test_a_restarted_obs_shows_the_newest_wish_by_itself() -> None:
    obs = PaperObs()
    async with obs.running():
        desk = Desk(obs)
        desk.driver.wish(OPEN)
        async with served(desk.driver) as session:
            port = obs.port
            obs.reset()
            await until(lambda: session.over, what="loss seen")
    fresh = PaperObs()
    async with fresh.running(port):
        desk.driver.wish(SHUT)
        async with served(desk.driver):
            assert fresh.programme == "raad wacht" and fresh.inputs[SOUND.name]["muted"]
            assert fresh.inputs[SLATE.name] and desk.now.scene == "raad wacht"


async def test_a_wish_during_a_loss_never_waits_for_obs() -> None:
    async with PaperObs().running() as obs:
        desk = Desk(obs, timeout_s=60.0)
        async with served(desk.driver):
            obs.hung = True
            began = asyncio.get_running_loop().time()
            for _ in range(1000):
                desk.driver.wish(OPEN)
                desk.driver.wish(SHUT)
            assert asyncio.get_running_loop().time() - began < 5


@pytest.mark.parametrize("request_name", ["SetInputSettings", "SetInputMute", "GetMediaInputStatus"])
async def test_a_refusal_of_a_part_does_not_end_the_session(request_name: str) -> None:
    async with PaperObs().running() as obs:
        desk = Desk(obs)
        async with served(desk.driver) as session:
            obs.refuse[request_name] = (600, "No source was found.")
            desk.driver.wish(OPEN)
            await until(lambda: desk.now.scene == "raad cam1", what="the rest is done")
            assert not session.over
