"""Why the desk answered as it did, in words a clerk understands."""

from collections.abc import Callable
from dataclasses import dataclass

from assistant.compose import SECTION_NAMES
from assistant.decide import MAX_CHOICES, Meant, Unsure, standing_alone
from assistant.trial import Trial
from knowledge.linking.linker import Candidate
from knowledge.linking.matter import core
from knowledge.procedures import Topic
from knowledge.vietnamese import fold

# What answered, by the name of the step in `assistant/receptionist.py`.
STEPS = {
    "danger": "Câu này được nhận là tình huống nguy hiểm, lừa đảo hoặc xúc phạm nên có câu trả lời "
    "riêng, không xét thủ tục nào.",
    "forgotten": "Người dân muốn xóa cuộc trò chuyện.",
    "named_passage": "Câu nhắc đúng một điều, khoản của văn bản đơn vị có, nên trích điều đó.",
    "named_before": "Hỏi lại một trong các việc vừa nói.",
    "unspecific": "Chữ trong câu hợp với tên nhiều thủ tục nên hỏi lại người dân.",
    "from_document": "Không thủ tục nào đủ chắc; trích từ văn bản của đơn vị.",
    "by_known_name": "Thủ tục có trong danh mục quốc gia nhưng đơn vị chưa có nội dung.",
    "leaning": "Việc này phường không làm.",
    "own_number": "Trong câu có số thứ tự đã lấy hôm nay, nên trả lời số đó đang ở đâu.",
    "by_reference": "Trong câu có mã câu hỏi chờ cán bộ, nên trả lời về câu hỏi đó.",
    "other_language": "Câu viết bằng tiếng nước ngoài.",
    "by_code": "Trong câu có mã thủ tục, nên trả lời đúng mã đó.",
    "corrected": "Người dân nói lại, nên lấy thủ tục họ nói lại.",
    "back": "Người dân muốn quay lại thủ tục trước.",
    "frequent": "Giống một câu hỏi thường gặp đã được cán bộ trả lời và công bố.",
    "by_choice": "Người dân chọn một trong các việc vừa được hỏi lại.",
    "plainly": "Cách nói cho biết câu này là gì (hỏi hồ sơ đã nộp, cảm ơn, việc nơi khác), "
    "dù có nhắc tên thủ tục.",
    "late": "Hỏi làm muộn thì sao, nên trả lời theo việc đang nói.",
    "instead": "Hỏi người khác đi thay, nên nói ai được nộp và giấy ủy quyền.",
    "received": "Hỏi số tiền được nhận, không phải tiền phải nộp.",
    "moved": "Hỏi về cơ quan cấp huyện, nên chỉ nơi nhận việc ấy bây giờ.",
    "checklist": "Người dân kể các giấy tờ đã có, nên so với danh sách giấy tờ.",
    "premise": "Câu hỏi đoán sẵn một điều (số tiền, giấy tờ, số ngày), nên đối chiếu điều đó.",
    "by_case": "Người dân nói rõ trường hợp của mình.",
    "bare": "Câu chỉ có lời hỏi, không có tên việc.",
    "life_event": "Câu kể một việc lớn trong đời, nên gom các thủ tục liên quan.",
    "several": "Câu hỏi nhiều việc cùng lúc.",
    "meant": "Chọn theo xác suất trong bảng dưới.",
    "in_hand": "Hỏi tiếp về thủ tục đang nói.",
    "reconsider": "Máy chưa chắc nên mô hình ngôn ngữ chọn giúp trong các khả năng dưới đây.",
    "clarify": "Mấy việc gần nhau nên hỏi lại người dân.",
    "offer_frequent": "Không có thủ tục nào đủ chắc; đưa ra câu hỏi thường gặp gần nhất.",
    "not_found": "Không có thủ tục nào đủ chắc nên nói chưa có thông tin và chuyển cán bộ.",
}
# Steps that go by the probabilities of the table.
BY_SHARE = frozenset({
    "meant", "clarify", "reconsider", "unspecific", "from_document", "by_known_name",
    "offer_frequent", "not_found",
})  # fmt: skip
GROUPS = {
    "small_talk": "chào hỏi, chuyện phiếm", "office_info": "hỏi về trung tâm",
    "out_of_scope": "việc nơi khác giải quyết", "refused": "yêu cầu phải từ chối",
    "handed_off": "muốn gặp cán bộ", "follow_up": "câu nói tiếp", "safety": "tình huống nguy hiểm",
    "not_found": "việc đơn vị chưa có hồ sơ",
}  # fmt: skip
# Below this a candidate is noise; the table ends there, but never before a few are shown.
SHOWN_FROM = 0.003
SHOWN_AT_LEAST = 4


@dataclass(frozen=True, slots=True)
class Weighed:
    """One thing the question could mean, and what became of it."""

    code: str | None
    name: str
    percent: str
    phrase: str | None
    shared: tuple[str, ...]
    verdict: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """The whole story of one trial; every text is ready to show."""

    understood: str
    masked: bool
    topics: tuple[str, ...]
    step: str
    decision: str
    candidates: tuple[Weighed, ...]
    none: str


def percent(share: float) -> str:
    """ "97 %", "0,4 %"."""
    value = share * 100
    if value < 0.1:
        return "dưới 0,1 %"
    return f"{value:.0f} %" if value >= 1 else f"{value:.1f} %".replace(".", ",")


def explain(trial: Trial, title_of: Callable[[str], str | None]) -> Explained:
    """Puts a trial into words; ``title_of`` names a procedure of this office."""
    turn = trial.turn
    candidates = standing_alone(turn.linking)
    dropped = [c for c in turn.linking.candidates if c.label not in {x.label for x in candidates}]
    everything = (*candidates, *dropped)
    shown = [
        c for n, c in enumerate(everything) if n < SHOWN_AT_LEAST or c.probability >= SHOWN_FROM
    ]
    return Explained(
        understood=turn.question.normalised,
        masked=bool(trial.masked.found),
        topics=tuple(_topic(topic) for topic in turn.question.topics),
        step=STEPS.get(trial.step, "Một bước riêng trả lời câu này."),
        decision=_decision(trial),
        candidates=tuple(_weighed(c, trial, title_of, c in dropped) for c in shown),
        none=percent(turn.linking.none),
    )


def _topic(topic: Topic) -> str:
    names = {Topic.FORM: "forms"}
    return SECTION_NAMES.get(names.get(topic, topic.value), topic.value).lower()


def _decision(trial: Trial) -> str:
    decision, bar = trial.turn.decision, trial.thresholds
    match decision:
        case Meant(candidate=best) if best.is_intent:
            return (
                f"{percent(best.probability)}: đây là {GROUPS.get(best.group, best.group)}, không "
                f"phải một thủ tục (từ {percent(bar.intent)} là nhận)."
            )
        case Meant(candidate=best) if best.probability >= bar.answer:
            return (
                f"{percent(best.probability)}: đủ chắc để trả lời ngay (từ {percent(bar.answer)})."
            )
        case Meant(candidate=best):
            return (
                f"{percent(best.probability)}: chưa tới {percent(bar.answer)}, nhưng ít nhất gấp "
                f"{bar.lead:.0f} lần khả năng đứng sau nên vẫn trả lời."
            )
        case Unsure(candidates=few):
            together = sum(c.probability for c in few)
            return (
                f"Chưa việc nào đủ chắc, nhưng {len(few)} việc gần nhất cộng lại được "
                f"{percent(together)} nên hỏi lại người dân."
            )
    return (
        f"Cao nhất chỉ {percent(decision.probability)}, chưa tới mức hỏi lại "
        f"({percent(bar.clarify)})."
    )


def _weighed(
    candidate: Candidate, trial: Trial, title_of: Callable[[str], str | None], is_dropped: bool
) -> Weighed:
    name = GROUPS.get(candidate.group, candidate.group)
    if not candidate.is_intent:
        name = title_of(candidate.label) or candidate.label
    asked = trial.turn.question.normalised
    words = set(core(asked).split())
    near = [name] if candidate.phrase is None else [name, candidate.phrase]
    known = {fold(word) for text in near for word in text.lower().split()}
    shared = [word for word in asked.split() if fold(word) in words & known]
    verdict, chosen = _verdict(candidate, trial, is_dropped)
    return Weighed(
        code=None if candidate.is_intent else candidate.label,
        name=name,
        percent=percent(candidate.probability),
        phrase=candidate.phrase,
        shared=tuple(dict.fromkeys(shared)),
        verdict=verdict,
        is_chosen=chosen,
    )


def _verdict(candidate: Candidate, trial: Trial, is_dropped: bool) -> tuple[str, bool]:
    decision, bar = trial.turn.decision, trial.thresholds
    said = {trial.answer.procedure.code} if trial.answer.procedure else set()
    said |= {other.procedure.code for other in trial.answer.also if other.procedure}
    if candidate.label in said:
        return "trả lời theo việc này", True
    if any(choice.code == candidate.label for choice in trial.answer.choices):
        return "đưa ra để người dân chọn", True
    if is_dropped:
        return "bỏ: là câu nói tiếp, mà đây là câu đầu tiên", False
    if isinstance(decision, Meant) and decision.candidate.label == candidate.label:
        chosen = trial.step in ("meant", "frequent")
        return ("trả lời theo ý này" if chosen else "khả năng cao nhất, nhưng bước khác trả lời",
                chosen)  # fmt: skip
    if trial.step not in BY_SHARE:
        return "không xét: đã trả lời theo bước nói ở trên", False
    if isinstance(decision, Meant):
        if candidate.is_intent and decision.candidate.group == candidate.group:
            return "cộng vào ý cùng loại đã chọn", False
        return "bỏ: kém khả năng đã chọn", False
    if candidate.is_intent:
        return f"bỏ: chưa tới {percent(bar.intent)}", False
    if candidate.probability < bar.choice:
        return f"bỏ: dưới {percent(bar.choice)}", False
    if isinstance(decision, Unsure):
        return f"bỏ: chỉ hỏi lại nhiều nhất {MAX_CHOICES} việc", False
    return f"bỏ: chưa tới mức hỏi lại ({percent(bar.clarify)})", False
