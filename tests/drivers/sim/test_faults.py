from drivers.sim.faults import Faults, Outlet
from tests.until import until


def outcome(faults: Faults, count: int = 200) -> list[list[bytes]]:
    return [faults.outgoing(b"abc") for _ in range(count)]


def test_at_rest_everything_passes_unchanged() -> None:
    assert outcome(Faults()) == [[b"abc"]] * 200
    assert not any(Faults().loses() for _ in range(200))


def test_same_seed_goes_wrong_in_the_same_places() -> None:
    wild = {"garble": 0.3, "drop": 0.2, "duplicate": 0.2}
    assert outcome(Faults(**wild, seed=7)) == outcome(Faults(**wild, seed=7))
    assert outcome(Faults(**wild, seed=7)) != outcome(Faults(**wild, seed=8))


def test_silence_drop_and_duplicate() -> None:
    assert Faults(silent=True).outgoing(b"abc") == []
    assert Faults(drop=1.0).outgoing(b"abc") == []
    assert Faults(duplicate=1.0).outgoing(b"abc") == [b"abc", b"abc"]
    assert 60 < sum(not sent for sent in outcome(Faults(drop=0.5))) < 140


def test_garbling_changes_exactly_one_byte() -> None:
    for (sent,) in outcome(Faults(garble=1.0)):
        assert len(sent) == 3
        assert sum(ours != theirs for ours, theirs in zip(sent, b"abc", strict=True)) == 1


def test_clear_ends_all_of_it() -> None:
    faults = Faults(silent=True, refuse=3, garble=1.0, drop=1.0, duplicate=1.0, lose=1.0, delay_s=9.0)
    faults.clear()
    assert faults.outgoing(b"abc") == [b"abc"]
    assert (faults.loses(), faults.refuse, faults.delay_s) == (False, None, 0.0)


async def test_delayed_answers_keep_their_order_also_when_the_delay_ends() -> None:
    faults, got = Faults(delay_s=0.05), list[bytes]()
    outlet = Outlet(faults)
    for number in range(50):
        outlet.send(bytes((number,)), got.append)
    assert got == []
    faults.clear()
    outlet.send(b"last", got.append)
    await until(lambda: len(got) == 51)
    assert got == [*(bytes((number,)) for number in range(50)), b"last"]
    outlet.send(b"now", got.append)
    assert got[-1] == b"now"


async def test_a_closed_outlet_sends_nothing_more() -> None:
    got = list[bytes]()
    outlet = Outlet(Faults(delay_s=0.02))
    outlet.send(b"late", got.append)
    outlet.close()
    after = Outlet(Faults(delay_s=0.04))
    after.send(b"after", got.append)
    await until(lambda: got)
    assert got == [b"after"]


async def test_what_waits_is_bounded() -> None:
    got = list[bytes]()
    outlet = Outlet(Faults(delay_s=0.01))
    for _ in range(5000):
        outlet.send(b"x", got.append)
    await until(lambda: len(got) >= 2000)
    outlet.send(b"end", got.append)
    await until(lambda: got[-1] == b"end")
    assert len(got) == 2001
