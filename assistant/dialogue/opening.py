"""Whether somebody works on the day a question about a matter names: "thứ bảy có nhận không"."""

from assistant.cues import find_cue
from assistant.days import asked_days
from assistant.dialogue.turn import Turn
from assistant.office_answers import day_text, hours_text
from assistant.wording import upper_first
from knowledge.offices import Office
from knowledge.procedures import Body, Procedure


def on_that_day(turn: Turn, office: Office, procedure: Procedure) -> tuple[str, ...]:
    """The sentence on the day that is asked about; none where another office takes the dossier.

    The ward's police keep hours of their own: without a word on them nothing is said.
    """
    note = office.hours_note
    here = procedure.receiving_body is Body.COMMUNE
    police = procedure.receiving_body is Body.COMMUNE_POLICE and note
    if not (here or police) or not hours_text(office.hours):
        return ()
    if not find_cue("asks_open", turn.question.normalised):
        return ()
    days = asked_days(turn.question.text, office, turn.now)
    if not days:
        return ()
    first, *rest = (day_text(office, asked, turn.now) for asked in days)
    told = " ".join(["Dạ,", first, *map(upper_first, rest)])
    return (f"{told} {note or ''}".rstrip(),)
