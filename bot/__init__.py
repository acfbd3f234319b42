"""The shared answer engine. It knows no chat platform and no web framework."""
