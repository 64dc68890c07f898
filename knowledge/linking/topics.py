"""What a question asks about a procedure: told by cue phrases, or learned from utterances.

The cues are a table a clerk can extend. What they miss is found by one linear
model a topic over the words and word pairs of the question; NumPy at run time,
weights written by `train`.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.data_files import parse_yaml
from knowledge.linking.known import Known
from knowledge.procedures import Topic
from knowledge.vietnamese import fold, normalise
from knowledge.words import terms

WEIGHTS = Path(__file__).parent.parent / "data" / "linking" / "topics.npz"


CUES = Path(__file__).parent.parent / "data" / "topics.yaml"


def read_cues(path: Path = CUES) -> dict[str, Topic]:
    """Tone-free cue phrase → topic."""
    table: dict[str, list[str]] = parse_yaml(path.read_text("utf-8"))
    return {fold(normalise(cue)): Topic(topic) for topic, cues in table.items() for cue in cues}


@dataclass(frozen=True, slots=True)
class TopicModel:
    """``weights`` has shape (terms, topics); a topic is asked when its probability passes ½."""

    cues: Known
    vocabulary: dict[str, int]
    topics: tuple[Topic, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls, path: Path = WEIGHTS) -> "TopicModel":
        """The model as it is shipped; read once, whoever asks for it."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                Known(read_cues().items()),
                {term: i for i, term in enumerate(stored["vocabulary"].tolist())},
                tuple(Topic(str(topic)) for topic in stored["topics"]),
                stored["weights"].astype(np.float32),
                stored["bias"],
            )

    def topics_of(self, normalised: str, limit: int = 4) -> tuple[Topic, ...]:
        """The topics asked, in the order of the record; empty for a general question."""
        told = {Topic(topic) for topic in self.cues.within(fold(normalised))}
        known = {self.vocabulary[t] for t in topic_terms(normalised) if t in self.vocabulary}
        scores = self.weights[sorted(known)].sum(axis=0) + self.bias
        order = np.argsort(-scores, kind="stable")
        told |= {self.topics[i] for i in order[:limit] if scores[i] > 0}
        return tuple(topic for topic in Topic if topic in told)[:limit]


def topic_terms(normalised: str) -> list[str]:
    """Tone-free syllables, pairs and triples, with the toned syllables beside them.

    "phí" and "phi", "mất" (lose) and "mất" (take time) differ by neighbours, so pairs
    and triples matter; toned syllables keep "bao lâu" apart where tones are typed.
    """
    folded = terms(normalised, toned=False)
    words = normalised.split()
    plain = [w for w in folded if "_" not in w]
    triples = [f"{a}_{b}_{c}" for a, b, c in zip(plain, plain[1:], plain[2:], strict=False)]
    return [*folded, *triples, *(f"={word}" for word in words)]
