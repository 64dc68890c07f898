"""The lines of the log in words: what was done, to what, and which values changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.staff.office_change import NAMES
from channels.staff.record_form import FIELD_LABELS
from channels.staff.roles import ROLE_NAMES
from channels.staff.shelf import STATUS_NAMES
from knowledge.audit import AuditEntry
from knowledge.faq import FaqStatus

# How an action of the log is said; a test holds that every action there is has its words.
ACTIONS = {
    "draft": "lưu nháp", "submit": "gửi duyệt", "send_back": "trả lại", "publish": "công bố",
    "retire": "thôi dùng", "discard": "bỏ bản nháp",
    "faq_draft": "lưu nháp", "faq_submit": "gửi duyệt", "faq_send_back": "trả lại",
    "faq_publish": "công bố", "faq_retire": "thôi dùng",
    "put_office": "sửa thông tin đơn vị", "put_rule": "ghi quy định", "drop_rule": "bỏ quy định",
    "put_setting": "đổi cài đặt", "put_utterances": "nạp câu mẫu", "put_known_codes": "nạp mã",
    "ingest": "đọc tệp", "publish_passages": "dùng đoạn trích", "retire_passages": "thôi dùng",
    "discard_ingested": "bỏ bản thảo", "accepted_proposal": "đồng ý bãi bỏ",
    "discarded_proposal": "giữ lại mã",
    "letter.retry": "gửi lại tin", "letter.discard": "bỏ tin",
    "report_case": "báo trả lời sai", "drop_case": "bỏ câu báo sai",
    "sign_in": "đăng nhập", "sign_in_failed": "gõ sai mật khẩu", "lock_account": "tạm khóa",
    "add_account": "thêm tài khoản", "set_role": "đổi quyền", "reset_password": "cấp lại mật khẩu",
    "change_password": "đổi mật khẩu", "disable_account": "khóa", "enable_account": "mở lại",
    "totp_on": "bật xác thực hai bước", "totp_off": "tắt xác thực hai bước",
}  # fmt: skip
SIGN_INS = frozenset({"sign_in", "sign_in_failed"})
# What the page can be narrowed to: the words subjects begin with.
KINDS = {
    "procedure": ("Thủ tục", ("procedure",)),
    "faq": ("Câu thường gặp", ("faq",)),
    "office": ("Trung tâm, phí", ("office", "rule", "setting")),
    "file": ("Nhập văn bản", ("file", "ingested_draft", "proposal")),
    "account": ("Tài khoản", ("account",)),
    "case": ("Câu báo sai", ("case",)),
    "letter": ("Zalo, Telegram", ("letter",)),
}
SUBJECTS = {
    "procedure": "thủ tục", "faq": "câu thường gặp số", "office": "đơn vị", "rule": "quy định",
    "setting": "cài đặt", "file": "tệp số", "ingested_draft": "bản thảo số",
    "proposal": "đề xuất số", "account": "tài khoản", "case": "câu báo sai số", "letter": "tin",
    "utterances": "câu mẫu", "catalogue": "danh mục mã",
}  # fmt: skip
SETTINGS = {
    "canned_texts": "câu soạn sẵn", "fee_proposals": "mức phí chờ duyệt",
    "sample.prepared": "dữ liệu mẫu", "widget": "khung hỏi đáp", "hosts": "tên miền",
}  # fmt: skip
PAGES = {
    "procedure": "/staff/procedures/{}/history", "faq": "/staff/faq/{}", "office": "/staff/office",
    "rule": "/staff/office/fees", "file": "/staff/nhap/tep/{}",
    "ingested_draft": "/staff/nhap/ban/{}", "account": "/staff/accounts", "letter": "/staff/kenh",
}  # fmt: skip
VALUES = (
    {status.value: name for status, name in STATUS_NAMES.items()}
    | {FaqStatus.PUBLISHED.value: "đang dùng"}
    | {role.value: name for role, name in ROLE_NAMES.items()}
)
LABELS = {
    **NAMES, **FIELD_LABELS, "version": "Bản", "status": "Tình trạng", "role": "Quyền",
    "note": "Ghi chú", "until": "Đến lúc", "question": "Câu hỏi", "answer": "Câu trả lời",
    "phrasings": "Cách hỏi khác", "count": "Số dòng", "passages": "Số đoạn", "value": "Giá trị",
    "closed_channels": "Kênh đang tắt", "notices": "Thông báo", "special_days": "Ngày đặc biệt",
    "banner": "Thông báo khẩn", "counters": "Quầy", "holidays": "Ngày lễ",
    "hours_note": "Lưu ý giờ làm", "suspended": "Tạm dừng vì", "effective_from": "Từ ngày",
    "effective_until": "Đến ngày", "scope": "Phạm vi", "province": "Tỉnh, thành phố",
    "office_id": "Đơn vị", "fees": "Mức phí", "times": "Thời hạn", "verified": "Đã kiểm tra",
    "content_hash": "Dấu nội dung", "base_version": "Viết từ bản",
}  # fmt: skip
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Changed:
    """One value that differs: its label, before, after; empty where there was or is none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log, ready to show; ``page`` leads to what it is about."""

    entry: AuditEntry
    action: str
    subject: str
    page: str
    changes: tuple[Changed, ...]


def told(entry: AuditEntry, name_of: Mapping[str, str]) -> Line:
    """A line in words; ``name_of`` has the names of procedures by code."""
    kind, _, about = entry.subject.partition(":")
    what = SUBJECTS.get(kind, kind)
    shown = SETTINGS.get(about, about) if kind == "setting" else about
    if kind == "procedure":
        what, shown = name_of.get(about, what), about
    page = PAGES.get(kind, "").format(about)
    action = ACTIONS.get(entry.action, entry.action)
    return Line(entry, action, f"{what} {shown}".strip(), page, changes(entry))


def changes(entry: AuditEntry) -> tuple[Changed, ...]:
    """The values of a line that differ, each short enough to read."""
    before, after = entry.before or {}, entry.after or {}
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return tuple(
        Changed(LABELS.get(name, name), _shown(before.get(name)), _shown(after.get(name)))
        for name in names
        if name not in {"content_hash", "id"}
    )


def _shown(value: Any) -> str:
    if value is None or value in ([], {}, ""):
        return ""
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, str):
        text = VALUES.get(value, value)
    elif isinstance(value, list) and all(isinstance(one, str) for one in value):
        text = "; ".join(value)
    elif isinstance(value, (list, dict)):
        text = json.dumps(value, ensure_ascii=False)
    else:
        text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
