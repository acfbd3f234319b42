"""bot/search/mpnet_graph.py: a small MPNet is run by the real onnxruntime and compared with a slow twin."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.search.mpnet import MPNet
from bot.search.mpnet_graph import buckets
from bot.search.onnx_encoder import BATCH
from tests.tiny_model import WORDS
from tests.tiny_mpnet import BUCKETS, DIMENSIONS, LAYERS, bucket, expected, install

TOLERANCE = 1e-3  # 1e-6, but where a number is between two whole ones; what is left out changes more, see below
QUESTIONS = ["what is a red notice", "bake bread", "", "police " * 100]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> MPNet:
    folder = tmp_path_factory.mktemp("packages")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return MPNet(None, install(folder))


def test_a_vector_is_what_mpnet_gives(tiny: MPNet) -> None:
    vectors = tiny.encode(QUESTIONS)
    assert vectors.shape == (len(QUESTIONS), DIMENSIONS)
    assert np.abs(vectors - [expected(text.split(), rounded=True) for text in QUESTIONS]).max() < TOLERANCE
    assert tiny.languages == frozenset({"en"})


def test_whole_numbers_change_a_vector_but_little(tiny: MPNet) -> None:
    wanted = [expected(text.split(), rounded=False) for text in QUESTIONS]
    assert np.einsum("ij,ij->i", tiny.encode(QUESTIONS), wanted).min() > 0.99


@pytest.mark.parametrize(
    "part",
    [
        "encoder.relative_attention_bias.weight",
        "embeddings.position_embeddings.weight",
        *(
            f"encoder.layer.{LAYERS - 1}.{name}"
            for name in (
                "attention.attn.q.weight",
                "attention.attn.k.weight",
                "attention.attn.v.bias",
                "attention.attn.o.weight",
                "intermediate.dense.weight",
                "output.dense.weight",
                "output.LayerNorm.bias",
            )
        ),
    ],
)
def test_no_part_of_mpnet_could_be_left_out_unseen(part: str) -> None:
    text = QUESTIONS[0].split()
    assert np.abs(expected(text, rounded=True) - expected(text, rounded=True, spoilt=part)).max() > 2 * TOLERANCE


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.lists(st.lists(st.sampled_from(WORDS[4:12]), max_size=30).map(" ".join), min_size=1, max_size=BATCH + 1))
def test_a_vector_does_not_depend_on_the_texts_beside_it(tiny: MPNet, texts: list[str]) -> None:
    alone = np.concatenate([tiny.encode([text]) for text in texts])
    assert np.allclose(tiny.encode(texts), alone, rtol=0, atol=1e-6)


def test_distances_are_counted_in_buckets() -> None:
    assert buckets(512, BUCKETS).tolist() == [[bucket(other - row) for other in range(512)] for row in range(512)]
