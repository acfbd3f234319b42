"""The tables. A change here needs a migration (`bot/migrations/versions/`); a test compares the two.

Times are aware and in UTC, whatever the database. Texts have no length in the database: `records.py` cuts them.
"""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Double, Index, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

CLAIMED = "claimed"
DONE = "done"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time. SQLite has no time zones: there it is stored naive, in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring an aware time to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone can't be stored.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Table(DeclarativeBase):
    """What the tables share: how constraints are named, and how Python's types are stored."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, float: Double}  # noqa: RUF012 - SQLAlchemy reads it from the class


class Exchange(Table):
    """A question and what became of it. `confidence` is 0..1, `ms` the time to answer in milliseconds."""

    __tablename__ = "exchanges"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    platform: Mapped[str]
    surface: Mapped[str]
    conversation: Mapped[str]
    asker: Mapped[str]
    question: Mapped[str]
    language: Mapped[str]
    outcome: Mapped[str] = mapped_column(index=True)
    entry: Mapped[str | None]
    confidence: Mapped[float]
    ms: Mapped[float]
    knowledge_version: Mapped[str]


class FeedbackRow(Table):
    """Whether an answer helped; one row per asker and reference. The exchange may be missing, or come later."""

    __tablename__ = "feedback"

    reference: Mapped[str] = mapped_column(primary_key=True)
    asker: Mapped[str] = mapped_column(primary_key=True)
    helpful: Mapped[bool]
    at: Mapped[datetime]


class Unanswered(Table):
    """A question worth an editor's look; asked again, it counts up. `entry` is the best that was found."""

    __tablename__ = "unanswered"
    __table_args__ = (Index(None, "times", "last_at"),)

    normalised: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    language: Mapped[str]
    outcome: Mapped[str]
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    entry: Mapped[str | None]
    confidence: Mapped[float]


class EventClaim(Table):
    """One platform id that is being handled or is done. `token` names the claim that it belongs to."""

    __tablename__ = "event_claims"

    key: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    token: Mapped[str]
    claimed_at: Mapped[datetime] = mapped_column(index=True)
    lease_until: Mapped[datetime]
    done_at: Mapped[datetime | None]


class RulesRow(Table):
    """What administrators chose for a place; what its columns mean: `bot.rules.Rules`."""

    __tablename__ = "rules"

    place: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str | None]
    experts: Mapped[str | None]
    public: Mapped[bool | None]
    follow_up: Mapped[bool | None]
    changed_at: Mapped[datetime]


class HandOffRow(Table):
    """A question that a person is to answer; what its columns mean: `bot.handoff.states.HandOff`.

    `settled`: it is closed and the asker knows, so that nothing of it is left to do.
    """

    __tablename__ = "handoffs"
    __table_args__ = (Index(None, "platform", "settled"), Index(None, "platform", "card"))

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    platform: Mapped[str]
    surface: Mapped[str]
    question: Mapped[str]
    offered: Mapped[str]
    reference: Mapped[str]
    language: Mapped[str]
    asker: Mapped[str] = mapped_column(index=True)
    conversation: Mapped[str]
    place: Mapped[str]
    state: Mapped[str]
    expert: Mapped[str]
    expert_name: Mapped[str]
    answer: Mapped[str]
    card: Mapped[str]
    told: Mapped[str]
    settled: Mapped[bool]
    version: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime]


class DraftRow(Table):
    """An expert's answer, kept to become an entry. `handoff`, `expert_name` and `answered_at` say where it is from."""

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    handoff: Mapped[str] = mapped_column(unique=True)
    platform: Mapped[str]
    question: Mapped[str]
    answer: Mapped[str]
    language: Mapped[str]
    expert: Mapped[str]
    expert_name: Mapped[str]
    answered_at: Mapped[datetime]
    saved_by: Mapped[str]
    saved_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str]
    entry: Mapped[str]
    reason: Mapped[str]
    decided_at: Mapped[datetime | None]
