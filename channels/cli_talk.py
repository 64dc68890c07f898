"""Figures of safety, masking, wrapping, likeness and the model: `letan eval safety · masking …`."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

out = Console()
err = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]


def add_to(eval_app: typer.Typer) -> None:
    """Put the commands of this area under `letan eval`."""
    eval_app.command("alike")(alike)
    eval_app.command("lying")(lying)
    eval_app.command("masking")(masking)
    eval_app.command("safety")(safety)
    eval_app.command("injection")(injection)
    eval_app.command("model")(real_model)
    eval_app.command("wrapped")(wrapped)


def alike(
    fit: Annotated[bool, typer.Option(help="Tính lại trọng số và ghi vào alike.npz.")] = False,
    as_json: Json = False,
) -> None:
    """Hai câu có hỏi cùng một điều không: bao nhiêu cặp giống, gần giống, khác nhau được nhận."""
    from evals.alike import measure, save
    from knowledge.embedding import load_encoder

    fitted, figures = measure(load_encoder())
    if fit:
        save(fitted)
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for row in figures:
        shares = ", ".join(f"{kind} {row[kind]:.1%}" for kind in ("same", "near", "other"))
        out.print(f"từ {row['probability']}: {shares}", markup=False, highlight=False)


def wrapped(as_json: Json = False) -> None:
    """Câu hỏi kèm lời chào, lời nhờ, lối hỏi công văn: có còn được hiểu như câu trần không."""
    from evals.desk import fresh_desk
    from evals.wrapping import measure

    with fresh_desk() as desk:
        for row in measure(desk):
            if as_json:
                typer.echo(json.dumps(asdict(row), ensure_ascii=False))
                continue
            shares = f"đúng {row.first:.1%}, trả lời ngay {row.answered:.1%}"
            out.print(f"{shares}\t{row.wrapping}", markup=False, highlight=False)


def lying(
    runs: Annotated[int, typer.Option(help="Số câu hỏi.", min=1)] = 320, as_json: Json = False
) -> None:
    """Mô hình ngôn ngữ nói dối: có thông tin sai nào tới người dân không (phải là 0)."""
    from evals.lying import run_lying

    report = run_lying(runs).to_json()
    _print(report, as_json)
    raise typer.Exit(1 if report["wrong_facts"] else 0)


def masking(
    messages: Annotated[int, typer.Option(help="Số tin nhắn có thông tin riêng.", min=1)] = 6000,
    innocents: Annotated[int, typer.Option(help="Số câu chỉ có số vô hại.", min=1)] = 3000,
    seed: Annotated[int, typer.Option(help="Hạt giống của bộ sinh.")] = 20261124,
    as_json: Json = False,
) -> None:
    """Che thông tin riêng: bao nhiêu chỗ lọt, bao nhiêu chỗ che nhầm."""
    from evals.masking import measure

    report = measure(messages, innocents, seed)
    _print(report, as_json)
    raise typer.Exit(1 if report["leaks"] or report["false_share"] > 0.01 else 0)


def safety(as_json: Json = False) -> None:
    """Khẩn cấp, lừa đảo, hối lộ, đe dọa, chèn lệnh: trả lời có đúng mực không."""
    from evals.safety import run_safety

    report = run_safety()
    _print(report, as_json)
    raise typer.Exit(1 if report["wrong"] else 0)


def injection(as_json: Json = False) -> None:
    """Câu lệnh cho máy giấu trong hồ sơ, tài liệu, tin nhắn: bao nhiêu lọt (phải là 0)."""
    from evals.injection import run_injection

    report = run_injection().to_json()
    _print(report, as_json)
    raise typer.Exit(1 if report["wrong"] else 0)


def real_model(
    model: Annotated[
        str, typer.Option(help="Tên mô hình, thí dụ openai:gemma; bỏ trống: ASSISTANT_CHAT_MODEL.")
    ] = "",
    base_url: Annotated[str, typer.Option(help="Địa chỉ máy chủ, đến hết /v1.")] = "",
    questions: Annotated[int, typer.Option(help="Số câu hỏi; 0: tất cả.", min=0)] = 60,
    timeout_seconds: Annotated[float, typer.Option(help="Chờ mỗi câu.", min=1, max=60)] = 60,
    as_json: Json = False,
) -> None:
    """Chạy với một mô hình thật: đổi lời, bỏ, và sai bao nhiêu câu (sai phải là 0)."""
    from assistant.model.settings import ModelSettings
    from evals.real_model import run_real_model

    given: dict[str, Any] = {"model": model, "base_url": base_url}
    settings = ModelSettings(
        **{name: value for name, value in given.items() if value},
        timeout_seconds=timeout_seconds,
        daily_tokens=0,
    )
    report = run_real_model(settings, questions)
    _print(report, as_json)
    raise typer.Exit(1 if report["facts_wrong"] else 0)


def _print(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    for name, value in report.items():
        out.print(f"{name}: {value}", markup=False, highlight=False, soft_wrap=True)
