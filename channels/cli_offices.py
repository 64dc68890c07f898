"""`letan office …`: which sites may embed an office's chat."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

out = Console()
err = Console(stderr=True)
office_app = typer.Typer(help="Trung tâm và khung chat nhúng.", no_args_is_help=True)
BY = "letan"

Office = Annotated[str, typer.Option("--office", help="Mã trung tâm; bỏ trống: LETAN_OFFICE.")]
Origin = Annotated[str, typer.Argument(help="Địa chỉ trang web, ví dụ https://hoasen.gov.vn")]
Json = Annotated[bool, typer.Option("--json", help="In JSON.")]


@office_app.command("allow")
def allow(origin: Origin, office: Office = "", as_json: Json = False) -> None:
    """Cho phép một trang web nhúng khung chat; in đoạn mã để dán vào trang."""
    permits, office_id = _permits(office)
    _print(permits.allow(office_id, origin, by=BY), as_json)


@office_app.command("deny")
def deny(origin: Origin, office: Office = "", as_json: Json = False) -> None:
    """Thôi cho phép một trang web."""
    permits, office_id = _permits(office)
    _print(permits.deny(office_id, origin, by=BY), as_json)


@office_app.command("widget")
def widget(
    office: Office = "",
    new_key: Annotated[bool, typer.Option(help="Đổi khóa; mã đã dán sẽ hết tác dụng.")] = False,
    as_json: Json = False,
) -> None:
    """Xem khóa, các trang được phép và đoạn mã nhúng."""
    permits, office_id = _permits(office)
    permit = permits.new_key(office_id, by=BY) if new_key else permits.of(office_id)
    if permit is None:
        err.print("Chưa trang nào được phép. Hãy chạy: letan office allow https://ten-trang.gov.vn")
        raise typer.Exit(1)
    _print(permit, as_json)


@office_app.command("demo")
def demo(
    desk: Annotated[str, typer.Option(help="Địa chỉ đang chạy letan serve.")] = (
        "http://127.0.0.1:8000"
    ),
    port: Annotated[int, typer.Option(help="Cổng của trang mẫu.")] = 8001,
    office: Office = "",
) -> None:
    """Mở một trang mẫu của phường, ở địa chỉ khác, có nhúng khung chat."""
    import uvicorn

    from channels.widget.demo import demo_site

    permits, office_id = _permits(office)
    permit = permits.allow(office_id, f"http://127.0.0.1:{port}", by=BY)
    err.print(f"Trang mẫu: http://127.0.0.1:{port} (khung chat của {desk})")
    uvicorn.run(demo_site(desk.rstrip("/"), permit.key), port=port, log_level="warning")


def _permits(office: str) -> tuple[Any, str]:
    """The permits, and the office meant; raises UnknownOffice."""
    from assistant.desk import open_store
    from channels.widget.permits import Permits
    from knowledge.settings import KnowledgeSettings, LetanSettings

    settings = LetanSettings()
    _, store = open_store(settings, KnowledgeSettings())
    office_id = office or settings.office
    store.office(office_id)
    return Permits(store), office_id


def _print(permit: Any, as_json: bool) -> None:
    from assistant.settings import AssistantSettings

    desk = AssistantSettings().public_url.rstrip("/") or "https://DIA-CHI-QUAY-LE-TAN"
    snippet = f'<script src="{desk}/widget.js" data-office="{permit.key}" async></script>'
    if as_json:
        typer.echo(json.dumps({**asdict(permit), "snippet": snippet}, ensure_ascii=False))
        return
    out.print(f"Trung tâm: {permit.office_id}", highlight=False)
    out.print("Trang được phép: " + (", ".join(permit.origins) or "chưa có"), highlight=False)
    out.print("Dán vào trang, ngay trước </body>:", highlight=False)
    typer.echo(snippet)
