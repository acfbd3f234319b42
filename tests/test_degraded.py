"""An encoder that breaks while questions come: the other signals go on."""

import numpy as np
import pytest

from bot.engine import Engine
from bot.messages import Outcome, Question
from bot.search.index import Index
from tests.small_knowledge import KNOWLEDGE
from tests.test_index import PHRASINGS
from tests.toy_encoders import SECRET, BrokenEncoder, ToyEncoder

BUILT = 10_000  # texts: more than the build needs


class BreaksLater(BrokenEncoder):
    """Encodes the phrasings as it should, and then no more."""

    def built(self) -> None:
        self._good = 0


@pytest.mark.parametrize("how", BrokenEncoder.HOW)
def test_an_encoder_that_breaks_at_a_question_is_left_out_of_it(how: str, caplog: pytest.LogCaptureFixture) -> None:
    broken = BreaksLater(how, good=BUILT)
    index = Index(PHRASINGS, [broken, ToyEncoder("good")])
    broken.built()
    question = "please say something about vacancies"
    [ranking] = index.rank([question], "en")
    [alone] = Index(PHRASINGS, [ToyEncoder("good")]).rank([question], "en")
    assert ranking.hits[0].entry == alone.hits[0].entry == "jobs"
    assert [name for name, _ in ranking.hits[0].signals] == ["good", "words"]
    assert np.isfinite([hit.confidence for hit in ranking.hits]).all()
    [line] = caplog.messages
    assert f"broken-{how}" in line
    assert SECRET not in line
    assert question not in line


def test_the_answer_comes_from_the_words_when_every_encoder_breaks() -> None:
    broken = BreaksLater("raises", good=BUILT)
    engine = Engine(KNOWLEDGE, [broken])
    broken.built()
    answer = engine.answer(Question("please tell me about the vacancies"))
    assert (answer.outcome, answer.entry) == (Outcome.ANSWERED, "jobs")
