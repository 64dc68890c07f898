"""Does a question stay the same question inside a letter, after a greeting, asked formally?

The questions of the linking cases with courtesies around them, and every procedure of the
office called by its full name with what an official form would ask of it.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.decide import Thresholds
from assistant.desk import Desk
from evals.cases import LinkCase, read_cases

SEED = 2
QUESTIONS = 120
WRAPPINGS = (
    "{}",
    "cho em hỏi chút ạ {}",
    "Dạ chào anh chị, {} ạ, em cảm ơn",
    "{} mọi người ơi giúp em với",
    "ad ơi cho mình hỏi tí, {}",
    "xin lỗi cho tôi hỏi nhờ là {} nhỉ",
    "alo, làm ơn cho bác hỏi {} với cháu nhé",
    "Kính gửi quý cơ quan, tôi có thắc mắc như sau: {}. Rất mong được giải đáp, xin chân thành "
    "cảm ơn!",
    "{} ai biết chỉ giùm tui với nha",
    "e chào ad, hiện tại e đang có vấn đề này cần tư vấn ạ: {}",
)
FORMAL = (
    "Thời hạn giải quyết {} là mấy ngày?",
    "Thành phần hồ sơ {} gồm những gì?",
    "Lệ phí {} là bao nhiêu?",
    "Nộp hồ sơ {} ở đâu?",
    "{} có làm trực tuyến được không?",
    "Trình tự thực hiện {} như thế nào",
    "Căn cứ pháp lý của thủ tục {}",
    "Cho tôi xin mẫu đơn {}",
    "Kết quả của thủ tục {} là gì",
    "Điều kiện để được {}",
    "Cơ quan nào giải quyết {}",
    "Số lượng hồ sơ {} phải nộp",
    "đối tượng nào được {}",
)


@dataclass(frozen=True, slots=True)
class Held:
    """What became of some questions in one wrapping: shares 0…1.

    ``first``: the right procedure is the most probable. ``answered``: and probable enough to be
    answered at once. ``none``: the mean probability that nothing known is meant.
    """

    wrapping: str
    questions: int
    first: float
    answered: float
    none: float


def measure(desk: Desk) -> Iterator[Held]:
    """Every wrapping, then every formal asking, over the sample office's desk."""
    cases = [c for c in read_cases(LinkCase, "linking") if c.codes]
    chosen = random.Random(SEED).sample(cases, QUESTIONS)
    for wrapping in WRAPPINGS:
        yield _held(desk, wrapping, [(c.question, c.codes) for c in chosen])
    store = desk.library.store
    names = []
    for code in sorted(store.find_live_versions(desk.office_id)):
        if view := store.find_view(code, desk.office_id):
            name = view.procedure.name
            names.append((name[0].lower() + name[1:], (code,)))
    for formal in FORMAL:
        yield _held(desk, formal, names)


def _held(desk: Desk, wrapping: str, asked: Sequence[tuple[str, Sequence[str]]]) -> Held:
    enough = Thresholds.shipped().answer
    first = answered = 0
    none = 0.0
    for question, codes in asked:
        linking = desk.finder.link(wrapping.format(question))
        none += linking.none
        if (best := linking.best) is not None and best.label in codes:
            first += 1
            answered += best.probability >= enough
    count = len(asked)
    return Held(wrapping, count, first / count, answered / count, none / count)
