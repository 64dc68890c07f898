"""A fee rule as its form has it, and the rule that a filled-in form makes."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from channels.staff.office_change import Refused, sentences_of
from knowledge.layers import LocalRule, Scope
from knowledge.offices import Office
from knowledge.procedures import FeeStatus, Procedure
from knowledge.vietnamese import fold

# "from" and "until" are carried along, unseen: what set them is the rule's own period elsewhere.
COLUMNS = ("status", "amount", "channel", "per", "note", "from", "until")


def fields_of(rule: LocalRule | None) -> dict[str, Any]:
    """What the form shows of a rule; two empty rows for a new one."""
    if rule is None:
        return {"rows": [{"cases": []}, {"cases": []}], "scope": Scope.PROVINCE.value}
    rows = [
        {
            "status": fee.status.value,
            "amount": f"{fee.amount_vnd:,}".replace(",", ".") if fee.amount_vnd else "",
            "channel": fee.channel.value if fee.channel else "", "per": fee.per or "",
            "note": fee.note or "", "cases": list(fee.cases),
            "from": fee.effective_from.isoformat() if fee.effective_from else "",
            "until": fee.effective_until.isoformat() if fee.effective_until else "",
        }
        for fee in rule.fees or ()
    ]  # fmt: skip
    return {
        "rows": rows or [{"cases": []}], "scope": rule.scope.value, "note": rule.note or "",
        "source": rule.source.name, "as_of": rule.source.as_of.isoformat(),
        "url": rule.source.url or "",
        "effective_from": rule.effective_from.isoformat() if rule.effective_from else "",
        "effective_until": rule.effective_until.isoformat() if rule.effective_until else "",
    }  # fmt: skip


def typed_in(sent: FormData) -> dict[str, Any]:
    """What was typed, in the shape of ``fields_of``."""
    typed: dict[str, Any] = {key: str(value) for key, value in sent.items()}
    typed["rows"] = [
        {
            **{name: str(sent.get(f"{name}-{n}", "")) for name in COLUMNS},
            "cases": list(map(str, sent.getlist(f"cases-{n}"))),
        }
        for n in range(sum(1 for key in sent if re.fullmatch(r"status-\d+", key)))
    ]
    return typed


def rule_of(
    typed: Mapping[str, Any],
    base: LocalRule | None,
    procedure: Procedure,
    office: Office,
    taken: Iterable[str],
) -> LocalRule:
    """The rule a form describes; ``taken`` are ids a new one may not have. Raises Refused."""
    scope = Scope(typed.get("scope") or Scope.PROVINCE)
    values = base.model_dump(mode="json") if base else {
        "id": _new_id(scope, office, procedure.code, set(taken)),
        "scope": scope.value, "code": procedure.code,
        "province": office.province if scope is Scope.PROVINCE else None,
        "office_id": office.id if scope is Scope.OFFICE else None,
    }  # fmt: skip
    if scope is Scope.PROVINCE and not re.search(r"\d", typed.get("source", "")):
        raise Refused("Nguồn: ghi cả số của nghị quyết, ví dụ Nghị quyết 12/2018/NQ-HĐND.")
    fees = [_fee(row) for row in typed["rows"] if row.get("status")]
    values |= {
        "fees": fees or None, "note": typed.get("note") or None,
        "effective_from": typed.get("effective_from") or None,
        "effective_until": typed.get("effective_until") or None, "verified": True,
        "source": {"name": typed.get("source", ""), "as_of": typed.get("as_of") or None,
                   "url": typed.get("url") or None},
    }  # fmt: skip
    try:
        rule = LocalRule.model_validate(values)
    except ValidationError as error:
        start = f"Quy định {values['id']}: "
        raise Refused(*(said.replace(start, "") for said in sentences_of(error))) from error
    if strange := rule.cases_named() - {case.id for case in procedure.cases}:
        raise Refused(f"Thủ tục không còn trường hợp {', '.join(sorted(strange))}.")
    return rule


def _fee(row: Mapping[str, Any]) -> dict[str, Any]:
    status = FeeStatus(row["status"]) if row["status"] in set(FeeStatus) else FeeStatus.UNPUBLISHED
    digits = re.sub(r"[.,\s]|đồng|đ$", "", row.get("amount", ""))
    amount: int | None = None
    if status is FeeStatus.FREE:
        amount = 0
    elif status is FeeStatus.FIXED:
        if not digits.isdigit() or int(digits) == 0:
            raise Refused(f"Mức phí: ghi số tiền lớn hơn 0 (đang là “{row.get('amount', '')}”).")
        amount = int(digits)
    return {
        "status": status.value, "amount_vnd": amount, "channel": row.get("channel") or None,
        "per": row.get("per") or None, "note": row.get("note") or None, "cases": row["cases"],
        "effective_from": row.get("from") or None, "effective_until": row.get("until") or None,
    }  # fmt: skip


def _new_id(scope: Scope, office: Office, code: str, taken: set[str]) -> str:
    start = fold(office.province.lower()) if scope is Scope.PROVINCE else office.id
    slug = "-".join(re.findall(r"[a-z0-9]+", f"{start} {code} fee".replace(".", "-")))
    if slug not in taken:
        return slug
    return next(f"{slug}-{n}" for n in range(2, 1000) if f"{slug}-{n}" not in taken)
