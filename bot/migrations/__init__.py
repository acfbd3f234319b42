"""Alembic's folder: one file per version of the tables. `bot/store/database.py` runs them."""
