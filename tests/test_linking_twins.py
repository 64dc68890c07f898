"""Among records of one matter the one that was asked for comes first, and of equals the nearest."""

import numpy as np
import pytest

from knowledge.linking.labels import Label
from knowledge.linking.twins import shipped_twins
from knowledge.vietnamese import fold, normalise

QUARRY = "giấy phép khai thác khoáng sản"


def label(code: str, name: str, **parts: object) -> Label:
    return Label(code, (normalise(name),), **parts)  # type: ignore[arg-type]


def first(question: str, labels: list[Label], shares: list[float]) -> str:
    asked = normalise(question)
    given = np.asarray(shares, np.float32)
    settled = shipped_twins().settled(asked, fold(asked), labels, given)
    assert settled.sum() == pytest.approx(given.sum())
    return labels[int(settled.argmax())].id


ACTIONS = [
    label("plain", f"Cấp {QUARRY}"),
    label("extend", f"Gia hạn {QUARRY}"),
    label("again", f"Cấp lại {QUARRY}"),
    label("amend", f"Điều chỉnh {QUARRY}"),
]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("gia hạn", "extend"),
        ("cấp lại", "again"),
        ("cap lai", "again"),
        ("điều chỉnh", "amend"),
        ("cấp", "plain"),
    ],
)
def test_what_is_to_be_done_decides_among_names_that_are_else_the_same(
    said: str, meant: str
) -> None:
    shares = [0.1 if one.id == meant else 0.3 for one in ACTIONS]
    assert first(f"{said} {QUARRY if ' ' not in said else fold(QUARRY)}", ACTIONS, shares) == meant


def test_a_tale_that_names_no_action_is_left_to_the_views() -> None:
    question = "giấy phép khai thác khoáng sản của công ty tôi bị mất"
    assert first(question, ACTIONS, [0.2, 0.1, 0.6, 0.1]) == "again"


LEVELS = [
    label("ministry", f"Cấp lại {QUARRY} (cấp Bộ)", level=2),
    label("province", f"Cấp lại {QUARRY} (cấp Tỉnh)", level=2),
]


def test_of_levels_nobody_named_the_nearer_comes_first_and_the_other_stays_likely() -> None:
    asked = normalise(f"Cấp lại {QUARRY}")
    settled = shipped_twins().settled(
        asked, fold(asked), LEVELS, np.asarray([0.9, 0.1], np.float32)
    )
    assert settled.tolist() == pytest.approx([0.36, 0.64])


def test_a_level_that_is_said_is_the_one_that_is_meant() -> None:
    assert first(f"Cấp lại {QUARRY} ở bộ", LEVELS, [0.4, 0.6]) == "ministry"


def test_the_office_s_own_record_comes_before_its_national_twin() -> None:
    labels = [
        label("national", "Cấp thẻ căn cước cho người dưới 14 tuổi (thực hiện tại cấp tỉnh)"),
        label("own", "Cấp thẻ căn cước cho người dưới 14 tuổi", is_office=True),
    ]
    assert first("cấp thẻ căn cước cho người dưới 14 tuổi", labels, [0.7, 0.3]) == "own"


def test_a_word_that_only_one_name_has_and_that_was_said_settles_it() -> None:
    labels = [
        label("divorce", "Ghi vào Sổ hộ tịch việc ly hôn đã giải quyết ở nước ngoài"),
        label("marriage", "Ghi vào Sổ hộ tịch việc kết hôn đã giải quyết ở nước ngoài", level=0),
    ]
    assert first("ghi chú việc ly hôn", labels, [0.6, 0.4]) == "divorce"


def test_other_matters_and_intents_keep_their_shares() -> None:
    labels = [
        label("one", "Đăng ký kết hôn"),
        label("other", "Đăng ký nhận cha, mẹ, con"),
        Label("court", (), is_intent=True),
    ]
    given = np.asarray([0.5, 0.3, 0.2], np.float32)
    settled = shipped_twins().settled("ket hon", "ket hon", labels, given)
    assert settled.tolist() == given.tolist()
