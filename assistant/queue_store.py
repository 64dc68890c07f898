"""The queue of one office in SQL: every number given once, called once, in the ruled order."""

from assistant.queue_board import Board
from assistant.queue_calling import Calling
from assistant.queue_following import Following
from assistant.queue_giving import Giving, Wanted
from assistant.queue_slips import Slips
from assistant.queue_waiting import Waiting

__all__ = ["Queue", "Wanted"]


class Queue(Giving, Waiting, Calling, Slips, Board, Following):
    """The queue of one office, for residents, clerks and the board."""
