"""`letan doctor` asks the platforms themselves and says what to change."""

import logging
from typing import Any

import fake_telegram
import fake_zalo_bot
import pytest
from browser import serving
from pydantic import SecretStr

from channels.doctor_channels import check_telegram, check_zalo_bot
from channels.telegram_settings import TelegramSettings
from channels.token_silence import silence_tokens
from channels.zalo_settings import ZaloBotSettings

QUIET: dict[str, Any] = {"_env_file": None}
GROUP = (str(fake_telegram.GROUP), "Tổ dân phố 5")


def telegram(address: str, token: str = fake_telegram.TOKEN, secret: str = "x") -> TelegramSettings:
    return TelegramSettings(
        **QUIET, token=SecretStr(token), webhook_secret=SecretStr(secret), api_url=address
    )


def zalo(address: str, token: str = fake_zalo_bot.TOKEN, secret: str = "x") -> ZaloBotSettings:
    return ZaloBotSettings(
        **QUIET, token=SecretStr(token), webhook_secret=SecretStr(secret), api_url=address
    )


def test_what_is_not_set_up_is_no_fault() -> None:
    for found in (check_telegram(telegram("", ""), []), check_zalo_bot(zalo("", ""))):
        assert found.ok and not found.needed and found.found == "chưa nối"


def test_telegram_token_privacy_and_webhook_are_looked_at() -> None:
    fake = fake_telegram.FakeTelegram()
    with serving(fake.app) as address:
        wrong = check_telegram(telegram(address, "1234567:wrong"), [])
        assert not wrong.ok and "BotFather" in wrong.to_do
        deaf = check_telegram(telegram(address), [GROUP])
        assert deaf.ok and "Tổ dân phố 5" in deaf.found and "/setprivacy" in deaf.to_do
        fake.admins.add((GROUP[0], str(fake_telegram.BOT["id"])))
        well = check_telegram(telegram(address), [GROUP])
        assert well.ok and not well.to_do and "hỏi liên tục" in well.found
        fake.webhook = "https://phuong.example/hooks/telegram"
        bare = check_telegram(telegram(address, secret=""), [])
        assert not bare.ok and "WEBHOOK_SECRET" in bare.to_do
        fake.down = True
        assert not check_telegram(telegram(address), []).ok
    assert "tường lửa" in check_telegram(telegram(address), []).to_do


def test_zalo_token_and_webhook_are_looked_at() -> None:
    fake = fake_zalo_bot.FakeZaloBot()
    with serving(fake.app) as address:
        assert "token" in check_zalo_bot(zalo(address, "1234567:wrong")).found
        well = check_zalo_bot(zalo(address))
        assert well.ok and "Bot Trợ lý phường" in well.found and not well.to_do
        fake.webhook = "https://phuong.example/hooks/zalo-bot"
        assert "WEBHOOK_SECRET" in check_zalo_bot(zalo(address, secret="")).to_do


def test_no_token_stands_in_what_is_logged_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    fake = fake_telegram.FakeTelegram()
    caplog.set_level(logging.DEBUG)
    silence_tokens()
    with serving(fake.app) as address:
        found = [check_telegram(telegram(address), [GROUP])]
    found.append(check_telegram(telegram(address), []))  # nobody listens any more
    said = caplog.text + repr(found)
    assert fake_telegram.TOKEN not in said and fake_telegram.TOKEN.split(":")[1] not in said
