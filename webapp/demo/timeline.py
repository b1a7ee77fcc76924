"""The demo's clock: what happens, in the order in which it happens."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Act = Callable[[datetime], object]


class Timeline:
    """Acts by their moments. An act may put later ones on the line."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []
        self._numbers = count()

    def at(self, moment: datetime, act: Act) -> None:
        """Put an act on the line; acts of one moment happen in the order they were put."""
        heapq.heappush(self._acts, (moment, next(self._numbers), act))

    def run(self, until: datetime, *, tell: Callable[[datetime], None]) -> None:
        """Let everything happen before `until`, and tell each new month."""
        month = None
        while self._acts and self._acts[0][0] < until:
            moment, _, act = heapq.heappop(self._acts)
            if (moment.year, moment.month) != month:
                month = (moment.year, moment.month)
                tell(moment)
            act(moment)
