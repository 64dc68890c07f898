"""Figures of hearing: `letan eval hearing`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

out = Console()
err = Console(stderr=True)


def evaluate_hearing(
    clips: Annotated[
        Path | None, typer.Option(help="Thư mục có <id>.wav do người thật đọc.")
    ] = None,
    voice: Annotated[
        str, typer.Option(help="Lệnh đọc chữ ra WAV; bỏ trống: ASSISTANT_VOICE_COMMAND.")
    ] = "",
    pieces: Annotated[
        Path | None,
        typer.Option(help="Gói vieneu (.whl): ghép câu hỏi từ mảnh câu người thật nói."),
    ] = None,
    only_slips: Annotated[
        bool, typer.Option("--slips", help="Chỉ đo câu có một chữ bị nghe nhầm, không cần giọng.")
    ] = False,
    show_failures: Annotated[
        bool, typer.Option("--failures", help="In những câu nghe nhầm hoặc dẫn sai.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")
    ] = False,
) -> None:
    """Câu nói qua bộ nhận dạng thật có dẫn tới đúng việc không, sạch và có tiếng ồn 10 dB."""
    from tempfile import TemporaryDirectory

    from assistant.hearing.ears import EarUnavailable, load_ear
    from assistant.hearing.settings import HearingSettings
    from assistant.speaking.settings import VoiceSettings
    from assistant.speaking.voice import Voice, VoiceUnavailable
    from evals.cases import read_cases
    from evals.desk import fresh_desk
    from evals.hearing import (
        Mouth,
        Utterance,
        figures,
        hear_all,
        holds,
        read_cuts,
        read_slips,
        report,
        rows,
    )
    from evals.sounds import NoSound, Pieces, Recordings, SpokenByCommand, recordings

    utterances = read_cases(Utterance, "hearing_pieces" if pieces else "hearing")
    if only_slips:
        with fresh_desk() as desk:
            verdicts = read_slips(desk, utterances)
        _tell({"slips": figures(verdicts)}, rows(verdicts), as_json, show_failures)
        return
    voices = VoiceSettings(command=voice) if voice else VoiceSettings()
    if clips is None and pieces is None and not voices.command:
        err.print(
            "Chưa có tiếng nói để đo: ghi --clips THƯ_MỤC, --pieces GÓI, hoặc --voice LỆNH "
            "(lệnh đọc chữ ở đầu vào chuẩn, ghi WAV ra đầu ra chuẩn), hoặc đo --slips."
        )
        raise typer.Exit(2)
    try:
        ear = load_ear(HearingSettings())
    except EarUnavailable as problem:
        err.print(str(problem), markup=False)
        raise typer.Exit(2) from problem
    if ear is None:
        err.print('Chưa có bộ nhận dạng: pip install "letan[speech]".', markup=False)
        raise typer.Exit(2)
    with TemporaryDirectory(prefix="letan-voice-") as folder, fresh_desk() as desk:
        mouth: Mouth
        try:
            if pieces:
                mouth = Pieces(recordings(pieces), read_cuts())
            elif clips:
                mouth = Recordings(clips)
            else:
                mouth = SpokenByCommand(Voice(voices, Path(folder)))
            verdicts = hear_all(desk, ear, mouth, utterances, lambda what: err.print(what))
        except (NoSound, VoiceUnavailable) as problem:
            err.print(str(problem), markup=False)
            raise typer.Exit(2) from problem
    found = report(verdicts)
    _tell(found, rows(verdicts), as_json, show_failures)
    raise typer.Exit(0 if holds(found) else 1)


def _tell(
    found: dict[str, Any], each: list[dict[str, Any]], as_json: bool, show_failures: bool
) -> None:
    if as_json:
        typer.echo(json.dumps(found | {"rows": each}, ensure_ascii=False))
        return
    for condition, row in found.items():
        out.print(f"{condition}:", markup=False)
        for name, value in row.items():
            out.print(f"  {name}: {value}", markup=False, highlight=False)
    if show_failures:
        for row in each:
            if not row["is_right"]:
                where = "sạch" if row["noise_db"] is None else f"ồn {row['noise_db']:.0f} dB"
                line = f"{row['id']} ({where}) “{row['said']}” → “{row['heard']}”: {row['led_to']}"
                out.print(line, markup=False, highlight=False)
