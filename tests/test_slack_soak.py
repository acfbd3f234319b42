"""In bad conditions every question is answered, and once. Long: `python -m tests.measure_slack --soak 10000`."""

from pathlib import Path

import pytest

from tests import slack_rig
from tests.fake_slack import FakeSlack
from tests.slack_soak import Soak

slack = slack_rig.slack  # fixture


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_question_is_answered_exactly_once(slack: FakeSlack, tmp_path: Path, seed: int) -> None:
    done = await Soak(slack, tmp_path, 300, seed).run()
    assert (done.lost, done.doubled) == ((), ())
    assert done.questions < done.deliveries
    assert done.connections > 1
    assert done.refused > 0
