"""Telegram through python-telegram-bot: sending, with every refusal turned into a next step."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from channels.heard import Button, Heard, Say
from channels.sending import SendFailed, Traits
from channels.telegram_html import to_html
from channels.telegram_reading import Me
from channels.telegram_settings import PLATFORM, TelegramSettings

LIMIT = 4096
ADMINS = ("creator", "administrator")
# A bad token is mended by a person; until then each try is one call every few minutes.
HALTED_SECONDS = 300.0
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 25.0


def build_bot(settings: TelegramSettings) -> ExtBot[Any]:
    """The bot of the settings; it keeps Telegram's limits."""
    # Waiting times as timedelta, as the next major version gives them; unset, each 429 warns.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    url = settings.api_url.rstrip("/")
    request = HTTPXRequest(
        connection_pool_size=32, read_timeout=ANSWER_SECONDS, connect_timeout=CONNECT_SECONDS
    )
    return ExtBot(
        settings.token.get_secret_value(),
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=request,
        rate_limiter=AIORateLimiter(
            overall_max_rate=settings.messages_a_second,
            overall_time_period=1,
            group_max_rate=settings.group_messages_a_minute,
            group_time_period=60,
            max_retries=0,
        ),
    )


class TelegramPlatform:
    """Sends to Telegram. Open it with ``start`` before use, ``stop`` it after."""

    def __init__(self, bot: ExtBot[Any]) -> None:
        self.bot = bot
        self._me: Me | None = None

    async def start(self) -> Me:
        """Log in; raises SendFailed when the token is wrong or Telegram is not reached."""
        try:
            await self.bot.initialize()
        except InvalidToken as error:
            raise SendFailed("Telegram refuses the token", halts=True) from error
        except TelegramError as error:
            raise SendFailed(f"Telegram not reached: {error.message}", retry_after=0) from error
        user = self.bot.bot
        self._me = Me(user.id, user.username or "", user.full_name)
        return self._me

    async def stop(self) -> None:
        """Close the connections."""
        await self.bot.shutdown()

    @property
    def is_started(self) -> bool:
        return self._me is not None

    @property
    def me(self) -> Me:
        assert self._me is not None, "start() first"
        return self._me

    @property
    def traits(self) -> Traits:
        return Traits(
            platform=PLATFORM,
            channel="telegram",
            limit=LIMIT,
            has_buttons=True,
            threads=True,
            link=f"https://t.me/{self.me.username}?start={{start}}",
            call=f"/hoi@{self.me.username}",
        )

    async def send(self, say: Say) -> str:
        """Send or edit one message; what Telegram cannot format or place is sent plainer."""
        if say.edits:
            with suppress(BadRequest):  # deleted, too old, or the same text: see below
                return await self._mapped(lambda: self._edit(say))
        return await self._plainer(say)

    async def _plainer(self, say: Say) -> str:
        """Telegram's refusals that mean "leave this out and send again"."""
        options: dict[str, Any] = {"parse_mode": ParseMode.HTML}
        topic = int(say.topic_id) if say.topic_id else None
        for _ in range(3):
            try:
                return await self._mapped(lambda: self._post(say, topic, options))  # noqa: B023
            except BadRequest as refused:
                why = refused.message.lower()
                if "parse entities" in why and options:
                    options = {}
                elif "thread not found" in why and topic is not None:
                    topic = None
                else:
                    raise SendFailed(f"Telegram refuses the message: {refused.message}") from (
                        refused
                    )
        raise SendFailed("Telegram refuses the message in every form")

    async def _post(self, say: Say, topic: int | None, options: dict[str, Any]) -> str:
        reply = None
        if say.reply_to:
            reply = ReplyParameters(int(say.reply_to), allow_sending_without_reply=True)
        message = await self.bot.send_message(
            int(say.chat_id),
            to_html(say.text) if options else say.text,
            message_thread_id=topic,
            reply_parameters=reply,
            reply_markup=_keyboard(say.buttons),
            disable_notification=say.quiet or None,
            **options,
        )
        return str(message.message_id)

    async def _edit(self, say: Say) -> str:
        try:
            await self.bot.edit_message_text(
                to_html(say.text),
                chat_id=int(say.chat_id),
                message_id=int(say.edits),
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(say.buttons),
            )
        except BadRequest as refused:
            if "not modified" not in refused.message.lower():
                raise
        return say.edits

    async def _mapped(self, call: Callable[[], Awaitable[str]]) -> str:
        """A call with Telegram's errors as ours; BadRequest is left to the caller."""
        try:
            return await call()
        except RetryAfter as error:
            wait = error.retry_after
            seconds = wait.total_seconds() if hasattr(wait, "total_seconds") else float(wait)
            raise SendFailed(f"flood limit, {seconds:.0f} s", retry_after=seconds + 0.5) from error
        except ChatMigrated as error:
            raise SendFailed("group became a supergroup", moved_to=str(error.new_chat_id)) from (
                error
            )
        except Forbidden as error:
            raise SendFailed(f"chat is closed to the bot: {error.message}", gone=True) from error
        except InvalidToken as error:
            raise SendFailed(
                "Telegram refuses the token", retry_after=HALTED_SECONDS, halts=True
            ) from error
        except BadRequest:
            raise
        except NetworkError as error:
            raise SendFailed(f"Telegram not reached: {error.message}", retry_after=0) from error
        except TelegramError as error:
            raise SendFailed(f"Telegram answers: {error.message}", retry_after=0) from error

    async def show_typing(self, heard: Heard) -> None:
        """Private chats only: in a group it would spend the message limit."""
        if not heard.is_group:
            with suppress(TelegramError):
                await self.bot.send_chat_action(int(heard.chat_id), ChatAction.TYPING)

    async def acknowledge(self, heard: Heard) -> None:
        """Stops the button's waiting sign."""
        with suppress(TelegramError):
            await self.bot.answer_callback_query(heard.press_id)

    async def is_admin(self, heard: Heard) -> bool:
        """Creator or administrator of the group; an anonymous admin posts as the group."""
        try:
            member = await self.bot.get_chat_member(int(heard.chat_id), int(heard.person_id))
        except TelegramError:
            return False
        return member.status in ADMINS


def _keyboard(buttons: tuple[Button, ...]) -> InlineKeyboardMarkup | None:
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(b.label, url=b.url)]
            if b.url
            else [InlineKeyboardButton(b.label, callback_data=b.data)]
            for b in buttons
        ]
    )


async def poll(
    bot: ExtBot[Any],
    take: Callable[[dict[str, Any]], Awaitable[None]],
    complain: Callable[[str], None],
    *,
    timeout_seconds: int = 25,
) -> None:
    """Long polling until cancelled: an update is confirmed only after ``take`` kept it.

    Asks with the next offset after the batch is stored, so a crash gets the batch again.
    """
    offset: int | None = None
    failures = 0
    while True:
        try:
            updates = await bot.get_updates(
                offset=offset,
                timeout=timeout_seconds,
                read_timeout=timeout_seconds + 10,
                allowed_updates=["message", "edited_message", "callback_query", "my_chat_member"],
            )
            for update in updates:
                await take(update.to_dict())
                offset = update.update_id + 1
            failures = 0
        except InvalidToken as error:
            raise SendFailed("Telegram refuses the token", halts=True) from error
        except TelegramError as error:
            failures += 1
            complain(error.message)
            await asyncio.sleep(min(30, 2 ** min(failures, 5)))
