"""Writes docs/dependency-audit.md: what is installed, at which version, under which licence.

python docs/audit.py
"""

import re
from datetime import date
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAD = """# Thư viện đi kèm

Ngày {day}. Phiên bản ghim trong `constraints.txt`, giấy phép theo lời khai của từng gói.

**Chưa đối chiếu được với cơ sở dữ liệu lỗ hổng nào**: nơi lập bảng này không tới được osv.dev, còn
PyPI ở đó không trả thông tin lỗ hổng theo phiên bản. Nơi có mạng hãy chạy
`pip-audit -r constraints.txt` trước khi đưa vào dùng và mỗi tháng một lần.

| Gói | Phiên bản | Giấy phép |
|---|---|---|
"""


def licence(name: str) -> str:
    """What a package says of its licence, in one line."""
    try:
        said = distribution(name).metadata
    except PackageNotFoundError:
        return "(không cài ở đây)"
    short = said.get("License-Expression") or (said.get("License") or "").split("\n")[0]
    classes = [c.split(" :: ")[-1] for c in said.get_all("Classifier") or [] if "License" in c]
    return (short or ", ".join(classes) or "không khai").replace("|", "/")[:80]


def main() -> None:
    pins = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "constraints.txt").read_text("utf-8"), re.M)
    rows = [f"| {name} | {version} | {licence(name)} |" for name, version in pins]
    page = HEAD.format(day=date.today().strftime("%d/%m/%Y")) + "\n".join(rows) + "\n"
    (ROOT / "docs" / "dependency-audit.md").write_text(page, "utf-8")


if __name__ == "__main__":
    main()
