"""The command line of the chat channels: serving by polling, groups, clerks, dead letters."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

out = Console()
err = Console(stderr=True)
channels_app = typer.Typer(
    help="Zalo, Telegram: nhóm, cán bộ, tin chưa gửi được.", no_args_is_help=True
)
BY = "dòng lệnh"
PLATFORMS = "telegram, zalo-bot hoặc zalo-oa"


def _hub() -> Any:
    from assistant.desk import build_desk
    from channels.chat_hub import ChatHub, ChatSettings
    from channels.threads import Workers

    return ChatHub(build_desk(), ChatSettings(), Workers(8))


def telegram() -> None:
    """Trả lời trên Telegram (hỏi máy chủ liên tục, không cần địa chỉ công khai)."""
    import anyio

    hub = _hub()
    if hub.telegram is None:
        err.print("Chưa có CHANNELS_TELEGRAM_TOKEN (xem docs/telegram.md).")
        raise typer.Exit(2)
    anyio.run(_poll_telegram, hub)


async def _poll_telegram(hub: Any) -> None:
    import anyio

    from channels.telegram_reading import read
    from channels.telegram_sending import poll

    await _must_log_in(hub)

    async def take(body: dict[str, Any]) -> None:
        heard = read(body, hub.telegram.me)
        if heard is not None:
            await hub.lanes.receive(heard)

    err.print(f"Telegram: @{hub.telegram.me.username} đang trả lời. Ctrl-C để dừng.")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hub.run)
        await poll(hub.telegram.bot, take, _complain)


def zalo() -> None:
    """Trả lời trên Zalo Bot (hỏi máy chủ liên tục, không cần địa chỉ công khai)."""
    import anyio

    hub = _hub()
    if hub.zalo_bot is None:
        err.print("Chưa có CHANNELS_ZALO_BOT_TOKEN (xem docs/zalo-bot.md).")
        raise typer.Exit(2)
    anyio.run(_poll_zalo, hub)


async def _poll_zalo(hub: Any) -> None:
    import anyio

    from channels.zalo_bot_reading import read

    await _must_log_in(hub)

    async def take(body: dict[str, Any]) -> bool:
        heard = read(body, hub.zalo_bot.names)
        return heard is not None and await hub.lanes.receive(heard)

    err.print("Zalo Bot đang trả lời. Ctrl-C để dừng.")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hub.run)
        await hub.zalo_bot.poll(take, _complain)


async def _must_log_in(hub: Any) -> None:
    problems = await hub.log_in()
    for problem in problems:
        err.print(problem, markup=False)
    if not hub.lanes.served:
        raise typer.Exit(1)


# What Telegram says when messages cannot be polled, and what to do about it.
POLLING = {
    "webhook is active": "đang có webhook; gỡ bằng: letan channels webhook telegram --remove",
    "other getUpdates": "máy khác cũng đang chạy letan telegram với token này; chỉ để một máy chạy",
}


def _complain(why: str) -> None:
    to_do = next((words for said, words in POLLING.items() if said in why), why)
    err.print(f"Chưa nhận được tin: {to_do}", markup=False)


@channels_app.command("work")
def work() -> None:
    """Trả lời thêm một tiến trình bên cạnh “letan serve”, cho máy nhiều nhân. Ctrl-C để dừng."""
    import anyio

    hub = _hub()
    if not hub.is_used:
        err.print("Chưa nối Telegram hay Zalo nào (xem docs/telegram.md, docs/zalo-bot.md).")
        raise typer.Exit(2)
    anyio.run(hub.run)


@channels_app.command("groups")
def groups() -> None:
    """Các nhóm mà lễ tân đang ở, chế độ của từng nhóm."""
    table = Table("nền tảng", "nhóm", "tên", "chế độ", "im lặng")
    for chat in _hub().chats.groups():
        quiet = "có" if chat.room.muted else ""
        table.add_row(chat.platform, chat.chat_id, chat.title, chat.room.mode.value, quiet)
    out.print(table)


@channels_app.command("room")
def room(
    platform: Annotated[str, typer.Argument(help=PLATFORMS)],
    chat_id: Annotated[str, typer.Argument(help="Mã nhóm (lệnh /id trong nhóm cho biết).")],
    questions: Annotated[
        bool, typer.Option("--hoi-dap/--mention", help="Phòng hỏi đáp, hay chỉ khi được gọi.")
    ] = True,
) -> None:
    """Đặt một nhóm làm phòng hỏi đáp, hoặc chỉ trả lời khi được gọi."""
    from dataclasses import replace

    from channels.chats import Chat
    from channels.gate import Mode

    chats = _hub().chats
    chat = chats.find(platform, chat_id) or Chat(platform, chat_id, is_group=True)
    mode = Mode.QUESTIONS if questions else Mode.CALLED
    chats.put(replace(chat, room=replace(chat.room, mode=mode, topics=())))
    out.print(f"{platform} {chat_id}: {mode.value}", markup=False)


@channels_app.command("clerk")
def clerk(
    platform: Annotated[str, typer.Argument(help=PLATFORMS)],
    person_id: Annotated[str, typer.Argument(help="Mã tài khoản (nhắn /id cho bot để biết).")],
    name: Annotated[str, typer.Option(help="Tên cán bộ.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Bỏ tài khoản này.")] = False,
) -> None:
    """Ghi nhận tài khoản của một cán bộ, để lễ tân nhường lời trong nhóm."""
    chats = _hub().chats
    if remove:
        if not chats.remove_clerk(platform, person_id):
            err.print("Không có tài khoản này.")
            raise typer.Exit(1)
    elif not name:
        err.print("Cần --name.")
        raise typer.Exit(2)
    else:
        chats.add_clerk(platform, person_id, name)
    table = Table("nền tảng", "tài khoản", "cán bộ")
    for row in chats.clerks():
        table.add_row(*row)
    out.print(table)


@channels_app.command("dead")
def dead() -> None:
    """Tin đã thôi gửi hoặc thôi trả lời, và vì sao."""
    table = Table("mã", "nền tảng", "chat", "số lần", "lỗi", "nội dung")
    for letter in _hub().mailbox.letters.all():
        table.add_row(
            f"{letter.way}:{letter.id}", letter.platform, letter.chat_id,
            str(letter.attempts), letter.error, letter.text[:60],
        )  # fmt: skip
    out.print(table)


@channels_app.command("retry")
def retry(
    which: Annotated[str, typer.Argument(help="Mã trong “letan channels dead”, hoặc all.")],
) -> None:
    """Thử lại một tin, hoặc mọi tin (all)."""
    letters = _hub().mailbox.letters
    wanted = [letter for letter in letters.all() if which in ("all", f"{letter.way}:{letter.id}")]
    done = sum(letters.revive(letter.way, letter.id, by=BY) for letter in wanted)
    if not done:
        err.print("Không có tin này.")
        raise typer.Exit(1)
    out.print(f"Thử lại {done} tin.")


@channels_app.command("discard")
def discard(
    which: Annotated[str, typer.Argument(help="Mã trong “letan channels dead”.")],
) -> None:
    """Bỏ hẳn một tin, xóa nội dung của nó."""
    letters = _hub().mailbox.letters
    wanted = [letter for letter in letters.all() if which == f"{letter.way}:{letter.id}"]
    if not sum(letters.discard(letter.way, letter.id, by=BY) for letter in wanted):
        err.print("Không có tin này.")
        raise typer.Exit(1)
    out.print("Đã bỏ tin.")


@channels_app.command("webhook")
def webhook(
    platform: Annotated[str, typer.Argument(help="telegram hoặc zalo-bot.")],
    address: Annotated[
        str, typer.Argument(help="Địa chỉ https của máy chủ; bỏ trống cùng --remove.")
    ] = "",
    remove: Annotated[
        bool, typer.Option("--remove", help="Gỡ webhook, để nhận tin bằng cách hỏi liên tục.")
    ] = False,
) -> None:
    """Đăng ký địa chỉ nhận tin với Telegram, Zalo Bot (token lấy từ .env)."""
    from channels import webhook_setup
    from channels.telegram_settings import TelegramSettings
    from channels.zalo_settings import ZaloBotSettings

    settings = {"telegram": TelegramSettings, "zalo-bot": ZaloBotSettings}.get(platform)
    if settings is None or bool(address) == remove:
        err.print("Cần telegram hoặc zalo-bot, rồi một địa chỉ https hoặc --remove.")
        raise typer.Exit(2)
    chosen = settings()
    try:
        if remove:
            webhook_setup.remove(chosen.api_url, chosen.token.get_secret_value())
            out.print("Đã gỡ webhook.")
            return
        if isinstance(chosen, TelegramSettings):
            url = webhook_setup.register_telegram(chosen, address)
        else:
            url = webhook_setup.register_zalo_bot(chosen, address)
    except webhook_setup.SetupFailed as failed:
        err.print(str(failed), markup=False)
        raise typer.Exit(1) from None
    out.print(f"Đã đăng ký {url}. Nhắn thử một tin, rồi chạy letan doctor.", markup=False)


@channels_app.command("oa-link")
def oa_link() -> None:
    """In địa chỉ để quản trị viên Zalo OA đồng ý kết nối."""
    hub = _hub()
    if hub.zalo_oa is None:
        err.print("Chưa có CHANNELS_ZALO_OA_APP_ID (xem docs/zalo-oa.md).")
        raise typer.Exit(2)
    typer.echo(hub.oa_tokens.consent_url())


@channels_app.command("oa-code")
def oa_code(code: Annotated[str, typer.Argument(help="Giá trị code trên thanh địa chỉ.")]) -> None:
    """Đổi mã đồng ý lấy quyền gửi tin (mã chỉ sống 10 phút)."""
    import anyio

    hub = _hub()
    anyio.run(hub.oa_tokens.consent, code)
    out.print("Đã kết nối Zalo OA.")


def register(app: typer.Typer) -> None:
    """Add the commands to the main command line."""
    app.command()(telegram)
    app.command()(zalo)
    app.add_typer(channels_app, name="channels")
