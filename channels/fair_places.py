"""A few places that stay open for long, shared so that one address never shuts the others out.

An address that holds more than the newcomer's gives its oldest place back to it. Addresses that
hold as many as each other find the places full, as before.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Full(Exception):
    """Every place is taken, by addresses that hold no more than the newcomer's."""


class Place:
    """One place; whoever holds it leaves once ``is_lost``, and hears of it through ``on_loss``."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.is_lost = False
        self.on_loss: Callable[[], None] = lambda: None


class FairPlaces:
    """``most`` places. For one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: list[Place] = []  # oldest first

    def has_one_for(self, address: str) -> bool:
        """Whether ``taken_by`` would give a place now."""
        return len(self._held) < self._most or self._too_many_for(address) is not None

    @contextmanager
    def taken_by(self, address: str) -> Iterator[Place]:
        """A place for as long as the block lasts; raises Full."""
        if len(self._held) >= self._most:
            lost = self._too_many_for(address)
            if lost is None:
                raise Full
            self._held.remove(lost)
            lost.is_lost = True
            lost.on_loss()
        place = Place(address)
        self._held.append(place)
        try:
            yield place
        finally:
            if not place.is_lost:
                self._held.remove(place)

    def _too_many_for(self, address: str) -> Place | None:
        """The oldest place of the address that holds most, if that is more than a fair share."""
        count = Counter(place.address for place in self._held)
        greediest, held = max(count.items(), key=lambda item: item[1], default=("", 0))
        if held <= count[address] + 1:
            return None
        return next(place for place in self._held if place.address == greediest)
