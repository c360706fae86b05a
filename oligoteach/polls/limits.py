"""How often somebody may try: guesses of PINs and codes, votes, new voters."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

MOST_KEYS = 10_000


class Limit:
    """At most so many tries within a time, counted for each key by itself.

    Parameters
    ----------
    tries : int
        How many are allowed.
    within_s : float
        In how many seconds.
    clock : callable
        Returns the seconds of a clock that never goes back.
    """

    def __init__(
        self, tries: int, within_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.tries = tries
        self.within_s = within_s
        self._clock = clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Return for how many seconds a key has to wait; 0 if it may try now."""
        times = self._seen.get(key, ())
        if len(times) < self.tries:
            return 0.0
        return max(0.0, times[0] + self.within_s - self._clock())

    def note(self, key: str) -> None:
        """Count a try; of very many keys the one that tried last is remembered longest."""
        self._seen.setdefault(key, deque(maxlen=self.tries)).append(self._clock())
        self._seen.move_to_end(key)
        while len(self._seen) > MOST_KEYS:
            self._seen.popitem(last=False)

    def allow(self, key: str) -> bool:
        """Count a try if the key may try now, and return whether it may."""
        if self.wait_s(key) > 0:
            return False
        self.note(key)
        return True

    def forgive(self, key: str) -> None:
        """Forget a key's tries: it has shown that it may."""
        self._seen.pop(key, None)
