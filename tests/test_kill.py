"""kill −9 between receiving and replying: nothing is lost and nothing is answered twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_process import Process, standing, wait_for
from fake_telegram import SECRET, TOKEN, private
from fake_zalo_bot import SECRET as ZALO_SECRET
from fake_zalo_bot import TOKEN as ZALO_TOKEN
from fake_zalo_bot import event

from evals.bench import free_port

pytestmark = pytest.mark.slow
QUESTIONS = (
    "Đăng ký khai sinh cần giấy tờ gì?", "Đăng ký kết hôn cần giấy tờ gì?",
    "Lệ phí chứng thực bản sao bao nhiêu?", "Đăng ký tạm trú mất mấy ngày?",
    "Khai tử nộp ở đâu?", "Cấp lại căn cước cần gì?",
)  # fmt: skip


def updates() -> list[dict[str, Any]]:
    """One question of each of several people."""
    return [private(question, who=900200300 + i) for i, question in enumerate(QUESTIONS)]


@contextmanager
def letan(home: Path, there: Process, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A `letan` command as a process of its own, killed at the end if it still runs."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CHANNELS_")} | {
        "LETAN_HOME": str(home), "LETAN_OFFICE": "hoa-sen",
        "CHANNELS_TELEGRAM_TOKEN": TOKEN, "CHANNELS_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "CHANNELS_TELEGRAM_API_URL": there.address,
    }  # fmt: skip
    if command[0] == "zalo":
        del environment["CHANNELS_TELEGRAM_TOKEN"]
        environment["CHANNELS_ZALO_BOT_TOKEN"] = ZALO_TOKEN
        environment["CHANNELS_ZALO_BOT_WEBHOOK_SECRET"] = ZALO_SECRET
        environment["CHANNELS_ZALO_BOT_API_URL"] = there.address
    process = subprocess.Popen([sys.executable, "-m", "channels", *command], env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=20)


def kill(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=20)


def post(address: str, update: dict[str, Any]) -> bool:
    answer = httpx.post(
        f"{address}/hooks/telegram", json=update,
        headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}, timeout=30,
    )  # fmt: skip
    return answer.status_code == 200


def answers_per_chat(there: Process) -> Counter[str]:
    return Counter(str(message["chat_id"]) for message in there.sent())


def test_a_server_killed_before_it_replied_replies_once_after_it_came_back(own_home: Path) -> None:
    asked = updates()
    with standing("telegram", free_port()) as there:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        there.steer(held=True)
        with letan(own_home, there, "serve", "--port", str(port)) as first:
            # Telegram repeats what got no 200; so does this.
            wait_for(lambda: post(address, asked[0]), first)
            for update in asked[1:]:
                assert post(address, update)
            # the first replies are on their way, none has arrived
            wait_for(lambda: there.steer()["in_flight"] >= 2, first)
            kill(first)
        wait_for(lambda: there.steer()["in_flight"] == 0)
        assert there.sent() == []
        there.steer(held=False)
        with letan(own_home, there, "serve", "--port", str(port)) as second:
            wait_for(lambda: len(answers_per_chat(there)) == len(asked), second, seconds=60)
            for update in asked:  # and all of it delivered once more
                wait_for(lambda update=update: post(address, update), second)
            last = private("Đăng ký thường trú cần giấy tờ gì?", who=900200999)
            assert post(address, last)
            wait_for(lambda: "900200999" in answers_per_chat(there), second)
        assert set(answers_per_chat(there).values()) == {1}
        assert len(answers_per_chat(there)) == len(asked) + 1


def test_polling_killed_between_taking_and_replying_neither_loses_nor_repeats(
    own_home: Path,
) -> None:
    asked = updates()
    with standing("telegram", free_port()) as there:
        there.steer(held=True, updates=asked)
        with letan(own_home, there, "telegram") as first:
            wait_for(lambda: there.steer()["in_flight"] >= 2, first)
            kill(first)
        wait_for(lambda: there.steer()["in_flight"] == 0)
        there.steer(held=False)
        with letan(own_home, there, "telegram") as second:
            wait_for(lambda: len(answers_per_chat(there)) == len(asked), second, seconds=60)
            there.steer(updates=[private("Đăng ký thường trú cần gì?", who=900200999)])
            wait_for(lambda: "900200999" in answers_per_chat(there), second)
        assert set(answers_per_chat(there).values()) == {1}


def test_zalo_polling_killed_with_an_answer_on_its_way_sends_it_once(own_home: Path) -> None:
    """Zalo confirms nothing: what was taken and not kept would be lost, so it is kept first."""
    people = [f"{i:020x}" for i in range(1, 4)]
    with standing("zalo-bot", free_port()) as there:
        there.steer(held=True, updates=[event(QUESTIONS[i], who) for i, who in enumerate(people)])
        with letan(own_home, there, "zalo") as first:
            wait_for(lambda: there.steer()["in_flight"] >= 3, first)
            kill(first)
        wait_for(lambda: there.steer()["in_flight"] == 0)
        there.steer(held=False)
        with letan(own_home, there, "zalo") as second:
            wait_for(lambda: set(answers_per_chat(there)) == set(people), second, seconds=60)
        assert set(answers_per_chat(there).values()) == {1}
