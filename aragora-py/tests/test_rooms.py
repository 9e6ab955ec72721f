"""The rooms of an instance: old debates, people at the desk, and people who speak up."""

import asyncio

import aragora_core as ac
import pytest
from aragora_core import errors
from people import Hangs, Says, three


async def test_old_debates_are_found_listed_and_read(aragora: ac.Aragora) -> None:
    first = aragora.debate("Ship?", three(), protocol="vote_only", tags=["friday"])
    await first
    await aragora.debate("Wait?", three(), protocol="vote_only")
    page = await aragora.debates.list(tag="friday")
    assert [summary.debate for summary in page.items] == [first.id]
    assert len((await aragora.debates.list(limit=1)).items) == 1
    assert (await aragora.debates.get(first.id)).question == "Ship?"
    assert {message.seat for message in await aragora.debates.messages(first.id)} >= {"ada", "bob", "eve"}
    with pytest.raises(errors.NotFoundError):
        await aragora.debates.get("deb_nothing")


async def test_an_appeal_asks_again_with_the_old_decision_before_it(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", three(), protocol="vote_only")
    await debate
    question = await aragora.debates.appeal(
        debate.id, "the tests were red", documents=[ac.Document(title="log", text="3 failed")]
    )
    assert question.text == "Ship?"
    assert "the tests were red" in str(question.to_dict())
    assert (await aragora.debate(question, three(), protocol="vote_only")).answer is not None


async def test_a_fork_with_another_rule_decides_otherwise_and_leaves_its_parent(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", three(), protocol="vote_only")
    await debate
    before = await aragora.debates.log(debate.id)
    answered = next(event.seq for event in await aragora.debates.events(debate.id) if event.type == "step_end")
    edit = ac.EditSetRule(rule=ac.RuleConfig(rule=ac.RuleKindUnanimity()))
    fork = aragora.debates.fork(debate.id, answered, three(), edits=[edit])
    assert (await fork).outcome.type == "not_reached"
    assert fork.id != debate.id
    assert await aragora.debates.log(debate.id) == before


async def test_a_finished_debate_cannot_be_resumed(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", three(), protocol="vote_only")
    await debate
    with pytest.raises(ac.AragoraError):
        await aragora.debates.resume(debate.id, three()).start()


async def test_another_handle_of_a_running_debate(aragora: ac.Aragora) -> None:
    ada = Hangs("ada")
    debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only")
    await debate.start()
    await ada.entered.wait()
    other = aragora.debates.attach(debate.id)
    assert (await other.start()).id == debate.id
    other.cancel("from the other handle")
    with pytest.raises(errors.CancelledError):
        await debate


async def test_a_person_answers_at_the_desk(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Noon?", [Says("ada", "yes"), ac.HumanAgent("joe")], protocol="vote_only")
    task = asyncio.create_task(debate.result())
    async with asyncio.timeout(10):
        while not (waiting := (await aragora.desk.pending()).turns):
            await asyncio.sleep(0.001)
    (turn,) = waiting
    assert turn.agent == "joe"
    assert "Noon?" in "".join(message.text for message in turn.messages)
    assert (await aragora.desk.turn(turn.id)).id == turn.id
    await aragora.desk.submit(turn.id, "FINAL ANSWER: yes", by="joe@example.org")
    assert list((await task).supporters) == ["ada", "joe"]
    assert not (await aragora.desk.pending()).turns


async def test_a_person_declines_and_the_debate_goes_on(aragora: ac.Aragora) -> None:
    seats = [Says("ada", "yes"), Says("bob", "yes"), ac.HumanAgent("joe")]
    task = asyncio.create_task(aragora.debate("Noon?", seats, protocol="vote_only").result())
    async with asyncio.timeout(10):
        while not (waiting := (await aragora.desk.pending()).turns):
            await asyncio.sleep(0.001)
    await aragora.desk.decline(waiting[0].id, "out for lunch", by="joe@example.org")
    decision = await task
    assert list(decision.failed) == ["joe"]
    assert list(decision.supporters) == ["ada", "bob"]


async def test_people_speak_up_in_a_running_debate(aragora: ac.Aragora) -> None:
    ada = Hangs("ada")
    debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only")
    await debate.start()
    await ada.entered.wait()
    debate.human.message("joe", "the tests are green")
    debate.human.guidance("joe", "be brief")
    assert (await debate.partial()).partial
    debate.cancel("enough")
    with pytest.raises(errors.CancelledError):
        await debate
    said = [message.text for message in await aragora.debates.messages(debate.id)]
    assert "the tests are green" in said


async def test_before_its_start_a_debate_has_no_id(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", three())
    with pytest.raises(errors.InvalidStateError, match="not been started"):
        _ = debate.id
    with pytest.raises(errors.InvalidStateError):
        _ = debate.human


async def test_a_debate_started_twice_runs_once(aragora: ac.Aragora) -> None:
    seats = three()
    debate = aragora.debate("Ship?", seats, protocol="vote_only")
    one, two = await asyncio.gather(debate.start(), debate.start())
    assert one is two is debate
    first, second = await asyncio.gather(debate.result(), debate)
    assert first == second
    assert [seat.calls for seat in seats] == [1, 1, 1]


async def test_metrics_count_what_was_called(aragora: ac.Aragora) -> None:
    await aragora.debate("Ship?", three(), protocol="vote_only")
    assert 'aragora_foreign_calls_total{seam="agent",outcome="ok"} 3' in aragora.metrics()
