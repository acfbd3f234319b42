"""bot/bench/datasets.py"""

import random
from pathlib import Path

import pytest

from bot.bench.datasets import (
    APART,
    PUBLIC,
    QUICK_INSIDE,
    QUICK_OUTSIDE,
    QUICK_ROUNDS,
    Dataset,
    Query,
    Round,
    Training,
    banking,
    clinc,
    drawn,
    quick,
    read_banking,
    read_clinc,
    read_public,
    read_stackfaq,
    stackfaq,
)
from bot.errors import BotError
from tests.bench_data import THINGS, clinc_parts, write_all, write_banking, write_clinc, write_stackfaq

THREAD = "<qapair><question>a</question><answer>b</answer><rephr>c</rephr></qapair>"


def broken(file: Path, content: str | bytes) -> Path:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


# --- drawing ---


def test_the_draw_is_a_sample_over_each_class_in_file_order_classes_sorted() -> None:
    labels = [f"class {number % 7}" for number in range(140)]
    texts = [f"text {number}" for number in range(140)]
    chance = random.Random(2)  # noqa: S311 - a draw
    by_class = {
        name: [text for text, label in zip(texts, labels, strict=True) if label == name] for name in set(labels)
    }
    plain = [text for name in sorted(by_class) for text in chance.sample(by_class[name], 10)]
    assert [texts[place] for place in drawn(labels, 10, 2)] == plain


def test_a_class_with_too_few_examples_is_named() -> None:
    with pytest.raises(BotError, match=r"Fewer than 2 .* for b, c:"):
        drawn(["a", "c", "a", "b"], 2, 0)


# --- CLINC150 ---


def test_clinc_knows_ten_an_intent_and_asks_the_parts_own_questions(tmp_path: Path) -> None:
    write_clinc(tmp_path)
    [asked] = clinc(tmp_path, 10, 0, "validation")
    assert len(asked.training.phrasings) == 10 * len(THINGS)
    assert asked.training.answers == asked.training.unlike == ()
    inside = [query for query in asked.queries if query.right]
    assert [query.right for query in inside] == [frozenset({f"show-{thing}"}) for thing in THINGS]
    assert [query.text for query in asked.queries if not query.right] == ["tell a joke", "why is the sea so salty"]


def test_each_seed_draws_others_and_the_full_set_is_the_same_for_all(tmp_path: Path) -> None:
    write_clinc(tmp_path)
    draws = [clinc(tmp_path, 10, seed, "validation")[0].training for seed in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]
    whole = clinc(tmp_path, None, 0, "validation")[0].training.phrasings
    assert [[each.text, each.entry] for each in whole] == clinc_parts()["train"]


@pytest.mark.parametrize("part", ["validation", "test"])
def test_no_question_of_the_other_part_is_asked(tmp_path: Path, part: str) -> None:
    parts = {name: [[f"{name} {number}", "x"] for number in range(12)] for name in clinc_parts()}
    write_clinc(tmp_path, parts)
    [asked] = clinc(tmp_path, 10, 0, "test" if part == "test" else "validation")
    kinds = {query.text.split()[0] for query in asked.queries}
    assert kinds == ({"test", "oos_test"} if part == "test" else {"val", "oos_val", "oos_train"})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        ("[]", "as train, val, test, oos_train, oos_val, oos_test"),
        (
            '{"train": [["a", "b"]], "val": [["a"]], "test": 3, "oos_train": [], "oos_val": [[1, 2]]}',
            "as val, test, oos_tr",
        ),
    ],
)
def test_a_file_that_is_not_clinc_is_told(tmp_path: Path, content: str | bytes, told: str) -> None:
    file = broken(tmp_path / "clinc150_full.json", content)
    with pytest.raises(BotError, match=told) as caught:
        read_clinc(file)
    assert str(file) in str(caught.value)


# --- BANKING77 ---


def test_banking_validation_asks_training_questions_that_were_not_drawn(tmp_path: Path) -> None:
    examples = read_banking(write_banking(tmp_path))
    [asked] = banking(tmp_path, 10, 1, "validation")
    known, queries = {each.text for each in asked.training.phrasings}, {query.text for query in asked.queries}
    assert len(known) == 10 * len(THINGS)
    assert known | queries == {each.text for each in examples}
    assert not known & queries


def test_banking_in_full_holds_out_a_third_of_a_small_file(tmp_path: Path) -> None:
    examples = read_banking(write_banking(tmp_path))
    [asked] = banking(tmp_path, None, 0, "validation")
    assert len(asked.queries) == len(examples) // 3
    assert len(asked.training.phrasings) + len(asked.queries) == len(examples)
    assert not {each.text for each in asked.training.phrasings} & {query.text for query in asked.queries}


def test_the_test_part_of_banking_is_its_own_file(tmp_path: Path) -> None:
    write_banking(tmp_path)
    [asked] = banking(tmp_path, None, 0, "test")
    assert [query.text for query in asked.queries] == [f"where is a card of {thing}" for thing in THINGS]
    assert len(asked.training.phrasings) == 65


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", ":1 is not BANKING77"),
        ("question,label\na,b\n", ":1 is not BANKING77"),
        ("text,category\n", "holds no questions"),
        ("text,category\na,b\nc\n", ":3 is not BANKING77"),
        ("text,category\na, \n", ":2 is not BANKING77"),
        ('text,category\n"a\nb",c\n"d,e\n', "is not a table"),
        (b"text,category\n\xff,b\n", "is not a table in UTF-8"),
    ],
)
def test_a_file_that_is_not_banking_is_told_with_its_line(tmp_path: Path, content: str | bytes, told: str) -> None:
    file = broken(tmp_path / "banking77_train.csv", content)
    with pytest.raises(BotError, match=told) as caught:
        read_banking(file)
    assert str(file) in str(caught.value)


# --- StackFAQ ---


def test_a_thread_is_read_on_one_line_without_the_stars(tmp_path: Path) -> None:
    thread = read_stackfaq(write_stackfaq(tmp_path))[0]
    assert thread.entry == "thread-001"
    assert thread.question == "How to drop amber?"
    assert thread.answers == ("Open it. Then cut the amber.",)
    assert thread.rephrasings == ("delete amber & go", "remove the amber", "get rid of amber")


def test_zero_shot_no_rephrasing_is_known(tmp_path: Path) -> None:
    write_stackfaq(tmp_path)
    [asked] = stackfaq(tmp_path, "validation", left_out=False)
    assert [each.text for each in asked.training.phrasings] == [f"How to drop {thing}?" for thing in THINGS]
    assert len(asked.training.answers) == len(THINGS)
    assert len(asked.queries) == 9


def test_the_parts_of_stackfaq_ask_different_threads_and_all_of_them(tmp_path: Path) -> None:
    write_stackfaq(tmp_path)
    asked = [
        {
            right
            for each in stackfaq(tmp_path, part, left_out=left_out)
            for query in each.queries
            for right in query.right
        }
        for left_out in (False, True)
        for part in ("validation", "test")
    ]
    assert asked[0] == asked[2] == {"thread-001", "thread-003", "thread-005"}
    assert asked[1] == asked[3] == {"thread-002", "thread-004"}


def test_leaving_out_asks_every_rephrasing_once_and_knows_all_others_of_its_entry(tmp_path: Path) -> None:
    write_stackfaq(tmp_path, [f"thing{number}" for number in range(4 * APART)])
    rounds = stackfaq(tmp_path, "validation", left_out=True)
    queries = [query.text for each in rounds for query in each.queries]
    assert len(queries) == len(set(queries)) == 2 * APART * 3
    for each in rounds:
        known = {phrasing.text for phrasing in each.training.phrasings}
        assert not known & {query.text for query in each.queries}
        for query in each.queries:
            own = [phrasing for phrasing in each.training.phrasings if {phrasing.entry} == query.right]
            assert len(own) == 3  # its question and two of its three rephrasings
        whole = 4 * APART * 4
        assert len(known) == whole - len(each.queries)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<root><qapair>", "is not XML"),
        ("<root/>", "is missing"),
        (f"<root>{THREAD}</root>", "is missing"),
        ("<root><qapair><question>a</question><answer>b</answer></qapair></root>", "is missing in thread-001"),
    ],
)
def test_a_file_that_is_not_stackfaq_is_told(tmp_path: Path, content: str, told: str) -> None:
    file = broken(tmp_path / "stackfaq.xml", content)
    with pytest.raises(BotError, match=told) as caught:
        read_stackfaq(file)
    assert str(file) in str(caught.value)


# --- all of them ---


def test_what_is_drawn_is_read_once_a_seed(tmp_path: Path) -> None:
    found = read_public(tuple(PUBLIC), write_all(tmp_path), (0, 1), "validation")
    assert [(each.name, each.seed) for each in found] == [
        ("clinc150-10", 0),
        ("clinc150-10", 1),
        ("clinc150-full", 0),
        ("banking77-10", 0),
        ("banking77-10", 1),
        ("banking77-full", 0),
        ("stackfaq", 0),
        ("stackfaq-loo", 0),
    ]
    assert all(each.questions for each in found)


def test_every_missing_file_is_named_with_where_it_comes_from(tmp_path: Path) -> None:
    write_clinc(tmp_path)
    with pytest.raises(BotError) as caught:
        read_public(("clinc150-10", "banking77-10", "stackfaq"), tmp_path, (0,), "validation")
    said = str(caught.value)
    assert "clinc150_full.json" not in said
    assert all(name in said for name in ("banking77_train.csv", "banking77_test.csv", "stackfaq.xml", "--data"))
    assert "github.com/PolyAI-LDN" in said


def test_nothing_is_needed_for_no_public_set(tmp_path: Path) -> None:
    assert read_public((), tmp_path / "nowhere", (0,), "validation") == ()


def test_a_folder_in_the_place_of_a_file_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / "stackfaq.xml").mkdir()
    with pytest.raises(BotError, match=r"stackfaq\.xml"):
        read_public(("stackfaq",), tmp_path, (0,), "validation")


def test_quick_keeps_some_rounds_and_some_of_both_kinds_of_questions() -> None:
    queries = tuple(Query(f"q{number}", frozenset({"a"} if number % 2 else ())) for number in range(2000))
    one = quick(Dataset("x", 0, (Round(Training(()), queries),)))
    assert one.questions == QUICK_INSIDE + QUICK_OUTSIDE
    many = quick(Dataset("x", 0, tuple(Round(Training(()), queries[:6]) for _ in range(50))))
    assert len(many.rounds) == QUICK_ROUNDS
    assert quick(many).questions == many.questions == 6 * QUICK_ROUNDS
    few = Dataset("x", 0, (Round(Training(()), queries[:7]),))
    assert sorted(query.text for query in quick(few).rounds[0].queries) == [f"q{number}" for number in range(7)]
