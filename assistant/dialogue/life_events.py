"""An event of a life, or several matters alike, answered as one plan."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answers import Answer, Choice, Outcome
from assistant.compose import compose
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.language import ENGLISH
from assistant.life_events import find_event
from assistant.plan import Matter, plan_lines
from assistant.replies import fill, say
from assistant.verify import verify
from assistant.wording import lower_first, upper_first
from knowledge.procedures import Topic

MAX_BUTTONS = 4


def life_event(room: Backroom, turn: Turn) -> Reply | None:
    """What an event brings with it: one list, one visit, and what goes online in one go."""
    event = find_event(turn.question.text) if turn.language != ENGLISH else None
    if event is None:
        return None
    matters = [
        Matter(view, step.condition) for step in event.steps if (view := room.view(step.code))
    ]
    if not matters:
        return None
    lead = []
    condoled = event.mood == "condolence"
    if event.mood and not (condoled and turn.state.condoled):
        lead.append(say(event.mood, turn.address))
    label = event.label if lead else lower_first(event.label)
    lead.append(say("plan_event" if lead else "plan_event_first", turn.address, event=label))
    tail = []
    if bundle := room.view(event.bundle):
        procedure = bundle.procedure
        tail.append(
            say("plan_bundle", turn.address, procedure=procedure.title, code=procedure.code)
        )
        matters_seen = [*matters, Matter(bundle)]
    else:
        matters_seen = matters
    if event.also_see and event.also_see in room.finder.intents:
        reply = room.finder.intents[event.also_see].reply
        beside = fill(reply or "", turn.address, **room.office(turn)[1]).removeprefix("Dạ, ")
        tail.append(upper_first(beside))
    answer, state = answer_plan(room, turn, matters, lead, tail, matters_seen)
    return answer, replace(state, condoled=state.condoled or condoled)


def answer_plan(
    room: Backroom,
    turn: Turn,
    matters: Sequence[Matter],
    lead: Sequence[str],
    tail: Sequence[str] = (),
    seen: Sequence[Matter] = (),
) -> Reply:
    """One plan of several matters; the first is then in hand, the others one press away."""
    office, facts = room.office(turn)
    topics = (Topic.PAPERS, Topic.PLACE)
    parts = [
        verify(
            compose(
                matter.view, topics, address=turn.address, office_name=office.name,
                phone=facts["phone"],
            ),
            matter.view,
            office,
        )
        for matter in (seen or matters)
    ]  # fmt: skip
    main = parts[0]
    body = "\n".join([*plan_lines(matters, turn.address), *tail])
    views = [matter.view for matter in (seen or matters)]
    checked = verify(Answer(Outcome.ANSWERED, body), views[0], office, others=views[1:])
    suspended = [
        say("suspended", turn.address, office=office.name, procedure=v.procedure.title,
            reason=v.suspended.reason)
        for v in views if v.suspended
    ]  # fmt: skip
    doubtful = any(not c.verified for part in parts for c in part.citations)
    notes = [say("plan_unverified", turn.address, phone=facts["phone"])] if doubtful else []
    choices = tuple(
        Choice(view.procedure.title, view.procedure.title, view.procedure.code)
        for view in views[:MAX_BUTTONS]
    )
    ending = [say("plan_details", turn.address)]
    text = "\n".join([*lead, *suspended, checked.text, *notes, *ending])
    codes = [view.procedure.code for view in views]
    state = turn.state.with_procedure(codes[0])
    earlier = [*state.earlier, *(code for code in reversed(codes[1:]) if code != state.code)]
    state = replace(
        state, earlier=tuple(earlier[-8:]), topics=(), choices=choices, pending_topics=(),
        asked_case=False, misses=0,
    )  # fmt: skip
    answer = replace(
        main, text=text, topics=(), choices=choices, also=tuple(parts[1:]), probability=1.0
    )
    return answer, state
