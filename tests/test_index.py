"""bot/search/index.py"""

from pathlib import Path

import numpy as np
import pytest

from bot.search.index import EXACT, Index, Phrasing
from tests.small_knowledge import KNOWLEDGE
from tests.toy_encoders import BrokenEncoder, ToyEncoder

PHRASINGS = tuple(
    Phrasing(text, entry.id, language)
    for entry in KNOWLEDGE.entries
    for language in entry.languages()
    for text in (entry.text(language) or entry.en).phrasings
)
INDEX = Index(PHRASINGS, [ToyEncoder("all"), ToyEncoder("english", frozenset({"en"}))])


def test_every_phrasing_finds_its_entry_for_certain() -> None:
    for ranking, phrasing in zip(INDEX.rank([each.text for each in PHRASINGS], "en"), PHRASINGS, strict=True):
        assert (ranking.exact, ranking.hits[0].entry) == (phrasing.entry, phrasing.entry)
        assert ranking.hits[0].confidence == EXACT


def test_hits_come_best_first_with_the_nearest_phrasing_and_its_signals() -> None:
    ranking = INDEX.rank(["please say something about vacancies"], "en", most=4)[0]
    confidences = [hit.confidence for hit in ranking.hits]
    assert confidences == sorted(confidences, reverse=True)
    assert len(ranking.hits) == 4
    assert "vacancies" in ranking.hits[0].phrasing
    assert [name for name, _ in ranking.hits[0].signals] == ["all", "english", "words"]
    assert ranking.exact is None


def test_a_question_in_another_language_is_compared_by_the_signals_that_understand_it() -> None:
    ranking = INDEX.rank(["les alertes colorées"], "fr")[0]
    assert ranking.hits[0].entry == "notices"
    assert [name for name, _ in ranking.hits[0].signals] == ["all", "words"]


def test_many_texts_are_ranked_as_each_alone() -> None:
    texts = ["vacancies please", "bomb threat here", "what about rainfall"]
    together = INDEX.rank(texts, "en")
    for text, ranking in zip(texts, together, strict=True):
        alone = INDEX.rank([text], "en")[0]
        assert [hit.entry for hit in alone.hits] == [hit.entry for hit in ranking.hits]
        assert np.allclose([hit.confidence for hit in alone.hits], [hit.confidence for hit in ranking.hits], atol=1e-6)


def test_a_second_index_takes_its_vectors_from_the_cache(tmp_path: Path) -> None:
    Index(PHRASINGS, [ToyEncoder()], tmp_path)
    encoder = ToyEncoder()
    again = Index(PHRASINGS, [encoder], tmp_path)
    assert encoder.encoded == 0
    assert again.rank(["vacancies please"], "en")[0].hits[0].entry == "jobs"


def test_without_any_encoder_the_words_alone_find_it() -> None:
    ranking = Index(PHRASINGS, []).rank(["tell me about the vacancies"], "en")[0]
    assert ranking.hits[0].entry == "jobs"
    assert [name for name, _ in ranking.hits[0].signals] == ["words"]


def test_a_broken_encoder_is_left_out_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    ranking = Index(PHRASINGS, [ToyEncoder("good"), BrokenEncoder("nan")]).rank(["vacancies please"], "en")[0]
    assert [name for name, _ in ranking.hits[0].signals] == ["good", "words"]
    assert "broken-nan" in caplog.text


def test_to_take_one_entry_of_a_group_for_another_is_not_wrong() -> None:
    confused = tuple(
        Phrasing(f"{word} {number}", entry)
        for word in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
        for number, entry in ((1, f"{word}-a"), (2, f"{word}-b"), (3, f"{word}-a"), (4, f"{word}-b"))
    )
    groups = {phrasing.entry: phrasing.entry.split("-")[0] for phrasing in confused}
    apart = Index(confused, []).rank(["alpha 7"], "en")[0]
    together = Index(confused, [], groups=groups).rank(["alpha 7"], "en")[0]
    assert together.hits[0].confidence > apart.hits[0].confidence


def test_to_take_an_entry_for_a_related_one_is_not_wrong() -> None:
    confused = tuple(
        Phrasing(f"{word} {number}", entry)
        for word in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
        for number, entry in ((1, f"{word}-a"), (2, f"{word}-b"), (3, f"{word}-a"), (4, f"{word}-b"))
    )
    related = {phrasing.entry: [f"{phrasing.entry[:-1]}b", "not-there"] for phrasing in confused}
    apart = Index(confused, []).rank(["alpha 7"], "en")[0]
    together = Index(confused, [], related=related).rank(["alpha 7"], "en")[0]
    assert together.hits[0].confidence > apart.hits[0].confidence


def test_one_entry_is_not_enough() -> None:
    with pytest.raises(ValueError, match="two entries"):
        Index([Phrasing("one", "only"), Phrasing("two", "only")], [])
