"""The strict stand-in server the tests talk to; group day and bench use the same one."""

from evals.fakes.zalo_bot_server import *  # noqa: F403
