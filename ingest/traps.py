"""The ten traps of procedure data, each as a sentence for whoever reviews a draft.

All ten were seen in published data: a 0 that is not "free", 700 for 700.000, a time without
its unit, plain and mountain communes taken for channels, provincial fees in a national record,
codes that changed, the abolished district level, laws that were replaced or suspended, and
the place of handing in taken for the place that decides.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ingest.draft import Draft
from ingest.portal_money import amounts_in
from ingest.portal_text import sends_to_district
from knowledge.catalogue import CodeStatus, KnownCode
from knowledge.data_files import parse_yaml
from knowledge.procedures import Value

LAWS = Path(__file__).parent / "data" / "changed_laws.yaml"
# Not one published fee is below 1.000 đồng; smaller numbers are thousands without their zeros.
LOWEST_FEE = 1000
_COUNCIL = re.compile(r"HĐND|Hội đồng nhân dân", re.IGNORECASE)
_ZERO = re.compile(r"miễn (?:phí|lệ phí)|(?<![\d.,])0\s*(?:đồng|đ\b|vnđ)|không thu", re.IGNORECASE)
_SMALL = re.compile(r"(?<![\d.,])(\d{1,3})\s*(?:đồng|đ|vnđ)(?![^\W\d_])", re.IGNORECASE)
_MOUNTAIN = re.compile(r"miền núi|hải đảo|vùng sâu|khó khăn", re.IGNORECASE)
_BY_CHANNEL = re.compile(
    r"(trực tuyến|trực tiếp|bưu chính)[^\d;.]{0,30}(\d{1,3})\s*(?:ngày|giờ)", re.IGNORECASE
)
_ISSUED_HERE = re.compile(r"UBND|Ủy ban nhân dân|Uỷ ban nhân dân|HĐND|Hội đồng nhân", re.IGNORECASE)


class Warning(Value):
    """Something to look at before publishing; ``trap`` is its number, 1 to 10."""

    trap: int
    section: str
    text: str


Find = Callable[[str], KnownCode | None]


def warnings_for(
    draft: Draft, today: date, find_known: Find, live: Mapping[str, Any] | None = None
) -> list[Warning]:
    """The traps a draft may have fallen into; ``live`` is the record in use, in JSON form."""
    return [
        *_zero(draft),
        *_scale(draft),
        *_unit(draft),
        *_mountain(draft),
        *_province(draft, live or {}),
        *_codes(draft, today, find_known),
        *_district(draft),
        *_laws(draft, today),
        *_places(draft),
    ]


def _zero(draft: Draft) -> Iterator[Warning]:
    field = draft.field("fee")
    fees = (field.value or {}).get("fees") or ()
    says_free = any(fee["status"] == "free" for fee in fees) or bool(_ZERO.search(field.quote))
    if says_free and (_COUNCIL.search(field.quote) or amounts_in(field.quote)):
        text = "Có chỗ ghi miễn phí hoặc 0, chỗ khác ghi số tiền hay HĐND tỉnh quyết định."
        yield Warning(trap=1, section="fee", text=text)


def _scale(draft: Draft) -> Iterator[Warning]:
    field = draft.field("fee")
    others = {found.vnd for found in amounts_in(field.quote)}
    taken = {fee.get("amount_vnd") for fee in (field.value or {}).get("fees") or ()}
    # Also where the larger one was taken: somebody should know that both stand there.
    small = {int(found[1]) for found in _SMALL.finditer(field.quote)}
    for amount in sorted({amount for amount in taken | small if amount}):
        if amount < LOWEST_FEE or amount * 1000 in others:
            text = f"Số tiền {amount} đồng có thể thiếu ba số 0."
            yield Warning(trap=2, section="fee", text=text)
            return


def _unit(draft: Draft) -> Iterator[Warning]:
    times = (draft.field("time").value or {}).get("times") or ()
    if any(time["unit"] == "unknown" for time in times):
        text = "Thời hạn chưa rõ đơn vị hoặc chưa rõ số: đọc lại cùng văn bản gốc."
        yield Warning(trap=3, section="time", text=text)


def _mountain(draft: Draft) -> Iterator[Warning]:
    field = draft.field("time")
    times = (field.value or {}).get("times") or ()
    by_channel = {t.get("channel"): t.get("amount") for t in times if t.get("channel")}
    by_channel |= {found[1].lower(): int(found[2]) for found in _BY_CHANNEL.finditer(field.quote)}
    if len(set(by_channel.values())) > 1 or (len(times) > 1 and _MOUNTAIN.search(field.quote)):
        text = "Hai thời hạn khác nhau theo cách nộp: có thể là xã thường và xã miền núi, hải đảo."
        yield Warning(trap=4, section="time", text=text)


def _province(draft: Draft, live: Mapping[str, Any]) -> Iterator[Warning]:
    fee = draft.field("fee")
    amounts = [f for f in (fee.value or {}).get("fees") or () if f.get("amount_vnd")]
    by_council = any(f["status"] == "set_by_province" for f in live.get("fees") or ())
    issued_here = bool(_ISSUED_HERE.search(draft.issuer or ""))
    if amounts and (by_council or issued_here or _COUNCIL.search(fee.quote)):
        text = "Mức phí do HĐND cấp tỉnh quyết định: nên ghi là quy định của tỉnh, không ghi chung."
        yield Warning(trap=5, section="fee", text=text)
    times = (draft.field("time").value or {}).get("times")
    if issued_here and times and live.get("times") and list(times) != list(live["times"]):
        text = "Thời hạn của tỉnh khác bản đang dùng: nên ghi là quy định của tỉnh."
        yield Warning(trap=5, section="time", text=text)


def _codes(draft: Draft, today: date, find_known: Find) -> Iterator[Warning]:
    known = find_known(draft.code) if draft.code else None
    if known and known.status is not CodeStatus.IN_FORCE:
        instead = ", ".join(known.superseded_by)
        text = f"Mã {known.code} đã hết dùng" + (f", thay bằng {instead}." if instead else ".")
        yield Warning(trap=6, section="name", text=text)
    if draft.effective_from and draft.effective_from > today:
        day = f"{draft.effective_from:%d/%m/%Y}"
        text = f"Chưa có hiệu lực: công bố rồi vẫn chờ đến ngày {day} mới dùng."
        yield Warning(trap=6, section="name", text=text)


def _district(draft: Draft) -> Iterator[Warning]:
    for field in draft.fields:
        if sends_to_district(field.quote):
            text = "Còn nhắc cấp huyện (đã bỏ từ 01/7/2025)."
            yield Warning(trap=7, section=field.section, text=text)


def _laws(draft: Draft, today: date) -> Iterator[Warning]:
    cited = {
        str(law["number"]).upper()
        for law in (draft.field("legal_basis").value or {}).get("legal_basis") or ()
    }
    for law in _changed_laws():
        if law["number"].upper() in cited and law["since"] <= today:
            trap = 9 if "tạm ngưng" in law["says"] else 8
            yield Warning(trap=trap, section="legal_basis", text=f"{law['says']}.")


@cache
def _changed_laws() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = parse_yaml(LAWS.read_text("utf-8"))
    return entries


def _places(draft: Draft) -> Iterator[Warning]:
    body = (draft.field("place").value or {}).get("receiving_body")
    decides = str((draft.field("authority").value or {}).get("authority") or "")
    provincial = re.search(r"\bSở\b|cấp tỉnh|Công an tỉnh", decides)
    if body == "province" or (body == "commune" and provincial):
        text = "Nơi giải quyết là cấp tỉnh: kiểm tra xã chỉ tiếp nhận hay cũng giải quyết."
        yield Warning(trap=10, section="place", text=text)
