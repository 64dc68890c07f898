"""Puts the chat channels of one office together from settings: the composition root of chats."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio
import structlog

from assistant.desk import Desk
from channels.attendant import Attendant
from channels.chat_commands import command
from channels.chats import Chats
from channels.group_settings import GroupSettings
from channels.lane_work import Served
from channels.lanes import Lanes
from channels.mailbox import Mailbox
from channels.queue_news import QueueNews
from channels.sending import Platform, SendFailed
from channels.telegram_settings import TelegramSettings
from channels.threads import Workers
from channels.token_silence import silence_tokens
from channels.zalo_bot_sending import ZaloBotPlatform
from channels.zalo_oa_sending import ZaloOaPlatform
from channels.zalo_oa_tokens import OaTokens
from channels.zalo_settings import ZaloBotSettings, ZaloOaSettings

if TYPE_CHECKING:
    from channels.telegram_sending import TelegramPlatform

log = structlog.get_logger()
AGAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """The settings of all chat channels."""

    groups: GroupSettings = field(default_factory=GroupSettings)
    telegram: TelegramSettings = field(default_factory=TelegramSettings)
    zalo_bot: ZaloBotSettings = field(default_factory=ZaloBotSettings)
    zalo_oa: ZaloOaSettings = field(default_factory=ZaloOaSettings)


class ChatHub:
    """The chat channels of one office in one process.

    Platforms are logged in when it runs; one that cannot be reached is tried again every minute
    while its messages already gather in the inbox.
    """

    def __init__(self, desk: Desk, settings: ChatSettings, workers: Workers) -> None:
        silence_tokens()
        groups = settings.groups
        engine = desk.library.engine
        self.settings = settings
        self.chats = Chats(engine, desk.office_id, desk.clock)
        self.mailbox = Mailbox(
            engine,
            desk.office_id,
            desk.clock,
            burst=groups.burst,
            max_attempts=groups.max_attempts,
        )
        self._desk = desk
        self._served: dict[str, Served] = {}
        self.lanes = Lanes(
            self._served,
            self.mailbox,
            self.chats,
            desk.conversations,
            desk.inquiries,
            QueueNews(
                self._served,
                self.mailbox,
                desk.queue,
                lambda: desk.library.store.office(desk.office_id),
            ),
            workers,
            Workers(groups.threads),
            size=groups.lanes,
            keep=groups.keep,
        )
        self.telegram = _telegram(settings.telegram)
        self.zalo_bot = (
            ZaloBotPlatform(settings.zalo_bot)
            if settings.zalo_bot.token.get_secret_value()
            else None
        )
        self.oa_tokens = OaTokens(
            engine, desk.office_id, desk.clock, settings.zalo_oa, workers, anyio.sleep
        )
        self.zalo_oa = (
            ZaloOaPlatform(settings.zalo_oa, self.oa_tokens, desk.clock)
            if settings.zalo_oa.app_id
            else None
        )

    @property
    def is_used(self) -> bool:
        """Whether any platform is set up."""
        return any(p is not None for p in (self.telegram, self.zalo_bot, self.zalo_oa))

    async def log_in(self) -> list[str]:
        """Log in where that has not happened yet; what went wrong, in words."""
        problems = []
        for platform in (self.telegram, self.zalo_bot, self.zalo_oa):
            if platform is None:
                continue
            start: Callable[[], Awaitable[Any]] = platform.start
            if any(served.platform is platform for served in self._served.values()):
                continue
            try:
                await start()
            except SendFailed as failed:
                problems.append(str(failed))
                continue
            self._serve(platform)
        return problems

    def _serve(self, platform: Platform) -> None:
        attendant = Attendant(
            self._desk, self.chats, platform.traits, self.settings.groups, command
        )
        self._served[platform.traits.platform] = Served(platform, attendant)

    async def run(self) -> None:
        """Serve until cancelled."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._keep_logging_in)
            await self.lanes.run()

    async def _keep_logging_in(self) -> None:
        while problems := await self.log_in():
            for problem in problems:
                log.error("platform_not_ready", why=problem)
            await anyio.sleep(AGAIN_SECONDS)

    async def stop(self) -> None:
        """Close every connection."""
        for platform in (self.telegram, self.zalo_bot, self.zalo_oa):
            if platform is not None:
                await platform.stop()


def _telegram(settings: TelegramSettings) -> "TelegramPlatform | None":
    """Telegram, where a token is set; its library is read only there (a twentieth of a start)."""
    if not settings.token.get_secret_value():
        return None
    from channels.telegram_sending import TelegramPlatform, build_bot

    return TelegramPlatform(build_bot(settings))
