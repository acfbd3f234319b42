"""adapters/slack/steps.py: the workflow step, against the fake Slack."""

from adapters.slack.app import SlackAdapter
from tests import slack_rig
from tests.fake_slack import STEP_TOKEN, Failure, FakeSlack
from tests.slack_deliveries import recorded
from tests.slack_rules import alive

slack, adapter = slack_rig.slack, slack_rig.adapter  # fixtures


async def test_a_step_gives_the_workflow_the_answer_with_its_source_once(
    slack: FakeSlack, adapter: SlackAdapter
) -> None:
    for _ in range(2):
        await slack.deliver("events_api", recorded("function_executed"))
    (done,) = slack.sent("functions.completeSuccess")
    assert (done.params["function_execution_id"], done.token) == ("Fx0EXAMPLE", STEP_TOKEN)
    outputs = done.params["outputs"]
    assert outputs["outcome"] == "answered"
    assert "find and provisionally arrest" in outputs["answer"]
    assert "https://www.interpol.int/en/FAQs" in outputs["answer"]
    assert alive({"text": outputs["answer"]}) == []


async def test_a_step_that_could_not_be_completed_is_completed_when_it_is_delivered_again(
    slack: FakeSlack, adapter: SlackAdapter
) -> None:
    slack.fail("functions.completeSuccess", Failure(error="fatal_error"))
    await slack.send_envelope("events_api", recorded("function_executed"), "first")
    await slack.until(lambda: any(call.refused for call in slack.calls), "the failure")
    await slack.deliver("events_api", recorded("function_executed"))
    assert len(slack.sent("functions.completeSuccess")) == 1
    assert "first" not in slack.envelope_acks
