"""bot/search/encoder_specs.py"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.search.encoder_specs import EncoderSpec, read_specs

ENGLISH = frozenset({"en"})


@pytest.mark.parametrize(
    ("setting", "specs"),
    [
        ("default", [EncoderSpec("minilm"), EncoderSpec("use")]),
        ("minilm,use", [EncoderSpec("minilm"), EncoderSpec("use")]),
        (" use ", [EncoderSpec("use")]),
        ("mpnet,use", [EncoderSpec("mpnet"), EncoderSpec("use")]),
        ("none", []),
        ("fastembed:BAAI/bge-small-en-v1.5", [EncoderSpec("fastembed", "BAAI/bge-small-en-v1.5")]),
        ("use, onnx:/a/b c@en", [EncoderSpec("use"), EncoderSpec("onnx", "/a/b c", ENGLISH)]),
        ("onnx:C:\\models\\e5@en+fr", [EncoderSpec("onnx", "C:\\models\\e5", ENGLISH | {"fr"})]),
        ("onnx:/home/me@work", [EncoderSpec("onnx", "/home/me@work")]),
        (
            "sentence-transformers:intfloat/multilingual-e5-small?prefix=query:",
            [EncoderSpec("sentence-transformers", "intfloat/multilingual-e5-small", prefix="query:")],
        ),
        ("onnx:/a@en?pooling=cls&prefix=a = b", [EncoderSpec("onnx", "/a", ENGLISH, "a = b", "cls")]),
        (
            "fastembed:x/y?dimensions=384&pooling=cls&file=model.onnx",
            [EncoderSpec("fastembed", "x/y", pooling="cls", dimensions=384, file="model.onnx")],
        ),
    ],
)
def test_a_list_of_encoders_is_read(setting: str, specs: list[EncoderSpec]) -> None:
    assert read_specs(setting) == tuple(specs)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("best", "'best': an encoder is one of default, none, minilm, use, mpnet, onnx:MODEL, fastembed:MODEL"),
        ("", "'': an encoder is one of"),
        ("minilm,", "'': an encoder is one of"),
        ("none,use", "'none': an encoder is one of"),
        ("fastembed:", "an encoder is one of"),
        ("minilm@en", "an encoder is one of"),
        ("default,use", "ENCODERS names use twice."),
        ("onnx:/a@en,onnx:/a@fr", "ENCODERS names onnx:/a twice."),
        ("onnx:/a?pooling=max", "pooling must be one of mean, cls."),
        ("onnx:/a?dimensions=8", "onnx takes prefix=…, pooling=…, not 'dimensions=8'."),
        ("onnx:/a?prefix", "not 'prefix'."),
        ("onnx:/a?prefix=", "not 'prefix='."),
        ("fastembed:x?dimensions=many", "dimensions must be a whole number, such as 384."),
        ("fastembed:x?dimensions=²", "dimensions must be a whole number"),
        ("fastembed:x?dimensions=0", "dimensions must be a whole number"),
        ("fastembed:x?pooling=cls", "pooling and file need dimensions"),
    ],
)
def test_what_can_not_be_read_is_named_with_what_to_do(setting: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_specs(setting)
    assert words in str(caught.value)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_specs("best,use,onnx:/a?x=y,use")
    assert [word in str(caught.value) for word in ("'best'", "'x=y'", "use twice")] == [True] * 3


@given(st.text() | st.text("usenoxfatmbd:@?&=+,/-", max_size=40))
def test_any_text_is_read_or_refused(setting: str) -> None:
    try:
        titles = [spec.title for spec in read_specs(setting)]
    except SettingsError as error:
        titles = [str(error)]
    assert len(set(titles)) == len(titles)
    assert all(titles)
