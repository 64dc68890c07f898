"""What a question asks about a procedure, learned from the labelled utterances.

One linear model a topic over the words and word pairs of the tone-free
question; NumPy at run time, weights written by `train`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.procedures import Topic
from knowledge.words import terms

WEIGHTS = Path(__file__).parent.parent / "data" / "linking" / "topics.npz"


@dataclass(frozen=True, slots=True)
class TopicModel:
    """``weights`` has shape (terms, topics); a topic is asked when its probability passes ½."""

    vocabulary: dict[str, int]
    topics: tuple[Topic, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> "TopicModel":
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                {str(term): i for i, term in enumerate(stored["vocabulary"])},
                tuple(Topic(str(topic)) for topic in stored["topics"]),
                stored["weights"].astype(np.float32),
                stored["bias"],
            )

    def topics_of(self, normalised: str, limit: int = 4) -> tuple[Topic, ...]:
        """The topics asked, most certain first; empty for a general question."""
        scores = self.bias.copy()
        for i in sorted(
            {self.vocabulary[t] for t in topic_terms(normalised) if t in self.vocabulary}
        ):
            scores += self.weights[i]
        order = np.argsort(-scores, kind="stable")[:limit]
        return tuple(self.topics[i] for i in order if scores[i] > 0)


def topic_terms(normalised: str) -> list[str]:
    """Tone-free syllables, pairs and triples, with the toned syllables beside them.

    "phí" and "phi", "mất" (lose) and "mất" (take time) differ by neighbours, so pairs
    and triples matter; toned syllables keep "bao lâu" apart where tones are typed.
    """
    folded = terms(normalised, toned=False)
    words = normalised.split()
    plain = [w for w in folded if "_" not in w]
    triples = [f"{a}_{b}_{c}" for a, b, c in zip(plain, plain[1:], plain[2:], strict=False)]
    return folded + triples + [f"={word}" for word in words]
