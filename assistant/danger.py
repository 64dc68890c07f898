"""Finds in a message what must be answered before anything else: danger, fraud, threats, insult.

The learned ranking knows these too, but it weighs them against every procedure named in the
same breath. For a house on fire a false alarm costs one sentence and a miss may cost a life, so
here a sign is enough. Signs are data (`data/danger.yaml`).
"""

from pathlib import Path

from assistant.signs import find_sign
from knowledge.linking.linker import Linking

FILE = Path(__file__).parent / "data" / "danger.yaml"
LIFE = frozenset(
    {
        "emergency.police",
        "emergency.fire",
        "emergency.medical",
        "safety.domestic_violence",
        "safety.self_harm",
    }
)
# All that threatens life together from here is answered as such, unless a procedure is as
# probable. Chosen on evals/cases/safety.jsonl against every other case: see tests/test_safety.py.
LIFE_SHARE = 0.3


def find_danger(text: str, *, about_procedure: bool = False) -> str | None:
    """The intent a masked message must be answered by, None for an ordinary one.

    ``about_procedure`` tells that the message clearly asks about a procedure: then rude words
    do not matter, and a fire may be what took the papers.
    """
    return find_sign(FILE, text, yields=about_procedure)


def find_threat_to_life(linking: Linking) -> str | None:
    """The danger the ranking sees, where all dangers together outweigh every procedure."""
    dangers = [c for c in linking.candidates if c.label in LIFE]
    together = sum(c.probability for c in dangers)
    best = max((c.probability for c in linking.procedures), default=0.0)
    if together < LIFE_SHARE or best >= together:
        return None
    return max(dangers, key=lambda c: c.probability).label
