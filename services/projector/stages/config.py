"""Settings of `projector stages`."""

from __future__ import annotations

from shared.config import CommonSettings


class Settings(CommonSettings):
    """`generation` 0: the one that is shown (found at the start); otherwise a rebuild's."""

    part: str = "stages"
    generation: int = 0
    rebuilding: bool = False
