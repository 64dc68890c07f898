"""The commands of the console: accounts of the staff."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from channels.staff.accounts import Accounts

user_app = typer.Typer(help="Tài khoản của cán bộ.", no_args_is_help=True)
out = Console()
err = Console(stderr=True)
# Who the log names for what is done at the machine itself.
BY = "letan"


@contextmanager
def _accounts() -> Iterator["Accounts"]:
    from assistant.desk import now
    from channels.staff.accounts import AccountError, Accounts
    from channels.staff.sealing import Secrets
    from channels.staff.settings import StaffSettings
    from knowledge.database import connect, migrate
    from knowledge.sample import prepare
    from knowledge.settings import KnowledgeSettings, LetanSettings
    from knowledge.store import KnowledgeStore

    settings = LetanSettings()
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = connect(KnowledgeSettings().database_at(settings.home))
    migrate(engine)
    store = KnowledgeStore(engine, now)
    prepare(store)
    store.office(settings.office)
    try:
        staff = StaffSettings()
        sealing = Secrets.open(settings.home, staff.secret_key)
        yield Accounts(engine, settings.office, now, staff, sealing)
    except AccountError as problem:
        err.print(str(problem), markup=False, highlight=False)
        raise typer.Exit(1) from problem
    finally:
        engine.dispose()


def _say_initial(name: str, initial: str) -> None:
    out.print(
        f"Mật khẩu lần đầu của {name}: {initial}", markup=False, highlight=False, soft_wrap=True
    )
    err.print("Chỉ hiện một lần; phải đổi ngay khi đăng nhập ở /staff.")


@user_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Tên đăng nhập, ví dụ lan.nt.")],
    display_name: Annotated[str, typer.Option("--full-name", help="Họ tên.")],
    role: Annotated[str, typer.Option(help="clerk, editor, publisher hoặc admin.")] = "clerk",
) -> None:
    """Thêm một cán bộ; in mật khẩu lần đầu."""
    from channels.staff.accounts import Role, tidy

    if role not in set(Role):
        err.print(f"Không có quyền {role!r}; chọn một trong: {', '.join(Role)}.")
        raise typer.Exit(2)
    with _accounts() as accounts:
        initial = accounts.add(name, display_name, Role(role), by=BY)
    _say_initial(tidy(name), initial)


@user_app.command("reset")
def reset(name: Annotated[str, typer.Argument(help="Tên đăng nhập.")]) -> None:
    """Cấp lại mật khẩu lần đầu, mở khóa, tắt xác thực hai bước."""
    with _accounts() as accounts:
        initial = accounts.reset_password(name, by=BY)
    _say_initial(name, initial)


@user_app.command("list")
def users() -> None:
    """Liệt kê các tài khoản của phường, xã."""
    with _accounts() as accounts:
        held = accounts.all()
    table = Table()
    for heading in ("Tên đăng nhập", "Họ tên", "Quyền", "Tình trạng"):
        table.add_column(heading)
    for account in held:
        state = "đã khóa" if account.is_disabled else "đang dùng"
        table.add_row(account.name, account.display_name, account.role.value, state)
    out.print(table)
