"""Which syllables and syllable pairs the static encoder knows, and the tokenizer that finds them.

A piece is a syllable ("▁khai") or a pair ("▁khai▁sinh"), each with its marks
and without. The tokenizer is a plain Unigram model of the ``tokenizers``
library: a sentence is cut into the fewest pieces, and among equal cuts into
those whose syllables belong together most.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from knowledge.vietnamese import clean, fold, place_tones, tokens

UNKNOWN = "<unk>"
MARK = "▁"
SYLLABLE_SCORE = -20.0
PAIR_SCORE = -22.0  # dearer than one syllable, far cheaper than two
# Old tone placement → new, at the end of a syllable, as knowledge.vietnamese.place_tones does.
OLD_PLACEMENT = {
    old: new
    for pair in ("òa óa õa ỏa ọa", "òe óe õe ỏe ọe", "ùy úy ũy ủy ụy")
    for new in pair.split()
    for old in [
        unicodedata.normalize(
            "NFC", "".join(unicodedata.normalize("NFD", new)[i] for i in (0, 2, 1))
        )
    ]
}


@lru_cache(maxsize=100_000)  # training draws the same texts again and again
def words(text: str) -> tuple[str, ...]:
    """Lower-case syllables and numbers of a text in one tone placement."""
    return tuple(tokens(place_tones(clean(text))))


def piece(*syllables: str) -> str:
    """The piece that stands for one syllable or a pair."""
    return "".join(MARK + s for s in syllables)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces with their scores and how often each was seen in the corpus."""

    scores: dict[str, float]
    counts: Counter[str]

    def tokenizer(self) -> Tokenizer:
        """A tokenizer whose ids are the order of ``scores``; id 0 is the unknown."""
        tokenizer = Tokenizer(models.Unigram(list(self.scores.items()), 0, False))
        steps: list[normalizers.Normalizer] = [normalizers.NFC(), normalizers.Lowercase()]
        steps += [normalizers.Replace(Regex(r"[\p{Cf}]"), "")]
        for old, new in OLD_PLACEMENT.items():
            before = r"(?<!q)" if old.startswith("u") else ""
            steps.append(normalizers.Replace(Regex(before + old + r"(?!\p{L})"), new))
        steps += [normalizers.Replace(Regex(r"[^\p{L}\p{N}]+"), " "), normalizers.Strip()]
        tokenizer.normalizer = normalizers.Sequence(steps)
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(
            MARK, prepend_scheme="always", split=False
        )
        return tokenizer


def is_syllable(text: str) -> bool:
    """Whether a word could be a Vietnamese syllable or a short abbreviation, by its letters."""
    return text.isalpha() and len(text) <= 7


def choose(
    texts: Iterable[str],
    phrasings: Iterable[str],
    known: Iterable[str],
    *,
    pair_count: int = 8,
    most_pairs: int = 34_000,
) -> Vocabulary:
    """The pieces worth a vector.

    ``texts`` are official, ``phrasings`` how residents speak: a pair needs
    ``pair_count`` of the first or two different lines of the second, so that no
    single sentence leaves its own mark. ``known`` are syllables of the language
    at large, kept even when the corpus never uses them.
    """
    official: Counter[tuple[str, ...]] = Counter()
    spoken: Counter[tuple[str, ...]] = Counter()
    for source, counter, once in ((texts, official, False), (phrasings, spoken, True)):
        for text in source:
            found = words(text)
            grams = [*((w,) for w in found), *pairwise(found)]
            counter.update(set(grams) if once else grams)
    total = official + spoken
    single = {k[0]: n for k, n in total.items() if len(k) == 1}
    all_words = sum(single.values())

    def cohesion(pair: tuple[str, str], count: int) -> float:
        """Normalised pointwise mutual information, -1…1."""
        together = count / all_words
        apart = single[pair[0]] * single[pair[1]] / all_words**2
        return math.log(together / apart) / -math.log(together)

    # Residents' words come first: official text has many more pairs than a question ever uses.
    weight = {k: official[k] / pair_count + spoken[k] / 2 for k in total if len(k) == 2}
    weight = {k: w for k, w in weight.items() if w >= 1 and all(map(_is_plain, k))}
    pairs = sorted(weight, key=lambda k: (-weight[k], k))[:most_pairs]

    counts: Counter[str] = Counter()
    scores: dict[str, float] = {UNKNOWN: 0.0}
    kept = {w for w, n in single.items() if (n >= 2 or spoken[(w,)]) and _is_plain(w)}
    for word in sorted(kept | {w for w in known if is_syllable(w)}):
        for form in (word, fold(word)):
            scores[piece(form)] = SYLLABLE_SCORE
            counts[piece(form)] += single.get(word, 0)
    for key in pairs:
        score = PAIR_SCORE + cohesion((key[0], key[1]), total[key])
        for form in {piece(*key), piece(*map(fold, key))}:
            scores[form] = max(score, scores.get(form, -math.inf))
            counts[form] += total[key]
    return Vocabulary(scores, counts)


def _is_plain(word: str) -> bool:
    return is_syllable(word) or (word.isdigit() and len(word) <= 2)
