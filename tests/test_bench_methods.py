"""bot/bench/methods.py"""

from collections.abc import Callable

import numpy as np
import pytest
from rapidfuzz import fuzz, utils

from bot.bench import methods
from bot.bench.datasets import Training
from bot.bench.methods import METHODS, TOP, Bm25, Method, Nearest, Ours, TfIdf, TokenSort, check, texts_of
from bot.errors import BotError
from bot.search.index import Index, Phrasing
from tests.toy_encoders import ToyEncoder

TOPICS = tuple(f"topic{number} subject{number}" for number in range(14))
FILLERS = ("{}", "what is {}", "tell me about {}", "{} please explain", "info {}", "could you say something on {}")
TRAINING = Training(
    tuple(Phrasing(filler.format(topic), topic.split()[0]) for topic in reversed(TOPICS) for filler in FILLERS)
)
MAKES: dict[str, Callable[[], Method]] = {
    "ours": lambda: Ours([ToyEncoder()]),
    "token_sort": TokenSort,
    "bm25s": Bm25,
    "bm25s-joined": lambda: Bm25(joined=True),
    "tfidf-lr": TfIdf,
    "nearest": lambda: Nearest([ToyEncoder()]),
}


def built(name: str, training: Training = TRAINING) -> Method:
    method = MAKES[name]()
    method.build(training)
    return method


@pytest.mark.parametrize("name", MAKES)
def test_every_method_finds_the_entry_and_names_each_entry_once(name: str) -> None:
    method = built(name)
    for number in (0, 9, 13):
        ranked = method.rank(f"a word on topic{number} subject{number}", "en")
        assert ranked.entries[0] == f"topic{number}"
        assert len(set(ranked.entries)) == len(ranked.entries) == TOP


@pytest.mark.parametrize("name", MAKES)
@pytest.mark.parametrize("text", ["", "?!", "xyzzy", "ما هي", "\x00", "\ud83d", "topic1 " * 500])
def test_every_method_ranks_whatever_is_asked(name: str, text: str) -> None:
    ranked = built(name).rank(text, "en")
    assert len(ranked.entries) == TOP
    assert np.isfinite(ranked.confidence)


@pytest.mark.parametrize("name", MAKES)
def test_what_is_meant_is_surer_than_what_is_not(name: str) -> None:
    method = built(name)
    assert method.rank("tell me of topic3 subject3", "en").confidence > method.rank("boiled eggs", "en").confidence


def test_our_index_is_asked_as_it_is_and_brings_its_own_threshold() -> None:
    ranking = Index(TRAINING.phrasings, [ToyEncoder()]).rank(["explain subject5"], "en")[0]
    ranked = built("ours").rank("explain subject5", "en")
    assert ranked.entries == tuple(hit.entry for hit in ranking.hits)
    assert ranked.confidence == pytest.approx(ranking.hits[0].confidence)
    assert ranked.sure == pytest.approx(ranking.sure)
    assert built("token_sort").rank("explain subject5", "en").sure is None


@pytest.mark.parametrize("text", ["Subject4, TOPIC4?", "please explain topic2", "something"])
def test_token_sort_is_what_the_library_says_of_each_text(text: str) -> None:
    def score(topic: str) -> float:
        texts = [filler.format(topic) for filler in FILLERS]
        return max(fuzz.token_sort_ratio(text, each, processor=utils.default_process) for each in texts)

    plain = sorted(sorted(TOPICS, key=lambda topic: topic.split()[0]), key=score, reverse=True)
    ranked = built("token_sort").rank(text, "en")
    assert ranked.entries == tuple(topic.split()[0] for topic in plain[:TOP])
    assert ranked.confidence == pytest.approx(score(plain[0]), abs=1e-4)


def test_bm25_joined_adds_up_what_single_texts_only_say_in_part() -> None:
    training = Training(
        (Phrasing("red paint", "a"), Phrasing("old door", "a"), Phrasing("red door of ours", "b"), Phrasing("hut", "b"))
    )
    assert built("bm25s", training).rank("old red door paint", "en").entries[0] == "a"
    assert built("bm25s-joined", training).rank("red old", "en").entries[0] == "a"


def test_answers_count_sentence_by_sentence() -> None:
    training = Training(TRAINING.phrasings, (Phrasing("Bring a quokka. Then leave!", "topic7"),))
    assert texts_of(training)[-2:] == (Phrasing("Bring a quokka.", "topic7"), Phrasing("Then leave!", "topic7"))
    for name in MAKES:
        assert built(name, training).rank("bring a quokka.", "en").entries[0] == "topic7"


def test_a_missing_package_is_told_before_anything_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    check(tuple(METHODS))
    monkeypatch.setattr(methods, "bm25s", None)
    check(["token_sort", "tfidf-lr"])
    with pytest.raises(BotError, match="make setup-dev"):
        check(["token_sort", "bm25s"])
