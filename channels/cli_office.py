"""Commands that keep an office safe: backup and restore."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

out = Console()


def backup(
    target: Annotated[Path, typer.Argument(help="Tệp .zip sẽ ghi.")],
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Sao lưu cơ sở dữ liệu, kể cả khi đang phục vụ."""
    from assistant.desk import now
    from knowledge import backup as backups
    from knowledge.database import connect
    from knowledge.settings import KnowledgeSettings, LetanSettings

    engine = connect(KnowledgeSettings().database_at(LetanSettings().home))
    made = backups.backup(engine, target, now())
    if as_json:
        typer.echo(json.dumps(asdict(made)))
    else:
        out.print(f"Đã sao lưu vào {target} ({target.stat().st_size / 2**20:.1f} MiB).")


def restore(
    source: Annotated[Path, typer.Argument(help="Tệp .zip đã sao lưu.")],
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Khôi phục bản sao lưu vào một LETAN_HOME hoặc cơ sở dữ liệu còn trống."""
    from knowledge import backup as backups
    from knowledge.database import connect, migrate
    from knowledge.settings import KnowledgeSettings, LetanSettings

    engine = connect(KnowledgeSettings().database_at(LetanSettings().home))
    restored = backups.restore(engine, source)
    migrate(engine)
    if as_json:
        typer.echo(json.dumps(asdict(restored)))
    else:
        out.print(f"Đã khôi phục bản sao lưu lúc {restored.made_at}.")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(backup)
    app.command()(restore)
