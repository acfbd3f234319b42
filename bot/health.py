"""What a way in says of itself, for those who look after the bot."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Connection:
    """`live`: what people ask there can reach the bot. `to_mend`: a sentence for each thing that an operator should."""

    name: str
    live: bool
    to_mend: tuple[str, ...] = ()
