"""How the engine compares: the same sets, the same machine, side by side with methods that others use."""
