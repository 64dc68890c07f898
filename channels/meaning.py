"""Whether a question that nobody put to the desk is surely one for it.

A wrong silence is mended by calling the desk; a wrong word among neighbours is not mended at all.
"""

from assistant.decide import FOLLOW_UP, Meant, Thresholds, decide
from assistant.desk import Desk
from assistant.privacy import without_placeholders
from assistant.understand import understand
from channels.asking import asks_the_way, is_question, names_office, speaks_of_somebody
from knowledge.linking.topics import TopicModel

# Above the desk's own threshold: uninvited, only what is surely meant.
SURE = 0.9
FOLLOWS_WORDS = 10


class Meaning:
    """Reads uncalled questions with the desk's own search. Safe between threads; blocking."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._thresholds = Thresholds.shipped()
        self._topics = TopicModel.load()

    def is_surely_meant(self, text: str, *, talks: bool) -> bool:
        """Whether a procedure, or the office, is meant beyond doubt, and asked about.

        ``talks``: the person has a fresh conversation with the desk here. Decided from the words
        and the search alone: asking the receptionist would open an inquiry for what nobody asked
        the desk.
        """
        asked = without_placeholders(text)
        if speaks_of_somebody(asked):
            return False
        decision = decide(self._desk.finder.link(asked), self._thresholds, in_hand=talks)
        if not isinstance(decision, Meant):
            return False
        meant = decision.candidate
        if meant.is_intent:
            if meant.group == FOLLOW_UP:
                return talks and len(asked.split()) <= FOLLOWS_WORDS and is_question(asked)
            is_office = meant.group == "office_info" and meant.probability >= SURE
            return is_office and names_office(asked)
        if meant.probability < max(SURE, self._thresholds.answer):
            return False
        # "đặt tên gì cho hay" names a birth and asks nothing that a record could tell.
        return asks_the_way(asked) or bool(understand(asked, self._topics).topics)
