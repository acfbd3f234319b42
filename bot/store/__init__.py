"""What is remembered, in SQLite or PostgreSQL: exchanges, feedback, unanswered questions, event claims, hand-offs."""

from bot.store.database import migrate
from bot.store.handoffs import Draft, DraftState, HandOffs
from bot.store.records import Asked, Done, Rated, Record, utc_now
from bot.store.store import Counts, Store
from bot.store.tables import Exchange, Unanswered

__all__ = [
    "Asked",
    "Counts",
    "Done",
    "Draft",
    "DraftState",
    "Exchange",
    "HandOffs",
    "Rated",
    "Record",
    "Store",
    "Unanswered",
    "migrate",
    "utc_now",
]
