"""`letan office …`: the offices of a deployment, and which sites may embed their chat."""

import json
from dataclasses import asdict
from pathlib import Path
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


@office_app.command("list")
def offices(as_json: Json = False) -> None:
    """Các trung tâm đã có, và tên miền riêng của mỗi nơi."""
    from channels.offices import HOST_SETTING

    settings, store = _store()
    hosts = store.settings_named(HOST_SETTING)
    held = store.offices()
    served = settings.office_ids([office.id for office in held])
    rows = [
        {"id": o.id, "name": o.name, "hosts": hosts.get(o.id, []), "is_served": o.id in served}
        for o in held
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        state = "đang phục vụ" if row["is_served"] else "chưa có trong LETAN_OFFICES"
        out.print(f"{row['id']}: {row['name']} ({state}) {' '.join(row['hosts'])}", highlight=False)


@office_app.command("add")
def add(
    source: Annotated[Path, typer.Argument(help="Tệp <mã>.yaml: tên, địa chỉ, giờ, quầy.")],
) -> None:
    """Thêm một trung tâm, hoặc cập nhật từ tệp. Thủ tục quốc gia dùng chung."""
    from knowledge.sample import read_office

    office = read_office(source)
    _, store = _store()
    changed = store.put_office(office, by=BY)
    out.print(f"Đã {'ghi' if changed else 'có sẵn'} {office.id}: {office.name}.", highlight=False)
    out.print(
        "Thêm mã vào LETAN_OFFICES (hoặc đặt *), khởi động lại, rồi tạo tài khoản quản trị: "
        f"LETAN_OFFICE={office.id} letan user add …",
        highlight=False,
        soft_wrap=True,
    )


@office_app.command("host")
def host(
    office: Annotated[str, typer.Argument(help="Mã trung tâm.")],
    names: Annotated[list[str] | None, typer.Argument(help="Tên miền; bỏ trống: bỏ hết.")] = None,
) -> None:
    """Đặt tên miền riêng cho một trung tâm; có hiệu lực khi khởi động lại."""
    from channels.offices import HOST_SETTING

    _, store = _store()
    store.office(office)
    taken = {
        name: held
        for held, own in store.settings_named(HOST_SETTING).items()
        for name in own
        if held != office
    }
    wanted = [name.strip().lower() for name in names or []]
    for name in wanted:
        if "/" in name or ":" in name or not name:
            err.print(f"{name!r} không phải tên miền; ghi như letan.phuong.gov.vn")
            raise typer.Exit(2)
        if name in taken:
            err.print(f"{name} đang là tên miền của {taken[name]}.")
            raise typer.Exit(1)
    store.put_setting(office, HOST_SETTING, wanted, by=BY)
    out.print(f"{office}: {' '.join(wanted) or 'không có tên miền riêng'}", highlight=False)


def _store() -> tuple[Any, Any]:
    from assistant.desk import open_store
    from knowledge.settings import KnowledgeSettings, LetanSettings

    settings = LetanSettings()
    return settings, open_store(settings, KnowledgeSettings())[1]


def _permits(office: str) -> tuple[Any, str]:
    """The permits, and the office meant; raises UnknownOffice."""
    from channels.widget.permits import Permits

    settings, store = _store()
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
