"""Makes the shipped encoder, from download to report: ``python -m knowledge.model.train``.

Minutes on one core; the same seed, data and machine give the same table. The
portal file is named by path and stays outside the project; without it the
encoder learns from the office's own records and phrasings alone.
"""

import argparse
import json
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import Progress
from tokenizers import Tokenizer

from knowledge.embedding import SHIPPED, StaticEncoder
from knowledge.model import compare, export
from knowledge.model.extract_e5 import PACKAGES, extract
from knowledge.model.onnx_encoder import OnnxEncoder
from knowledge.model.pairs import Subject, read_subjects
from knowledge.model.train_static import Recipe, settings, start_vectors, train
from knowledge.model.vocabulary import MARK, Vocabulary, choose


def known_syllables(e5: Path) -> Iterator[str]:
    """Whole words of e5's own vocabulary: the language at large, beside our corpus."""
    for text in Tokenizer.from_file(str(e5 / "tokenizer.json")).get_vocab():
        if text.startswith(MARK) and len(text) > 2:
            yield text.removeprefix(MARK).lower()


def build_vocabulary(subjects: dict[str, Subject], e5: Path) -> Vocabulary:
    """The pieces for a set of subjects; phrasings count as residents' language."""
    official = [t for s in subjects.values() for t in (*s.names, *s.sections.values())]
    spoken = [t for s in subjects.values() for t in s.asks]
    return choose(official, spoken, sorted(set(known_syllables(e5))))


def make(
    portal: Path | None, out: Path, cache: Path, recipe: Recipe, console: Console
) -> dict[str, Any]:
    """Train, write the artefact to ``out`` and return what went in and how long it took."""
    began = time.monotonic()
    e5 = extract(cache)
    subjects = read_subjects(portal)
    vocabulary = build_vocabulary(subjects, e5)
    console.print(f"{len(subjects)} subjects, {len(vocabulary.scores)} pieces")
    with console.status("e5 reads every piece"):
        start = start_vectors(vocabulary, OnnxEncoder(e5))
    with Progress(console=console) as progress:
        task = progress.add_task("learning", total=recipe.steps)
        tokenizer, table = train(
            subjects, vocabulary, start, recipe, lambda step, loss: progress.advance(task)
        )
    export.write(out, tokenizer, table)
    return {
        "name": StaticEncoder(out).name,
        "recipe": settings(recipe),
        "teacher": {"model": "intfloat/multilingual-e5-small", "packages": PACKAGES},
        "data": {
            "portal_sha256": sha256(portal.read_bytes()).hexdigest() if portal else None,
            "subjects": len(subjects),
            "office_procedures": sum(s.is_office for s in subjects.values()),
            "phrasings": sum(len(s.asks) for s in subjects.values()),
        },
        "pieces": len(vocabulary.scores),
        "seconds": round(time.monotonic() - began),
    }


def main() -> None:
    """Train, measure and write ``report.json`` and ``REPORT.md`` beside the artefact."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portal", type=Path, help="portal records, gzipped JSON lines")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--cache", type=Path, default=Path("out/model"))
    parser.add_argument("--questions", type=Path, action="append", default=[])
    parser.add_argument("--steps", type=int, default=Recipe().steps)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    console = Console(stderr=True)
    recipe = Recipe(steps=options.steps)
    report = make(options.portal, options.out, options.cache, recipe, console)
    encoder = StaticEncoder(options.out)
    questions = compare.questions_for(options.questions)
    subjects = read_subjects(options.portal)
    with console.status("measuring"):
        figures = compare.compare([encoder], subjects, questions)
    sample = [q.text for q in questions][:500]
    report["milliseconds_a_question"] = compare.encoding_milliseconds(encoder, sample)
    report["tone_agreement"] = compare.tone_agreement(encoder, sample)
    report["figures"] = [
        {slot: getattr(figure, slot) for slot in figure.__slots__} for figure in figures
    ]
    text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    (options.out / "report.json").write_text(text, "utf-8")
    (options.out / "REPORT.md").write_text(markdown(report, compare.table(figures)), "utf-8")
    console.print(compare.table(figures))


def markdown(report: dict[str, Any], table: str) -> str:
    """The report for people: right first · among the first five."""
    data, recipe = report["data"], report["recipe"]
    return f"""# The shipped encoder in figures

`{report["name"]}`: {report["pieces"]} pieces, {recipe["dimensions"]} dimensions, made in \
{report["seconds"]} s from {data["subjects"]} subjects ({data["office_procedures"]} office \
procedures) and {data["phrasings"]} phrasings; {report["milliseconds_a_question"]} ms a question \
on one core; a question and itself without tones have a cosine of {report["tone_agreement"]} on \
average. Written by `python -m knowledge.model.train`.

Right procedure first · among the first five. Held-out phrasings were never trained on; \
"+ phrasings" also searches the learned ways to ask.

{table}
"""


if __name__ == "__main__":
    main()
