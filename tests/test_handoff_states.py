"""Hand-offs as values: what may become of one, and who is told what when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import HandOffError
from bot.handoff import states
from bot.handoff.states import ANSWER_LIMIT, KEPT_OPEN, Expert, HandOff, Notice, Request, State, Times

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ANN, BEN = Expert("slack:T1:ANN", "Ann"), Expert("slack:T1:BEN", "Ben")
REQUEST = Request("slack", "slash", "What now?", "", "ref1", "en", "slack:T1:U1", "slack:T1:C1:U1", "place")
TIMES = Times(timedelta(minutes=30), timedelta(minutes=240))

Change = Callable[[HandOff, Expert], HandOff]
CHANGES: dict[str, Change] = {
    "claim": lambda one, expert: states.claim(one, expert, NOON),
    "release": lambda one, expert: states.release(one, expert, NOON),
    "answer": lambda one, expert: states.answer(one, expert, "Because.", NOON),
    "decline": lambda one, expert: states.decline(one, expert, NOON),
    "expire": lambda one, _: states.expire(one, NOON + KEPT_OPEN),
}
ALLOWED = {  # by Ann, to whom a claimed one belongs
    State.OPEN: {"claim", "answer", "decline", "expire"},
    State.CLAIMED: {"release", "answer", "decline", "expire"},
    State.ANSWERED: set(),
    State.NOT_FOR_US: set(),
    State.EXPIRED: set(),
}


def made(state: State = State.OPEN, *told: Notice, answer: str = "") -> HandOff:
    expert = None if state in {State.OPEN, State.EXPIRED} else ANN
    return replace(states.opened(REQUEST, NOON), state=state, expert=expert, told=frozenset(told), answer=answer)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", CHANGES)
def test_what_is_not_allowed_is_refused_and_names_the_state(state: State, name: str) -> None:
    if name in ALLOWED[state]:
        assert CHANGES[name](made(state), ANN).state is not state
        return
    with pytest.raises(HandOffError) as refused:
        CHANGES[name](made(state), ANN)
    assert refused.value.state == state
    assert state.value in str(refused.value)


@pytest.mark.parametrize("name", ["claim", "release", "answer", "decline"])
def test_what_one_expert_claimed_is_not_another_s(name: str) -> None:
    with pytest.raises(HandOffError) as refused:
        CHANGES[name](made(State.CLAIMED), BEN)
    assert refused.value.expert == "Ann"


def test_answering_takes_it_up_and_keeps_the_name_that_is_known() -> None:
    assert states.answer(made(), BEN, " Yes. ", NOON).expert == BEN
    nameless = replace(ANN, name="")
    answered = states.answer(made(State.CLAIMED), nameless, " Yes. ", NOON)
    assert (answered.expert, answered.answer) == (ANN, "Yes.")


@pytest.mark.parametrize("text", ["", " \n ", "x" * (ANSWER_LIMIT + 1)])
def test_an_answer_that_is_none_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 3000"):
        states.answer(made(), ANN, text, NOON)


def test_a_young_one_does_not_expire() -> None:
    with pytest.raises(HandOffError):
        states.expire(made(), NOON + KEPT_OPEN - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("one", "minutes", "expected"),
    [
        (made(), 0, {Notice.POST}),
        (made(), 999, {Notice.POST}),  # nobody can have taken up what nobody has seen
        (made(State.OPEN, Notice.POST), 29, set()),
        (made(State.OPEN, Notice.POST), 30, {Notice.REMIND}),
        (made(State.OPEN, Notice.POST), 240, {Notice.REMIND, Notice.WAITING}),
        (made(State.OPEN, Notice.POST, Notice.REMIND), 240, {Notice.WAITING}),
        (made(State.OPEN, *Notice), 9999, set()),
        (made(State.CLAIMED, Notice.POST), 999, {Notice.TAKEN}),
        (made(State.ANSWERED, Notice.POST), 0, {Notice.ANSWER}),
        (made(State.NOT_FOR_US), 0, {Notice.DECLINED}),
        (made(State.EXPIRED), 0, {Notice.EXPIRED}),
        (made(State.ANSWERED, Notice.ANSWER), 999, set()),
    ],
)
def test_who_is_told_what_follows_from_state_and_age(one: HandOff, minutes: int, expected: set[Notice]) -> None:
    assert set(states.due(one, NOON + timedelta(minutes=minutes), TIMES)) == expected


def test_without_times_nobody_is_reminded() -> None:
    one = made(State.OPEN, Notice.POST)
    assert states.due(one, NOON + timedelta(days=6), Times(None, None)) == ()


def test_what_was_given_back_is_told_of_anew_when_it_is_taken_up_again() -> None:
    one = states.tell(made(State.CLAIMED, Notice.POST), Notice.TAKEN)
    again = states.claim(states.release(one, ANN, NOON), BEN, NOON)
    assert states.due(again, NOON, TIMES) == (Notice.TAKEN,)


@given(st.lists(st.tuples(st.sampled_from([*CHANGES]), st.sampled_from([ANN, BEN])), max_size=12))
def test_no_sequence_of_attempts_leaves_a_closed_one_or_loses_an_answer(attempts: list[tuple[str, Expert]]) -> None:
    one = made()
    for name, expert in attempts:
        before = one
        try:
            one = CHANGES[name](one, expert)
        except HandOffError:
            continue
        assert before.state in states.OPEN_STATES
        assert bool(one.answer) == (one.state is State.ANSWERED)
        assert (one.expert is None) == (one.state is State.OPEN) or one.state is State.EXPIRED


def test_the_same_answer_asked_about_twice_by_one_person_has_one_key() -> None:
    again, other = states.opened(REQUEST, NOON), states.opened(replace(REQUEST, asker="slack:T1:U2"), NOON)
    assert states.opened(REQUEST, NOON).key == again.key != other.key
    nameless = replace(REQUEST, reference="")
    assert states.opened(nameless, NOON).key != states.opened(nameless, NOON).key


@pytest.mark.parametrize(("text", "aside"), [("// between us", True), ("  //x", True), ("", True), ("a // b", False)])
def test_what_stands_behind_slashes_is_for_the_colleagues(text: str, aside: bool) -> None:
    assert states.is_aside(text) is aside
