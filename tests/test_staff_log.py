"""The log in words: narrowed, paged, and with words for everything that is ever written there."""

import ast
from pathlib import Path

from records import MORNING
from staffroom import at_work, hire

from assistant.desk import Desk
from channels.staff.log_words import ACTIONS, changes, told
from knowledge.audit import AuditEntry

ROOT = Path(__file__).parent.parent
# The calls by which a line is written, with the place of the action among their arguments.
WRITERS = {"entry": 0, "_log": 2, "_move": (3, 4), "_discard": 4, "_change": 4}


def written_actions() -> set[str]:
    found: set[str] = set()
    for package in ("knowledge", "assistant", "ingest", "channels"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                name = getattr(getattr(node, "func", None), "attr", None) or getattr(
                    getattr(node, "func", None), "id", None
                )
                if not isinstance(node, ast.Call) or name not in WRITERS:
                    continue
                places = WRITERS[name]
                for at in places if isinstance(places, tuple) else (places,):
                    value = node.args[at] if at < len(node.args) else None
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        found.add(value.value)
    return found


def test_every_action_that_is_ever_logged_has_its_words() -> None:
    actions = written_actions()
    assert {
        "publish",
        "faq_publish",
        "put_rule",
        "sign_in",
        "discard_ingested",
        "letter.retry",
    } <= actions
    assert actions - ACTIONS.keys() == set()


def test_a_line_says_what_changed_and_nothing_else() -> None:
    entry = AuditEntry(
        at=MORNING, by="lan", action="set_role", subject="account:minh",
        before={"role": "clerk", "name": "x"}, after={"role": "editor", "name": "x"},
    )  # fmt: skip
    line = told(entry, {})
    assert (line.action, line.subject) == ("đổi quyền", "tài khoản minh")
    assert [(c.label, c.before, c.after) for c in changes(entry)] == [
        ("Quyền", "Cán bộ tiếp dân", "Người soạn")
    ]


def test_the_log_is_narrowed_to_a_person_and_a_kind_and_goes_on_page_by_page(
    own_desk: Desk,
) -> None:
    hire(own_desk)
    with at_work(own_desk, "binh") as browser:
        first = browser.get("/staff/log").text
        assert "Lễ Tân (máy)" in first and "đăng nhập</b>" not in first
        assert "đăng nhập</b>" in browser.get("/staff/log?vao=1").text
        older = first.split('href="/staff/log?')[-1].split('"')[0].replace("&amp;", "&")
        assert "truoc=" in older and browser.get(f"/staff/log?{older}").text != first
        accounts = browser.get("/staff/log?loai=account&ai=minh").text
        assert "tài khoản minh" in accounts and "<td>Lê Thị Hoa</td>" not in accounts
        assert "công bố" not in accounts
        assert "Không có dòng nào" in browser.get("/staff/log?ai=khong-co").text
