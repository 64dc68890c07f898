"""One catalogue evaluated whole: the desk's linking and the baselines on the same questions."""

from typing import Any

from assistant.decide import Thresholds
from assistant.desk import Desk
from evals.baselines import bm25_on_names, chroma_top_k, reciprocal_rank_fusion
from evals.cases import LinkCase, read_cases
from evals.linking import Progress, figures, link_all, rank_figures
from knowledge.desk_embeddings import DeskEmbeddings
from knowledge.embedding import load_encoder


def evaluate_world(
    desk: Desk,
    title: str,
    *,
    with_portal: bool,
    baseline_model: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Title, the rows of the desk, and the figures of each system by name."""
    cases = read_cases(LinkCase, "linking")
    if with_portal:
        # A question unknown to the ward may be a procedure of the portal; its note says so.
        cases = [case for case in cases if case.kind != "unknown" or not case.note]
        cases += read_cases(LinkCase, "portal")
    rows = link_all(cases, desk.finder.link, Thresholds.shipped(), progress)
    procedures = [p for p, _ in desk.library.store.live_procedures(desk.office_id)]
    words = bm25_on_names(procedures)
    vectors = chroma_top_k(procedures, DeskEmbeddings(load_encoder(baseline_model)))
    systems = {
        "Lễ Tân": figures(rows),
        "BM25 trên tên": rank_figures(cases, words),
        "Chroma top-k": rank_figures(cases, vectors),
        "RRF của hai cách": rank_figures(cases, reciprocal_rank_fusion([words, vectors])),
    }
    return {"title": title, "rows": rows, "systems": systems}
