"""What administrators chose for a workspace and for its channels. A place is `platform:workspace[:channel]`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """What was chosen; None: nothing was.

    `language` is the answers' (else the question's own), `experts` the channel of those who answer what people ask a
    person. `public`: answers that everybody sees may be posted; `follow_up`: threads are followed without a mention.
    """

    language: str | None = None
    experts: str | None = None
    public: bool | None = None
    follow_up: bool | None = None

    def over(self, wider: "Rules") -> "Rules":
        """Return these, and where nothing was chosen, the wider place's."""
        return Rules(
            language=wider.language if self.language is None else self.language,
            experts=wider.experts if self.experts is None else self.experts,
            public=wider.public if self.public is None else self.public,
            follow_up=wider.follow_up if self.follow_up is None else self.follow_up,
        )
