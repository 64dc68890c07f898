"""What can keep a language model from helping; in every case the record's own words stand."""


class ModelUnavailable(Exception):
    """The model gave nothing usable."""


class ModelTimeout(ModelUnavailable):
    """No whole reply within the time allowed."""


class ModelRefused(ModelUnavailable):
    """The server said no: wrong key, unknown model, too many requests, its own failure."""


class BadReply(ModelUnavailable):
    """Something came back, but not what a chat model says."""


class ModelResting(ModelUnavailable):
    """Not asked at all: it failed too often just now, is busy, or today's tokens are spent."""
