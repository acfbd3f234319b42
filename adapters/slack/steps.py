"""The workflow step "Ask interpol-bot": a custom function that takes a question and gives an answer."""

from adapters.slack.parse_views import Step
from adapters.slack.replies import reply
from adapters.slack.sending import Sending
from bot.service import Bot


class Steps:
    """Completes executions."""

    def __init__(self, bot: Bot, sending: Sending) -> None:
        self._bot = bot
        self._sending = sending

    async def run(self, step: Step) -> None:
        """Answer, and let the workflow go on. Raises one of `sending.FAILURES`."""
        async with self._bot.once(step.key) as mine:
            if not mine:
                return
            given = await reply(self._bot, step.question)
            answer = given.answer
            outputs = {
                "answer": given.message.text,  # as text in a message: inert, with its sources
                "outcome": answer.outcome.value if answer else "answered",
                "reference": given.reference,
            }
            await self._sending.web.functions_completeSuccess(
                function_execution_id=step.execution, outputs=outputs, **({"token": step.token} if step.token else {})
            )
