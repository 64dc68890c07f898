"""Several matters in one message."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from assistant.decide import Meant, decide
from assistant.dialogue.life_events import answer_plan
from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.language import ENGLISH
from assistant.plan import Matter
from assistant.replies import say
from assistant.understand import Question, asking_parts, clauses, joined, understand
from knowledge.linking.linker import Candidate, Linking
from knowledge.procedures import Topic

MAX_MATTERS = 3
Found = dict[str, tuple[Question, float]]


def several(room: Backroom, turn: Turn) -> Reply | None:
    """Each matter answered, the first as the main one."""
    whole = turn.linking.best
    if whole and whole.is_intent and whole.probability >= room.thresholds.intent:
        return None
    linked = {turn.question.text: turn.linking}
    found = _clause_matters(room, turn, linked)
    if len(found) < 2:
        found = _joined_matters(room, turn, linked)
    if len(found) < 2:
        return None
    asked = {topic for part, _ in found.values() for topic in part.topics or turn.question.topics}
    if asked <= {Topic.PAPERS} and turn.language != ENGLISH:
        views = [room.view(code) for code in list(found)[:MAX_MATTERS]]
        lead = [say("plan_several", turn.address)]
        return answer_plan(room, turn, [Matter(view) for view in views if view], lead)
    replies = [
        answer_procedure(room, turn, code, probability, topics=part.topics or turn.question.topics)
        for code, (part, probability) in list(found.items())[:MAX_MATTERS]
    ]
    main, state = replies[0]
    others = tuple(answer for answer, _ in replies[1:])
    text = "\n\n".join(answer.text for answer in (main, *others))
    earlier = tuple(code for code in list(found)[1:MAX_MATTERS])
    state = replace(state, earlier=(*state.earlier, *earlier)[-8:])
    return replace(main, text=text, also=others), state


def _matters(
    room: Backroom,
    parts: Sequence[str],
    linked: dict[str, Linking],
    among: Collection[str] | None = None,
) -> Found:
    """The procedure of each part that would be answered by itself; empty when they are not two.

    Empty too when one is not ``among`` those given. What a part means is kept in ``linked``: the
    same part may be cut out twice, and linking is what an answer costs most. So the shortest is
    looked at first: it is a courtesy more often than a matter, and of two parts settles it.
    """
    best: dict[str, Candidate] = {}
    for left, part in zip(range(len(parts), 0, -1), sorted(parts, key=len), strict=True):
        if len({candidate.label for candidate in best.values()}) + left < 2:
            return {}
        if part not in linked:
            linked[part] = room.finder.link(part)
        decision = decide(linked[part], room.thresholds)
        if isinstance(decision, Meant) and not decision.candidate.is_intent:
            if among is not None and decision.candidate.label not in among:
                return {}
            best[part] = decision.candidate
    found: Found = {}
    for part in parts:
        if part in best and best[part].label not in found:
            found[best[part].label] = understand(part, room.topics), best[part].probability
    return found


def _clause_matters(room: Backroom, turn: Turn, linked: dict[str, Linking]) -> Found:
    """Matters of separate clauses; those less than sure only where the whole leans to one too.

    Where the whole leans to a third, it must at least hear each: "hợp tác xã bầu giám đốc khác, đổi
    người đại diện" is one matter, whatever its halves say alone.
    """
    found = _matters(room, asking_parts(clauses(turn.question.text)), linked)
    best = max(turn.linking.procedures, key=lambda c: c.probability, default=None)
    if best and best.label in found:
        return found
    heard = {candidate.label for candidate in turn.linking.procedures}
    return {
        code: it for code, it in found.items() if it[1] >= room.thresholds.answer and code in heard
    }


def _joined_matters(room: Backroom, turn: Turn, linked: dict[str, Linking]) -> Found:
    """Matters that only "với", "vừa" or a comma joins, all of them heard in the whole as well."""
    heard = {
        candidate.label: candidate.probability
        for candidate in turn.linking.procedures
        if candidate.probability >= room.thresholds.choice
    }
    if len(heard) < 2:
        return {}
    found = _matters(room, joined(turn.question.text), linked, heard)
    return found if max(heard, key=heard.__getitem__) in found else {}
