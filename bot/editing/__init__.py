"""The editors' tools: a review of the knowledge, new entries, tables of entries in and out. Nothing here prints."""
