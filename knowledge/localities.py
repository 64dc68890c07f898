"""Rows of offices, their rules and their settings, read and written as values."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from knowledge import audit
from knowledge.audit import Change
from knowledge.layers import LocalRule
from knowledge.offices import Office
from knowledge.schema import LocalRuleRow, OfficeRow, SettingRow
from knowledge.versions import EditConflict, StoreError

# A setting may hold any JSON value, null too, so "whatever it is" is an object of its own.
ANY_BASE = object()


class UnknownOffice(StoreError):
    """No office has this id."""


class UnknownRule(StoreError):
    """No local rule has this id."""


def get_office(connection: Connection, office_id: str) -> Office:
    row = connection.execute(select(OfficeRow.record).where(OfficeRow.id == office_id)).first()
    if row is None:
        raise UnknownOffice(f"không có văn phòng {office_id!r}")
    return Office.model_validate(row.record)


def all_offices(connection: Connection) -> list[Office]:
    rows = connection.execute(select(OfficeRow.record).order_by(OfficeRow.id))
    return [Office.model_validate(row.record) for row in rows]


def put_office(connection: Connection, office: Office, change: Change, base: Office | None) -> bool:
    """Insert or replace; whether it changed. EditConflict when it is no longer ``base``."""
    record = office.model_dump(mode="json", exclude_defaults=True)
    held = connection.execute(select(OfficeRow.record).where(OfficeRow.id == office.id)).first()
    before = held.record if held else None
    if base is not None and (before is None or Office.model_validate(before) != base):
        raise EditConflict(f"văn phòng {office.id!r} vừa được người khác sửa; hãy xem lại rồi sửa")
    if before == record:
        return False
    values = {
        "kind": office.kind,
        "name": office.name,
        "province": office.province,
        "record": record,
        "updated_at": change.at,
        "updated_by": change.by,
    }
    if held:
        connection.execute(update(OfficeRow).where(OfficeRow.id == office.id).values(**values))
    else:
        connection.execute(insert(OfficeRow).values(id=office.id, **values))
    audit.write(connection, change.entry("put_office", f"office:{office.id}", before, record))
    return True


def rules_of(connection: Connection, office: Office) -> list[LocalRule]:
    """The rules of the office and of its province, in no particular order."""
    mine = or_(LocalRuleRow.office_id == office.id, LocalRuleRow.province == office.province)
    rows = connection.execute(select(LocalRuleRow.record).where(mine).order_by(LocalRuleRow.id))
    return [LocalRule.model_validate(row.record) for row in rows]


def put_rule(
    connection: Connection, rule: LocalRule, change: Change, base: LocalRule | None
) -> bool:
    """Insert or replace; whether it changed. EditConflict when it is no longer ``base``."""
    record = rule.model_dump(mode="json", exclude_defaults=True)
    before = _find_rule(connection, rule.id)
    if base is not None and (before is None or LocalRule.model_validate(before) != base):
        raise EditConflict(f"quy định {rule.id!r} vừa được người khác sửa; hãy xem lại rồi sửa")
    if before == record:
        return False
    if before is not None:
        old = LocalRule.model_validate(before)
        if (old.province, old.office_id) != (rule.province, rule.office_id):
            raise StoreError(f"quy định {rule.id!r} là của nơi khác; hãy đặt id khác")
    values = {
        "scope": rule.scope.value,
        "province": rule.province,
        "office_id": rule.office_id,
        "code": rule.code,
        "sector": rule.sector,
        "effective_from": rule.effective_from,
        "effective_until": rule.effective_until,
        "record": record,
        "updated_at": change.at,
        "updated_by": change.by,
    }
    if before is None:
        connection.execute(insert(LocalRuleRow).values(id=rule.id, **values))
    else:
        connection.execute(update(LocalRuleRow).where(LocalRuleRow.id == rule.id).values(**values))
    audit.write(connection, change.entry("put_rule", f"rule:{rule.id}", before, record))
    return True


def drop_rule(connection: Connection, rule_id: str, change: Change) -> None:
    """Remove a rule; the audit line keeps what it said. UnknownRule when there is none."""
    before = _find_rule(connection, rule_id)
    if before is None:
        raise UnknownRule(f"không có quy định {rule_id!r}")
    connection.execute(delete(LocalRuleRow).where(LocalRuleRow.id == rule_id))
    change = replace(change, office_id=before.get("office_id"))
    audit.write(connection, change.entry("drop_rule", f"rule:{rule_id}", before, None))


def _find_rule(connection: Connection, rule_id: str) -> Mapping[str, Any] | None:
    row = connection.execute(select(LocalRuleRow.record).where(LocalRuleRow.id == rule_id)).first()
    return row.record if row else None


def find_setting(connection: Connection, office_id: str | None, name: str) -> Any:
    """The value of a setting, None when it was never put."""
    row = connection.execute(select(SettingRow.value).where(*_setting(office_id, name))).first()
    return row.value if row else None


def settings_named(connection: Connection, name: str) -> dict[str, Any]:
    """The values of one name by office, the deployment's own left out."""
    query = select(SettingRow.office_id, SettingRow.value).where(
        SettingRow.name == name, SettingRow.office_id.is_not(None)
    )
    return {str(row.office_id): row.value for row in connection.execute(query)}


def put_setting(
    connection: Connection, name: str, value: Any, change: Change, *, base: Any = ANY_BASE
) -> bool:
    """Put any JSON value under a name of the office (None: the whole deployment).

    ``base`` is the value the editor saw; EditConflict when it is no longer that.
    """
    where = _setting(change.office_id, name)
    held = connection.execute(select(SettingRow.value).where(*where)).first()
    if base is not ANY_BASE and base != (held.value if held else None):
        raise EditConflict("Người khác vừa sửa phần này; hãy xem lại rồi lưu lần nữa.")
    if held and held.value == value:
        return False
    values = {"value": value, "updated_at": change.at, "updated_by": change.by}
    if held:
        connection.execute(update(SettingRow).where(*where).values(**values))
    else:
        connection.execute(
            insert(SettingRow).values(office_id=change.office_id, name=name, **values)
        )
    before = {"value": held.value} if held else None
    entry = change.entry("put_setting", f"setting:{name}", before, {"value": value})
    audit.write(connection, entry)
    return True


def _setting(office_id: str | None, name: str) -> tuple[Any, Any]:
    if office_id is None:
        return SettingRow.name == name, SettingRow.office_id.is_(None)
    return SettingRow.name == name, SettingRow.office_id == office_id
