"""Reads who receives and who decides, and keeps the abolished district level out of both.

The district level ended on 1/7/2025, but 54 texts of July 2026 still name it.
What remains of a name once "cấp huyện" is gone is kept and marked for confirmation;
nothing tells a resident to go to a district office.
"""

import re
from dataclasses import dataclass

from ingest.portal_text import DISTRICT, capitalised, capped, one_line
from knowledge.procedures import Body

CONFIRM = (
    "nơi nhận cần hỏi lại vì dữ liệu nguồn chưa cập nhật mô hình chính quyền hai cấp từ 1/7/2025"
)
UNKNOWN_PLACE = "Cổng chưa công bố cơ quan tiếp nhận"

_NAMES = (
    (r"(?:ủy|uỷ) ban nhân dân (?:cấp )?xã(?:, phường(?:, (?:thị trấn|đặc khu))?)?", "UBND cấp xã"),
    (r"ubnd (?:cấp )?xã", "UBND cấp xã"),
    (r"công an cấp xã|công an xã", "Công an cấp xã"),
    (r"ban chỉ huy quân sự (?:cấp )?xã", "Ban Chỉ huy quân sự cấp xã"),
    (r"(?:ủy|uỷ) ban nhân dân cấp tỉnh|ubnd cấp tỉnh", "UBND cấp tỉnh"),
    (r"công an (?:cấp )?tỉnh", "Công an cấp tỉnh"),
    (r"bảo hiểm xã hội (?:cấp )?tỉnh", "Bảo hiểm xã hội cấp tỉnh"),
    (r"tòa án nhân dân_old", "Tòa án nhân dân"),
)  # fmt: skip
_CHAIRMAN = re.compile(r"^chủ tịch\b", re.IGNORECASE)
# A list is separated by ", " and names hold commas themselves: these begin a new office.
_OFFICE_START = re.compile(
    r";\s*|,\s*(?=(?:Ủy|Uỷ|UBND|Chủ tịch|Sở|Bộ|Công an|Cục|Chi cục|Chi nhánh|Văn phòng"
    r"|Phòng|Ban|Bảo hiểm|Thuế|Hải quan|Cảng vụ|Đội"
    r"|Trung tâm|Tòa|Toà|Cơ quan|Hội đồng|Tổ chức|Kho bạc|Ngân hàng|Biên phòng|Tổng cục"
    r"|Vụ|Thanh tra|Đồn|Khu|Trạm|Cấp|Công đoàn|Cơ sở|Đơn vị)\b)"
)
_BODIES = (
    (Body.LAND_OFFICE, r"đăng ký đất đai"),
    (Body.COMMUNE_POLICE, r"công an (?:cấp )?xã"),
    (Body.COMMUNE_MILITARY, r"quân sự (?:cấp )?xã"),
    (Body.COMMUNE, r"(?:ubnd|ủy ban nhân dân|quản lý đất đai) cấp xã"),
    (Body.SOCIAL_INSURANCE, r"bảo hiểm xã hội(?! quân đội)|bhxh"),
    (Body.TAX_OFFICE, r"^thuế |^cục thuế|chi cục thuế|thuế cơ sở"),
    (Body.PROVINCE, r"cấp tỉnh|^sở\b|một cửa sở|ban quản lý (?:các )?khu"),
    (Body.PROVINCE, r"công an tỉnh|tỉnh, thành phố"),
    (Body.PROVINCE, r"trung tâm (?:phục vụ )?hành chính công"),
)  # fmt: skip
# A sentence of the steps that slipped into the field is no office.
_LONGEST_NAME = 120
_COMMUNE_IN_STEPS = re.compile(r"(?:ubnd|(?:ủy|uỷ) ban nhân dân) cấp xã", re.IGNORECASE)
# Where several bodies share a procedure, residents of a ward start at the nearest one.
_NEAREST = (
    Body.COMMUNE,
    Body.COMMUNE_POLICE,
    Body.COMMUNE_MILITARY,
    Body.LAND_OFFICE,
    Body.TAX_OFFICE,
    Body.SOCIAL_INSURANCE,
    Body.PROVINCE,
)
_OTHER_PROVINCE = re.compile(
    r"\s*-?\s*(?:tỉnh [A-ZĐ]\w+(?: [A-ZĐ]\w+)*|thành phố (?:Hà Nội|Hồ Chí Minh"
    r"|Hải Phòng|Đà Nẵng|Cần Thơ|Huế)|TP\.? ?HCM)$"
)


@dataclass(frozen=True)
class Places:
    """Where to hand in, who decides, and which of the two needs confirming."""

    body: Body
    receiving: str
    authority: str | None
    unverified: tuple[str, ...] = ()


def read_places(agency: object, authority: object, steps: str = "") -> Places:
    """The receiving body and the deciding authority of a record.

    The portal's "cơ quan thực hiện" is who handles the file; its "cơ quan có thẩm
    quyền", often empty, is who decides; empty, the handling office decides.
    """
    handles, left_out = _offices(one_line(agency))
    decides, left_out_too = _offices(one_line(authority))
    unverified = (
        *(["place"] if left_out or not handles else []),
        *(["authority"] if left_out_too or (left_out and not decides) else []),
    )
    if not handles and not left_out and _COMMUNE_IN_STEPS.search(steps):
        handles = ["UBND cấp xã"]
    body = _body(handles)
    receiving = "; ".join(_without_chairman(handles))
    if left_out:
        root = receiving or _root(one_line(agency))
        receiving = f"{root} ({CONFIRM})" if root else capitalised(CONFIRM)
        body = body if handles or "bảo hiểm xã hội" in root.lower() else Body.OTHER
    receiving = receiving or UNKNOWN_PLACE
    deciders = decides or ([] if left_out_too or "place" in unverified else handles)
    return Places(
        body, capped(receiving, 400), capped("; ".join(deciders), 400) or None, unverified
    )


def reception_place(address: object, level: object) -> str | None:
    """A reception address worth showing; the office of one province is nobody else's address."""
    text = one_line(address).strip(" .;")
    is_local = "Cấp xã" in one_line(level) or "Cấp tỉnh" in one_line(level)
    if (
        not text
        or DISTRICT.search(text)
        or len(text) > 200
        or (is_local and re.search(r"\d|tỉnh [A-ZĐ]", text))
    ):
        return None
    return text


def _offices(text: str) -> tuple[list[str], bool]:
    """Names of offices without repeats, and whether one of the district level was left out."""
    offices: list[str] = []
    left_out = False
    parts = [] if re.search(r"như sau|sau đây|\d\)", text) else _OFFICE_START.split(text)
    for part in parts:
        name = _OTHER_PROVINCE.sub("", part.strip(" .,;")).strip(" .,;-")
        if not name or len(name) > _LONGEST_NAME:
            continue
        if DISTRICT.search(name):
            left_out = True
            continue
        name = _normal(name)
        if name not in offices:
            offices.append(name)
    return offices, left_out


def _normal(name: str) -> str:
    prefix = "Chủ tịch " if _CHAIRMAN.match(name) else ""
    bare = _CHAIRMAN.sub("", name).strip()
    for pattern, short in _NAMES:
        if re.fullmatch(pattern, bare, re.IGNORECASE):
            return prefix + short
    return capitalised(" ".join(name.split()))


def _without_chairman(offices: list[str]) -> list[str]:
    """One hands in at the office, not to its chairman."""
    return list(dict.fromkeys(capitalised(_CHAIRMAN.sub("", office).strip()) for office in offices))


def _root(text: str) -> str:
    """What is left of "Công an huyện" without the level: "Công an"."""
    first = _OFFICE_START.split(text)[0]
    root = re.sub(r"\s*(?:cấp )?\b(?:huyện|quận|thị xã)\b.*", "", first, flags=re.IGNORECASE).strip(
        " ,.;"
    )
    return "" if DISTRICT.search(root) or len(root.split()) < 2 else root


def _body(offices: list[str]) -> Body:
    found = {body for office in offices if (body := _body_of(office))}
    return next((body for body in _NEAREST if body in found), Body.OTHER)


def _body_of(office: str) -> Body | None:
    if re.search(r"hải quan|t[òo][aà] án|toà án", office, re.IGNORECASE):
        return None
    return next(
        (body for body, pattern in _BODIES if re.search(pattern, office, re.IGNORECASE)), None
    )
