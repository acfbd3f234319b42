"""What `menu.yaml` may hold: the topics that people browse, and the notices in the order in which they are listed."""

from pydantic import Field

from bot.knowledge.fields import EveryLanguage, Model, Slug


class Topic(EveryLanguage):
    """One topic: its name in each language, and the files of `faq/` (without `.yaml`) whose entries it shows."""

    id: Slug
    files: tuple[Slug, ...] = Field(min_length=1)


class Menu(Model):
    """`menu.yaml`: what can be browsed. `notices` are entries."""

    topics: tuple[Topic, ...] = ()
    notices: tuple[Slug, ...] = ()
