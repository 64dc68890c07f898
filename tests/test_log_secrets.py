"""No token and no key stands in any log, whoever wrote the line and however it broke."""

import asyncio
import logging
import subprocess
import sys
from typing import Any

import fake_telegram
import fake_zalo_bot
import httpx
import pytest
import structlog

from assistant.log_secrets import clean_standard_logging, without_secrets
from assistant.logs import configure_logs
from channels.sending import SendFailed
from channels.telegram_sending import TelegramPlatform, build_bot
from channels.telegram_settings import TelegramSettings
from channels.token_silence import silence_tokens
from channels.zalo_bot_sending import ZaloBotPlatform
from channels.zalo_settings import ZaloBotSettings

TOKENS = (fake_telegram.TOKEN, fake_zalo_bot.TOKEN)
ADDRESS = f"https://api.telegram.org/bot{fake_telegram.TOKEN}/getMe"


@pytest.fixture(autouse=True)
def _clean() -> None:
    silence_tokens()


def holds_secret(text: str) -> bool:
    halves = [half for token in TOKENS for half in (token, token.split(":")[1])]
    return any(half in text for half in (*halves, "AT-secret-1", "RT-secret-1", "app-secret-9"))


@pytest.mark.parametrize(
    "text",
    [
        f"POST {ADDRESS} failed",
        ADDRESS.replace(":AA", "%3AAA"),
        f"https://bot-api.zaloplatforms.com/bot{fake_zalo_bot.TOKEN}/sendMessage",
        f"token {fake_telegram.TOKEN} refused",
        "{'access_token': 'AT-secret-1', 'refresh_token': 'RT-secret-1', 'expires_in': '90000'}",
        "app_id=1&refresh_token=RT-secret-1&grant_type=refresh_token",
        '{"secret_key": "app-secret-9"}',
        "[(b'access_token', b'AT-secret-1')]",
        '{\\"access_token\\": \\"AT-secret-1\\"}',
    ],
)
def test_a_secret_is_taken_out_in_every_form_it_is_written(text: str) -> None:
    cleaned = without_secrets(text)
    assert not holds_secret(cleaned) and ("<token>" in cleaned or "<secret>" in cleaned)


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1:52044 - GET /healthz", "2026-11-24 09:00:00", "mã 1.001193: lệ phí 8.000 đồng",
     "token=SecretStr('**********')", "access_token=None"],
)  # fmt: skip
def test_what_is_no_secret_is_left(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize("name", ["httpx", "telegram.request.HTTPXRequest", "uvicorn.error",
                                  "asyncio", "somebody.else"])  # fmt: skip
def test_any_loggers_line_and_traceback_are_cleaned(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger(name)
    caplog.set_level(logging.DEBUG, logger=name)
    logger.warning("calling %s with %r", ADDRESS, {"access_token": "AT-secret-1"})
    try:
        raise httpx.ConnectError(f"no route to {ADDRESS}")
    except httpx.ConnectError:
        logger.exception("it broke")
    assert "it broke" in caplog.text and "no route to" in caplog.text
    assert not holds_secret(caplog.text)


def test_uvicorns_access_log_is_cleaned_where_somebody_turns_it_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="uvicorn.access")
    line = ("1.2.3.4:5", "GET", "/lien-ket?access_token=AT-secret-1&code=x", "1.1", 200)
    logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', *line)
    assert "/lien-ket?access_token=<secret>" in caplog.text and not holds_secret(caplog.text)


def test_our_own_lines_and_their_tracebacks_are_cleaned(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    log: Any = structlog.get_logger()
    log.error("sending_failed", address=ADDRESS, pair={"refresh_token": "RT-secret-1"})
    try:
        raise ValueError(f"bad answer of {ADDRESS}")
    except ValueError:
        log.exception("attending_failed")
    said = capsys.readouterr().err
    assert "sending_failed" in said and "bad answer of" in said and not holds_secret(said)


def test_a_task_that_nobody_waited_for_dies_without_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def breaks() -> None:
        raise RuntimeError(ADDRESS)

    async def run() -> None:
        task = asyncio.ensure_future(breaks())
        await asyncio.sleep(0)
        del task

    asyncio.run(run())
    assert "never retrieved" in caplog.text and not holds_secret(caplog.text)


def test_what_ends_the_process_is_printed_without_the_token() -> None:
    code = (
        "from assistant.logs import configure_logs; configure_logs(); "
        f"raise RuntimeError('cannot reach {ADDRESS}')"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "cannot reach" in ended.stderr and "Traceback" in ended.stderr
    assert not holds_secret(ended.stderr)


def test_platforms_that_cannot_be_reached_fail_without_their_address() -> None:
    nowhere = "http://127.0.0.1:9"
    telegram = TelegramSettings(_env_file=None, token=fake_telegram.TOKEN, api_url=nowhere)  # type: ignore[arg-type]
    zalo = ZaloBotSettings(_env_file=None, token=fake_zalo_bot.TOKEN, api_url=nowhere)  # type: ignore[arg-type]
    failures: list[BaseException] = []

    async def run() -> None:
        for platform in (TelegramPlatform(build_bot(telegram)), ZaloBotPlatform(zalo)):
            with pytest.raises(SendFailed) as failed:
                await platform.start()
            failures.append(failed.value)
            await platform.stop()

    asyncio.run(run())
    for failure in failures:
        chain: BaseException | None = failure
        while chain is not None:
            assert not holds_secret(str(chain)) and not holds_secret(repr(chain))
            chain = chain.__cause__
    assert not holds_secret(repr(telegram) + repr(zalo))


def test_cleaning_twice_is_cleaning_once() -> None:
    clean_standard_logging()
    factory = logging.getLogRecordFactory()
    clean_standard_logging()
    assert logging.getLogRecordFactory() is factory
