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
from assistant.model.desk import ModelDesk, build_model_desk
from assistant.model.settings import ModelSettings
from assistant.queue_settings import QueueSettings
from assistant.queue_store import Queue
from assistant.receptionist import Receptionist
from assistant.settings import AssistantSettings
from knowledge.database import connect, migrate
from knowledge.embedding import load_encoder
from knowledge.finder import Finder
from knowledge.index import PassageIndex
from knowledge.known_names import KnownNames
from knowledge.legal import LegalFinder
from knowledge.linking.alike import Alike
from knowledge.linking.classes import Classifiers
from knowledge.linking.ranker import Ranker
from knowledge.linking.topics import TopicModel
from knowledge.offices import HANOI
from knowledge.sample import prepare
from knowledge.settings import KnowledgeSettings, LetanSettings
from knowledge.store import KnowledgeStore
from knowledge.vectors import open_client


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
    client = open_client(settings.home / "index", knowledge.chroma_server or None)
    index = PassageIndex(store, client, encoder)
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
    knowledge = knowledge or KnowledgeSettings()
    assistant = assistant or AssistantSettings()
    configure_logs(assistant.log_level)
    library = open_library(settings, knowledge, clock)
    library.store.office(settings.office)  # an unknown office ends here, not at the first question
    if not library.index.is_in_step():
        library.index.update()
    encoder = load_encoder(knowledge.embedding_model or None)
    finder = Finder(
        library.store,
        settings.office,
        encoder,
        library.index,
        Ranker.load(),
        Classifiers.load(),
        cache=settings.home / "index",
    )
    conversations = Conversations(library.engine, settings.office, clock)
    inquiries = Inquiries(library.engine, settings.office, clock)
    faq = FrequentQuestions(library.store, settings.office, Alike.load(encoder))
    queue = Queue(
        library.engine,
        lambda: library.store.office(settings.office),
        settings.office,
        clock,
        QueueSettings().rules(),
    )
    thresholds = Thresholds.shipped()

    def title_of(code: str) -> str | None:
        view = library.store.find_view(code, settings.office)
        return view.procedure.title if view else None

    model_desk = build_model_desk(model or ModelSettings(), finder, title_of, thresholds, clock)
    receptionist = Receptionist(
        store=library.store,
        finder=finder,
        conversations=conversations,
        inquiries=inquiries,
        topics=TopicModel.load(),
        thresholds=thresholds,
        faq=faq,
        legal=LegalFinder(library.store, settings.office),
        known=KnownNames(library.store, settings.office),
        office_id=settings.office,
        clock=clock,
        idle_after=assistant.idle_after,
        public_url=assistant.public_url,
        model=model_desk,
    )
    return Desk(
        library=library,
        finder=finder,
        conversations=conversations,
        inquiries=inquiries,
        faq=faq,
        queue=queue,
        receptionist=receptionist,
        office_id=settings.office,
        home=settings.home,
        clock=clock,
        retention=assistant.retention,
        model=model_desk,
        public_url=assistant.public_url,
    )
