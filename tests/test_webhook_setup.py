"""Registering webhooks with the platforms, and what is said when that cannot work."""

from typing import Any

import fake_telegram
import fake_zalo_bot
import pytest
from browser import serving
from pydantic import SecretStr
from typer.testing import CliRunner

from channels.cli_channels import channels_app
from channels.telegram_settings import TelegramSettings
from channels.webhook_setup import (
    FOR_ADMINS,
    SetupFailed,
    register_telegram,
    register_zalo_bot,
    remove,
)
from channels.zalo_settings import ZaloBotSettings

WARD = "https://phuong.example.gov.vn"


def telegram(address: str = "http://127.0.0.1:9", **more: Any) -> TelegramSettings:
    known = {
        "token": SecretStr(fake_telegram.TOKEN), "webhook_secret": SecretStr("abc_DEF-123"),
        "api_url": address,
    }  # fmt: skip
    return TelegramSettings(_env_file=None, **known | more)


def zalo(address: str = "http://127.0.0.1:9", **more: Any) -> ZaloBotSettings:
    known = {
        "token": SecretStr(fake_zalo_bot.TOKEN), "webhook_secret": SecretStr("abcd1234"),
        "api_url": address,
    }  # fmt: skip
    return ZaloBotSettings(_env_file=None, **known | more)


def test_telegram_is_told_where_to_call_and_which_commands_to_offer_to_whom() -> None:
    fake = fake_telegram.FakeTelegram()
    with serving(fake.app) as address:
        assert register_telegram(telegram(address), WARD) == f"{WARD}/hooks/telegram"
        assert fake.webhook == f"{WARD}/hooks/telegram"
        assert {"my_chat_member", "callback_query"} <= set(fake.updates_wanted)
        offered = {kind: {c["command"] for c in fake.commands[kind]} for kind in fake.commands}
        assert "hoi" in offered["default"] and "im" not in offered["default"]
        assert {name for name, _ in FOR_ADMINS} <= offered["all_chat_administrators"]
        remove(address, fake_telegram.TOKEN)
        assert fake.webhook == ""


def test_zalo_is_told_where_to_call() -> None:
    fake = fake_zalo_bot.FakeZaloBot()
    with serving(fake.app) as address:
        whole = f"{WARD}/hooks/zalo-bot"
        assert register_zalo_bot(zalo(address), f"{whole}/") == whole
        assert fake.webhook == whole
        fake.verification = {"ok": False, "status_code": 403, "outcome": "webhook.http.403"}
        assert register_zalo_bot(zalo(address), WARD) == whole  # their trial carries no secret
        fake.verification = {"ok": False, "outcome": "webhook.err.tls", "hint": "certificate"}
        with pytest.raises(SetupFailed, match="certificate"):
            register_zalo_bot(zalo(address), WARD)
        with pytest.raises(SetupFailed, match="bị từ chối"):
            register_zalo_bot(zalo(address, token=SecretStr("1:x")), WARD)


@pytest.mark.parametrize(
    ("settings", "where", "said"),
    [
        (telegram(), "http://phuong.example", "https://"),
        (telegram(), "https://phuong.example:9443", "cổng"),
        (telegram(token=SecretStr("")), WARD, "CHANNELS_TELEGRAM_TOKEN"),
        (telegram(webhook_secret=SecretStr("có dấu")), WARD, "WEBHOOK_SECRET="),
        (telegram(), WARD, "Internet"),
        (zalo(webhook_secret=SecretStr("short")), WARD, "WEBHOOK_SECRET="),
        (zalo(), "phuong.example", "https://"),
    ],
)
def test_what_cannot_work_is_said_before_or_after_the_call_and_holds_no_token(
    settings: Any, where: str, said: str
) -> None:
    register = register_telegram if isinstance(settings, TelegramSettings) else register_zalo_bot
    with pytest.raises(SetupFailed, match=said) as failed:
        register(settings, where)  # type: ignore[arg-type,operator]
    assert "AAFake" not in str(failed.value) and "abc-xyz" not in str(failed.value)


def test_the_command_takes_the_token_from_the_settings_and_says_what_comes_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = fake_telegram.FakeTelegram()
    with serving(fake.app) as address:
        monkeypatch.setenv("CHANNELS_TELEGRAM_TOKEN", fake_telegram.TOKEN)
        monkeypatch.setenv("CHANNELS_TELEGRAM_API_URL", address)
        monkeypatch.setenv("CHANNELS_TELEGRAM_WEBHOOK_SECRET", "")
        run = CliRunner().invoke
        without = run(channels_app, ["webhook", "telegram", WARD])
        assert without.exit_code == 1 and "CHANNELS_TELEGRAM_WEBHOOK_SECRET=" in without.output
        monkeypatch.setenv("CHANNELS_TELEGRAM_WEBHOOK_SECRET", "abc_DEF-123")
        done = run(channels_app, ["webhook", "telegram", WARD])
        assert done.exit_code == 0 and "letan doctor" in done.output
        assert fake.webhook == f"{WARD}/hooks/telegram"
        assert run(channels_app, ["webhook", "telegram", "--remove"]).exit_code == 0
        assert fake.webhook == ""
        for wrong in (["webhook", "zalo-oa", WARD], ["webhook", "telegram"]):
            assert run(channels_app, wrong).exit_code == 2
        assert fake_telegram.TOKEN not in without.output + done.output
