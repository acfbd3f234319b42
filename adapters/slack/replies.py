"""What is said to a question, a command, a press: the bot's answer or list, rendered."""

from dataclasses import dataclass, replace

from adapters.slack import lists, render
from adapters.slack.blocks import Message
from bot.messages import Answer, Question
from bot.rules import Rules
from bot.service import Bot


@dataclass(frozen=True, slots=True)
class Reply:
    """A message, and the answer that it shows; None where it shows words of the bot's own."""

    message: Message
    answer: Answer | None = None

    @property
    def reference(self) -> str:
        """Return what the log calls it."""
        return self.answer.reference if self.answer else "-"


async def reply(bot: Bot, question: Question, entry: str = "", *, private: bool = False) -> Reply:
    """Answer with the entry, or, where there is none, the question's text: a command, or a question."""
    if not entry and (command := bot.browse.command(question.text, language(bot, question))):
        what = f"crime:{command.area}" if command.area else command.name
        return Reply(shown(bot, what, command.language))
    answer = await (bot.choose(question, entry) if entry else bot.ask(question))
    return Reply(render.answer(answer, bot.words(answer.language), private=private), answer)


def workspace(question: Question) -> str:
    """Return the workspace in which something was asked."""
    return question.asker.split(":")[1]


def in_place(bot: Bot, question: Question, rules: Rules) -> Question:
    """Return a question as it is asked where these rules hold; the asker's own choice of language goes before."""
    if not rules.language or bot.language_of(question.asker):
        return question
    return replace(question, language=rules.language, reply_in=rules.language)


def language(bot: Bot, question: Question) -> str | None:
    """Return the language in which an asker is spoken to where the text does not tell."""
    return bot.language_of(question.asker) or question.language


def shown(bot: Bot, what: str, code: str | None) -> Message:
    """Render what can be looked through: a command's name, "topic:ID" or "crime:ID"; the help where it is gone."""
    words, (kind, _, name) = bot.words(code), what.partition(":")
    if kind == "crime" and (card := bot.browse.crime(name, code)):
        return lists.card(card, bot.words(card.answer.language))
    if what == "crimes":
        return lists.crimes(bot.browse.crimes(code), words)
    if what == "topics":
        return lists.topics(bot.browse.topics(code), words)
    questions = bot.browse.notices(code) if what == "notices" else bot.browse.topic(name, code)
    if questions:
        return lists.questions(questions, words)
    own = {"feedback": words.feedback_help, "privacy": words.privacy_help}
    if what in own:
        title = getattr(words.commands, what)[0]
        return lists.note(title[:1].upper() + title[1:], own[what], words, code or "")
    return lists.help(words, code or "")
