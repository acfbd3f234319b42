"""The signals that find the right entry, and their calibrated fusion."""
