"""What is stored: keys nobody is shown, debates that outlive their instance, and the same without `await`."""

import asyncio
from pathlib import Path

import aragora_core as ac
import pytest
from aragora_core import errors
from people import Hangs, three

KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
PLACE = ac.FieldPath(tenant="acme", store="integrations", record="slack", field="/token")


def test_no_key_and_no_value_is_shown() -> None:
    cipher = ac.Cipher([KEY])
    assert cipher.key_ids == ["353b0aae2faf21db"]
    plain = cipher.open(PLACE, cipher.seal(PLACE, "xoxb-1"))
    assert (plain.kind, plain.value) == ("text", "xoxb-1")
    for shown in (repr(cipher), repr(plain), repr(ac.Plain.json({"token": "xoxb-1"})), str(plain)):
        assert KEY not in shown
        assert "xoxb-1" not in shown
    for wrong in ([KEY[:-1] + "z"], [KEY, KEY], [KEY + "00"]):
        with pytest.raises(errors.InvalidConfigError) as refused:
            ac.Cipher(wrong)
        assert KEY[:20] not in f"{refused.value!r} {refused.value} {refused.value.context}"
    with pytest.raises(TypeError) as single:
        ac.Cipher(KEY)
    assert KEY not in str(single.value)


@pytest.mark.parametrize("value", [5, None, {"a": 1}, [b"x"], True, bytearray(b"x")])
def test_only_texts_and_bytes_are_sealed_as_they_are(value: object) -> None:
    with pytest.raises(TypeError, match=r"Plain\.json"):
        ac.Plain(value)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match=r"Plain\.json"):
        ac.Cipher([KEY]).seal(PLACE, value)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


async def test_an_instance_whose_shutdown_was_refused_goes_on(tmp_path: Path) -> None:
    storage = str(tmp_path / "store")
    async with ac.Aragora.open(storage=storage) as aragora:
        with pytest.raises(errors.InvalidRequestError):
            await aragora.shutdown(-1)
        assert aragora.activity()["debates"] == 0
    async with ac.Aragora.open(storage=storage):
        pass


async def test_no_key_is_shown_by_an_instance(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        ac.Aragora.open(encryption_keys=KEY)
    with pytest.raises(errors.InvalidConfigError) as refused:
        await ac.Aragora.open(encryption_keys=[KEY[:40]])
    assert KEY[:20] not in f"{refused.value} {refused.value.context}"
    opening = ac.Aragora.open(storage=str(tmp_path / "store"), encryption_keys=[KEY])
    assert KEY not in repr(opening)
    async with opening as aragora:
        assert KEY not in repr(aragora)
        assert aragora.encryption.key_ids == ["353b0aae2faf21db"]
        debate = aragora.debate("Is the canary xoxb-1 sealed?", three(), protocol="vote_only")
        await debate
    for file in (tmp_path / "store").rglob("*"):
        assert not file.is_file() or b"xoxb-1" not in file.read_bytes(), file


def test_kinds_come_back_as_they_were() -> None:
    cipher = ac.Cipher([ac.generate_key()])
    for value in (ac.Plain("true"), ac.Plain(b"true"), ac.Plain.json(True), ac.Plain.json("true")):
        assert cipher.open(PLACE, cipher.seal(PLACE, value)) == value
    assert ac.Plain("true") != ac.Plain.json("true")
    assert cipher.open(PLACE, cipher.seal(PLACE, b"\x00\xff")).value == b"\x00\xff"


def test_a_record_is_named_by_text_or_bytes() -> None:
    cipher = ac.Cipher([KEY])
    sealed = cipher.seal(PLACE, "x")
    same = ac.FieldPath(tenant="acme", store="integrations", record=b"slack", field="/token")
    assert cipher.open(same, sealed).value == "x"
    assert ac.record_key("slack", "u-123").hex() == "02736c61636b0002752d31323300"
    with pytest.raises(errors.InvalidRequestError):
        ac.record_key()


async def test_closing_gives_the_directory_back(tmp_path: Path) -> None:
    storage = f"redb:{tmp_path}/store"
    for _ in range(3):
        async with ac.Aragora.open(storage=storage):
            with pytest.raises(errors.AlreadyOpenError):
                await ac.Aragora.open(storage=storage)


async def test_a_shutdown_stops_at_the_last_record(tmp_path: Path) -> None:
    storage = f"redb:{tmp_path}/store"
    aragora = await ac.Aragora.open(storage=storage)
    ada = Hangs("ada")
    debate = aragora.debate("Ship?", [ada, *three()[1:]], protocol="vote_only")
    result = asyncio.ensure_future(debate.result())
    await ada.entered.wait()
    report = await aragora.shutdown(grace=0)
    assert (report.finished, report.stopped) == (0, 1)
    with pytest.raises(ac.AragoraError):
        await result
    assert ada.cancelled.is_set()
    with pytest.raises(errors.ClosedError):
        await aragora.shutdown()
    await aragora.close()
    async with ac.Aragora.open(storage=storage) as again:
        decision = await again.debates.resume(debate.id, three())
        assert decision.outcome.type == "decided"


async def test_a_restore_into_memory_is_refused(tmp_path: Path) -> None:
    async with ac.Aragora.open() as aragora:
        backups = aragora.backups(tmp_path / "backups")
        await backups.full()
        with pytest.raises(errors.InvalidRequestError, match="drill"):
            await backups.restore("memory:")
        with pytest.raises(errors.InvalidRequestError):
            await aragora.backups("").full()


def test_the_same_without_await(tmp_path: Path) -> None:
    storage = f"redb:{tmp_path}/store"
    with ac.sync.Aragora.open(storage=storage, encryption_keys=[KEY]) as aragora:
        debate = aragora.debate("Ship?", three(), protocol="vote_only")
        debate.result()
        texts = list(aragora.debates.export())
        assert len(texts) == 1
        assert debate.id in texts[0]
        backups = aragora.backups(tmp_path / "backups")
        assert backups.verify(backups.full()).tables["debate"].rows == 1
        assert [facts.verified for facts in backups.list()] == [True]
        assert aragora.encryption.reencrypt().complete
        assert backups.restore(f"redb:{tmp_path}/copy").tables["debate"].rows == 1
    with ac.sync.Aragora.open(storage=f"redb:{tmp_path}/copy", encryption_keys=[KEY]) as copy:
        assert copy.debates.get(debate.id).state == "finished"
        assert copy.shutdown(grace=0).stopped == 0
