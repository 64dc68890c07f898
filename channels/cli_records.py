"""The command that hands the office's knowledge on as files: `letan export`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

out = Console()


def export(
    folder: Annotated[Path, typer.Argument(help="Thư mục để ghi, mỗi thủ tục một tệp.")],
) -> None:
    """Ghi mọi thủ tục đang dùng thành tệp YAML, để lưu hoặc đưa sang đơn vị khác."""
    import yaml

    from assistant.desk import now
    from knowledge.database import connect, migrate
    from knowledge.sample import prepare
    from knowledge.settings import KnowledgeSettings, LetanSettings
    from knowledge.store import KnowledgeStore
    from knowledge.versions import to_record

    settings = LetanSettings()
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = connect(KnowledgeSettings().database_at(settings.home))
    migrate(engine)
    store = KnowledgeStore(engine, now)
    prepare(store)
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for procedure, _ in store.live_procedures(settings.office):
        text = yaml.safe_dump(to_record(procedure), allow_unicode=True, sort_keys=False, width=1000)
        (folder / f"{procedure.code}.yaml").write_text(text, "utf-8")
        count += 1
    engine.dispose()
    out.print(f"Đã ghi {count} thủ tục vào {folder}.", markup=False, soft_wrap=True)
