"""`letan doctor` asks the platforms themselves and says what to change."""

import logging
from datetime import timedelta
from typing import Any

import fake_telegram
import fake_zalo_bot
import fake_zalo_oa
import pytest
from browser import serving
from pydantic import SecretStr
from records import MORNING

from channels.doctor_channels import check_telegram, check_zalo_bot
from channels.doctor_check import Check
from channels.doctor_oa import check_zalo_oa
from channels.telegram_settings import TelegramSettings
from channels.token_silence import silence_tokens
from channels.zalo_oa_tokens import Tokens
from channels.zalo_settings import ZaloBotSettings, ZaloOaSettings

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
    nothing = check_zalo_oa(account("", app_id=""), None, None, MORNING)
    for found in (check_telegram(telegram("", ""), []), check_zalo_bot(zalo("", "")), nothing):
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
        assert check_telegram(telegram(address), [GROUP]).ok
        fake.updates_wanted = ["message"]
        deafer = check_telegram(telegram(address), [])
        assert not deafer.ok and "my_chat_member" in deafer.found
        fake.updates_wanted = []
        fake.webhook_error = "Connection refused"
        broken = check_telegram(telegram(address), [])
        assert not broken.ok and "Connection refused" in broken.found and "https" in broken.to_do
        fake.webhook = "https://elsewhere.example/bot"
        assert "không trỏ tới Lễ Tân" in check_telegram(telegram(address), []).to_do
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
        never = check_zalo_bot(zalo(address))
        assert never.ok and "chưa nhận được tin nào" in never.found and "nhắn thử" in never.to_do
        heard = check_zalo_bot(zalo(address), "08:30 24/11/2026")
        assert heard.ok and "tin gần nhất 08:30" in heard.found and not heard.to_do
        fake.webhook = "https://elsewhere.example/bot"
        assert "không trỏ tới Lễ Tân" in check_zalo_bot(zalo(address)).to_do


def account(address: str, **more: Any) -> ZaloOaSettings:
    known = {
        "app_id": fake_zalo_oa.APP_ID, "app_secret": "s", "oa_secret": "o",
        "redirect_url": "https://phuong.example/zalo", "api_url": address,
    }  # fmt: skip
    return ZaloOaSettings(**QUIET, **known | more)


def pair(age_days: float = 1, **more: Any) -> Tokens:
    known = {
        "access": "AT0", "refresh": "RT0", "expires_at": MORNING + timedelta(hours=20),
        "needs_consent": False, "verifier": "", "stored_at": MORNING - timedelta(days=age_days),
    }  # fmt: skip
    return Tokens(**known | more)


def test_the_official_account_is_looked_at_from_its_keys_to_its_quota() -> None:
    fake = fake_zalo_oa.FakeZaloOa()
    with serving(fake.app) as address:

        def look(tokens: Tokens | None, last: Any = MORNING, **more: Any) -> Check:
            return check_zalo_oa(account(address, **more), tokens, last, MORNING)

        well = look(pair())
        assert well.ok and not well.to_do
        for said in (fake_zalo_oa.NAME, "còn 480 tin", "cấp 1 ngày trước", "gần nhất 09:00"):
            assert said in well.found, said
        assert "OA_SECRET" in look(pair(), oa_secret="").found
        for tokens in (None, pair(access="")):
            assert "oa-link" in look(tokens).to_do
        lost = look(pair(needs_consent=True))
        assert not lost.ok and "liên kết lại" in lost.found and "25/11/2026" in lost.found
        assert not look(pair(age_days=91)).ok
        soon = look(pair(age_days=80))
        assert soon.ok and "sắp hết hạn" in soon.to_do
        never = look(pair(), None)
        assert never.ok and "hooks/zalo-oa" in never.to_do
        assert not look(pair(), signature="warn").ok
        asleep = look(pair(expires_at=MORNING - timedelta(hours=1)))
        assert "letan serve" in asleep.to_do
        refused = look(pair(access="AT-other"))
        assert not refused.ok and "-216" in refused.found
        fake.quota = None
        assert "không cho biết (mã -224)" in look(pair()).found
        fake.is_verified = False
        assert "xác thực OA" in look(pair()).to_do
        fake.account_faults = [-219]
        assert "mã -219" in look(pair()).found
        assert fake.logins == []  # looking spends no refresh token
    gone = check_zalo_oa(account(address), pair(), MORNING, MORNING)
    assert not gone.ok and "tường lửa" in gone.to_do and "AT0" not in repr(gone)


def test_no_token_stands_in_what_is_logged_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    fake = fake_telegram.FakeTelegram()
    caplog.set_level(logging.DEBUG)
    silence_tokens()
    with serving(fake.app) as address:
        found = [check_telegram(telegram(address), [GROUP])]
    found.append(check_telegram(telegram(address), []))  # nobody listens any more
    said = caplog.text + repr(found)
    assert fake_telegram.TOKEN not in said and fake_telegram.TOKEN.split(":")[1] not in said
