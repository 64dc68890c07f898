"""The composition root: builds the desk of one office from settings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from assistant.conversations import Conversations
from assistant.decide import Thresholds
from assistant.faq import FrequentQuestions
from assistant.inquiries import Inquiries
from assistant.logs import configure_logs
from assistant.model.desk import ModelDesk, build_model_desk, open_model
from assistant.model.settings import ModelSettings
from assistant.queue_settings import QueueSettings
from assistant.queue_store import Queue
from assistant.receptionist import Receptionist
from assistant.settings import AssistantSettings
from knowledge.chroma_client import open_chroma
from knowledge.database import connect, migrate
from knowledge.embedding import load_encoder
from knowledge.finder import Finder, Linkers
from knowledge.holdings import HoldingsReader
from knowledge.index import PassageIndex
from knowledge.known_names import CatalogueNames, KnownNames
from knowledge.legal import LegalFinder, LegalPassages
from knowledge.linking.alike import Alike
from knowledge.linking.classes import Classifiers
from knowledge.linking.ranker import Ranker
from knowledge.linking.topics import TopicModel
from knowledge.offices import HANOI
from knowledge.sample import prepare
from knowledge.settings import KnowledgeSettings, LetanSettings
from knowledge.store import KnowledgeStore
from knowledge.turns import turns_by


def now() -> datetime:
    """The present in Vietnam."""
    return datetime.now(HANOI)


@dataclass(frozen=True, slots=True)
class Library:
    """The knowledge of a deployment, opened: store and index."""

    engine: Engine
    store: KnowledgeStore
    index: PassageIndex


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything one office answers with."""

    library: Library
    finder: Finder
    conversations: Conversations
    inquiries: Inquiries
    faq: FrequentQuestions
    queue: Queue
    receptionist: Receptionist
    office_id: str
    home: Path
    clock: Callable[[], datetime]
    retention: timedelta
    model: ModelDesk | None = None
    public_url: str = ""


def open_store(
    settings: LetanSettings, knowledge: KnowledgeSettings, clock: Callable[[], datetime] = now
) -> tuple[Engine, KnowledgeStore]:
    """Open the database below ``LETAN_HOME``; an empty home gets the sample office."""
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = connect(knowledge.database_at(settings.home))
    migrate(engine)
    store = KnowledgeStore(engine, clock)
    prepare(store)
    return engine, store


def open_library(
    settings: LetanSettings, knowledge: KnowledgeSettings, clock: Callable[[], datetime] = now
) -> Library:
    """Open the store and index below ``LETAN_HOME``; an empty home gets the sample office."""
    engine, store = open_store(settings, knowledge, clock)
    encoder = load_encoder(knowledge.embedding_model or None)
    folder = settings.home / "index"
    chroma = open_chroma(folder, knowledge.chroma_server or None)
    # A server may lose or change its vectors behind our back; those embedded here only change
    # with what is published.
    near = None if knowledge.chroma_server else folder
    index = PassageIndex(store, chroma, encoder, turns_by(engine, folder), near)
    return Library(engine, store, index)


def build_desk(
    settings: LetanSettings | None = None,
    knowledge: KnowledgeSettings | None = None,
    assistant: AssistantSettings | None = None,
    clock: Callable[[], datetime] = now,
    model: ModelSettings | None = None,
) -> Desk:
    """The desk of ``settings.office``, ready to answer; the index is brought in step first."""
    settings = settings or LetanSettings()
    only = settings.model_copy(update={"offices": settings.office})
    return build_desks(only, knowledge, assistant, clock, model)[0]


def build_desks(
    settings: LetanSettings | None = None,
    knowledge: KnowledgeSettings | None = None,
    assistant: AssistantSettings | None = None,
    clock: Callable[[], datetime] = now,
    model: ModelSettings | None = None,
) -> list[Desk]:
    """The desks of the deployment's offices, that of ``settings.office`` first.

    They share the national knowledge, what is derived from it, and the language model; each has
    its own conversations, inquiries and queue. Raises UnknownOffice.
    """
    settings = settings or LetanSettings()
    knowledge = knowledge or KnowledgeSettings()
    assistant = assistant or AssistantSettings()
    model = model or ModelSettings()
    configure_logs(assistant.log_level)
    library = open_library(settings, knowledge, clock)
    held = [office.id for office in library.store.offices()]
    office_ids = settings.office_ids(held)
    for office_id in office_ids:  # an unknown office ends here, not at the first question
        library.store.office(office_id)
    library.index.keep_in_step()
    encoder = load_encoder(knowledge.embedding_model or None)
    alike = Alike.load(encoder)
    ranker, classifiers, topics = Ranker.load(), Classifiers.load(), TopicModel.load()
    thresholds, rules = Thresholds.shipped(), QueueSettings().rules()
    holdings = HoldingsReader(library.store)
    linkers, guarded = Linkers(holdings), open_model(model, clock)
    names, passages = CatalogueNames(library.store), LegalPassages(library.store)

    def desk_of(office_id: str) -> Desk:
        finder = Finder(
            library.store,
            office_id,
            encoder,
            library.index,
            ranker,
            classifiers,
            cache=settings.home / "index",
            linkers=linkers,
        )
        conversations = Conversations(library.engine, office_id, clock)
        inquiries = Inquiries(library.engine, office_id, clock)
        faq = FrequentQuestions(library.store, office_id, alike)
        queue = Queue(
            library.engine, lambda: library.store.office(office_id), office_id, clock, rules
        )

        def title_of(code: str) -> str | None:
            view = library.store.find_view(code, office_id)
            return view.procedure.title if view else None

        public_url = assistant.public_url
        if public_url and office_id != office_ids[0]:
            public_url = f"{public_url.rstrip('/')}/o/{office_id}"
        model_desk = build_model_desk(model, finder, title_of, thresholds, clock, guarded)
        receptionist = Receptionist(
            store=library.store,
            finder=finder,
            conversations=conversations,
            inquiries=inquiries,
            topics=topics,
            thresholds=thresholds,
            faq=faq,
            legal=LegalFinder(passages, office_id),
            known=KnownNames(names, holdings, office_id),
            office_id=office_id,
            clock=clock,
            idle_after=assistant.idle_after,
            public_url=public_url,
            model=model_desk,
            standing=queue.standing_of,
        )
        return Desk(
            library=library,
            finder=finder,
            conversations=conversations,
            inquiries=inquiries,
            faq=faq,
            queue=queue,
            receptionist=receptionist,
            office_id=office_id,
            home=settings.home,
            clock=clock,
            retention=assistant.retention,
            model=model_desk,
            public_url=public_url,
        )

    desks = [desk_of(office_id) for office_id in office_ids]
    if set(held) <= set(office_ids):  # else others may be served from the same folder
        linkers.drop_others(settings.home / "index")
    return desks
