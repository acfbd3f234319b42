"""How a question is understood: what is taken off, restored, read otherwise, or read with what was said before."""
