"""Masking: what must go, what must stay, in how much time, and the measured corpus."""

import unicodedata
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.privacy import PLACEHOLDERS, mask, without_placeholders
from evals.masking import innocent_messages, leaks, planted_messages, score, shipped_utterances
from knowledge.vietnamese import fold

MASKED = [
    ("cccd 001099012345", "cccd [số giấy tờ]"),
    (
        "Số căn cước của tôi là 001 099 012 345, tra giúp",
        "Số căn cước của tôi là [số giấy tờ], tra giúp",
    ),
    ("căn cước 001.099.012.345", "căn cước [số giấy tờ]"),
    ("001099-012345", "[số giấy tờ]"),
    ("cccd 001 1.000000 00", "cccd [số giấy tờ]"),
    ("cccd 002 30.000 - 0018", "cccd [số giấy tờ]"),
    ("0 0 1 0 9 9 0 1 2 3 4 5", "[số giấy tờ]"),
    ("OO1O99O12345", "[số giấy tờ]"),
    ("căn cước 001099 rồi 012345", "căn cước [số giấy tờ]"),
    ("001099, sáu số sau là 012345", "[số giấy tờ]"),
    ("cmnd cũ 271 234 567", "cmnd cũ [số giấy tờ]"),
    ("hộ chiếu B1234567", "hộ chiếu [số giấy tờ]"),
    ("gọi em 0912.345.678 nhé", "gọi em [số điện thoại] nhé"),
    ("sđt 0912345678nhé", "sđt [số điện thoại]nhé"),
    ("+84 (0) 912 345 678", "[số điện thoại]"),
    ("(024) 3825 1234", "[số điện thoại]"),
    ("0912345678/0987654321", "[số điện thoại]/[số điện thoại]"),
    ("không chín một hai ba bốn năm sáu bảy tám", "[số điện thoại]"),
    ("không chín mươi hai ba trăm bốn lăm sáu bảy tám", "[số điện thoại]"),
    ("khong chin mot hai ba bon nam sau bay tam", "[số điện thoại]"),
    ("mã số thuế 0101234567-001", "mã số thuế [mã số thuế]"),
    ("BHXH 79 1234 5678", "BHXH [số bảo hiểm]"),
    ("thẻ GD 4 79 79 123 45678", "thẻ [số bảo hiểm]"),
    ("stk 12345678", "stk [số tài khoản]"),
    ("1234 5678 90 vcb", "[số tài khoản] vcb"),
    ("mail nguyenvana@gmail.com", "mail [thư điện tử]"),
    ("ten (at) gmail . com", "[thư điện tử]"),
    ("email là nguyen van a 1990 a còng gmail chấm com", "email là [thư điện tử]"),
    ("xe 29A-123.45 sang tên", "xe [biển số xe] sang tên"),
    ("xe 30E1 123.45", "xe [biển số xe]"),
    ("hồ sơ H26.99-261101-0001", "hồ sơ [mã hồ sơ]"),
    ("000.00.01.H26-261101-0001", "[mã hồ sơ]"),
    ("em ở số 12 ngõ 34 phố Hàng Bông phường Hoàn Kiếm", "em ở [địa chỉ nhà] phường Hoàn Kiếm"),
    ("nhà ở thôn Đông, xã Phù Đổng", "nhà ở [địa chỉ nhà], xã Phù Đổng"),
    ("con em sinh ngày 01/02/2020", "con em sinh ngày [ngày sinh]"),
    ("Nguyễn Văn An, 12/9/1990", "Nguyễn Văn An, [ngày sinh]"),
    ("mã OTP là 123456", "mã OTP là [mã bí mật]"),
]

KEPT = [
    "thủ tục 1.001193, mã 1.013978.H36 và 1.001193.000.00.00.H26",
    "các mã 1.001193 1.004873 2.000815, mã số 3 1.001193",
    "nghị định 123/2015/NĐ-CP, luật 60/2014/QH13, 66.7/2025/NQ-CP, thông tư 01/2019",
    "phí 2.000 đồng hay 10,000 VNĐ hay 1 triệu 2 hay 150000",
    "vốn 150000000, doanh thu 1.200.000.000 đồng",
    "phạt 500.000-1.000.000 đồng",
    "từ 01/07/2025 đến 31/12/2026, ngày 14/2, tháng 01/2026",
    "07:00 - 11:30, 13:30 - 17:00, 7h30 sáng",
    "gọi 1022, 113/114/115 hay 19001009",
    "tui sanh năm 1975, giấy khai sanh thất lạc",
    "khai sinh ngày 12/9/2026 có muộn không",
    "mẫu 01, 02, 03, 04 và 06",
    "Điều 134, 135, 136, 137",
    "đất 120m2, thửa 123 tờ bản đồ 45",
    "giai đoạn 2026 2030, 2020 2021 2022",
    "chứng minh làm từ năm 1985, không thấy trên hệ thống",
    "có được không 15 ngày, năm 2026 ba tôi mất",
    "xã Đông Anh cũ nay thuộc đâu, trưởng thôn ký được không",
    "quầy số 5 phố nào, nhà 3 tầng, ở 2 nơi",
    "kết quả KQ.G01.000023 và 000.00.00.G04-KQ3015",
]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_an_identifier_becomes_a_placeholder(text: str, expected: str) -> None:
    assert mask(text).text == expected


@pytest.mark.parametrize("text", KEPT)
def test_numbers_that_say_nothing_about_a_person_stay(text: str) -> None:
    assert mask(text).text == text
    assert mask(text).found == ()


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_tones_case_and_hidden_characters_protect_no_identifier(text: str, expected: str) -> None:
    kinds = mask(text).found
    hidden = "\u200b".join(text)
    assert mask(hidden).text == expected
    assert mask(unicodedata.normalize("NFD", text)).text == expected
    if "address" not in kinds:  # a hamlet's name is known by its capital letter
        assert mask(fold(text)).found
        assert mask(text.upper()).found


def test_digits_of_other_scripts_are_digits() -> None:
    assert mask("cccd ００１０９９０１２３４５").found == ("citizen",)
    assert mask("0️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣").found == ("phone",)
    assert mask("0\u03369\u03361\u033623\u033645678").found == ("phone",)


def test_found_names_each_kind_once_in_order() -> None:
    masked = mask("cccd 001099012345, sđt 0912345678 và 0987654321")
    assert masked.found == ("citizen", "phone")


def test_placeholders_can_be_taken_out_for_searching() -> None:
    masked = mask("căn cước 001099012345 hết hạn thì sao")
    assert without_placeholders(masked.text) == "căn cước hết hạn thì sao"


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once.text).text == once.text


@given(
    st.from_regex(r"0(0[1-9]|[1-8]\d)[0-3]\d{8}", fullmatch=True),
    st.lists(st.sampled_from(["", "", "", " ", ".", "-", " - ", "–"]), min_size=11, max_size=11),
    st.sampled_from(["cccd {}", "số căn cước là {} ạ", "căn cước công dân: {}"]),
)
@settings(max_examples=300, deadline=None)
def test_an_announced_number_is_masked_wherever_it_is_cut(
    digits: str, signs: list[str], carrier: str
) -> None:
    written = digits[0] + "".join(
        sign + digit for sign, digit in zip(signs, digits[1:], strict=True)
    )
    left = mask(carrier.format(written)).text
    assert sum(char.isdigit() for char in left) < 6, left


def test_the_generated_corpus_has_no_leak_and_no_false_mask() -> None:
    innocents = [*innocent_messages(7, 2000), *shipped_utterances()]
    figures = score(planted_messages(7, 5000), innocents)
    assert figures.leaks == ()
    assert len(figures.false_masks) <= 0.01 * figures.innocents
    assert figures.messages == 5000


def test_the_scorer_sees_a_leak() -> None:
    """A scorer that finds nothing proves nothing: unmasked messages must all count."""
    planted = planted_messages(3, 400)
    seen = sum(len(leaks(message, message.text)) for message in planted)
    assert seen >= 0.97 * sum(len(message.secrets) for message in planted)


HOSTILE = {
    "digits": "1" * 10_000,
    "single digits": "0 " * 5_000,
    "dots": "1." * 5_000,
    "fractions": "1/1" * 3_300,
    "prefixes": "+84" * 3_300,
    "digit words": "không một " * 1_000,
    "lookalikes": "oil|1" * 2_000,
    "signs": "@" * 10_000,
    "domains": "a@" + "a." * 5_000,
    "spoken signs": "a còng " * 1_400,
    "lanes": "số 12 ngõ 34 " * 750,
    "births": "sinh ngày mười " * 650,
    "names": "nguyen van a 1/1/1990 " * 450,
    "money": "1.000.000" * 1_100,
    "blanks": " " * 10_000,
    "marks": "a" + "\u0301" * 9_999,
    "words": "số căn cước của tôi " * 500,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_no_more_time_than_its_length(name: str) -> None:
    text = HOSTILE[name][:10_000]
    quarter, whole = _seconds(text[:2_500]), _seconds(text)
    # four times the text; quadratic work would take sixteen times as long
    assert whole < 10 * quarter + 0.001, f"{quarter * 1000:.1f} → {whole * 1000:.1f} ms"


def _seconds(text: str) -> float:
    """CPU seconds of the quickest of five runs; other programs on the machine do not count."""
    runs = []
    for _ in range(5):
        started = process_time()
        mask(text)
        runs.append(process_time() - started)
    return min(runs)


def test_every_kind_has_a_placeholder_in_vietnamese() -> None:
    assert all(mark.startswith("[") and mark.endswith("]") for mark in PLACEHOLDERS.values())
    assert all(mask(mark).found == () for mark in PLACEHOLDERS.values())


@pytest.mark.parametrize(
    "text",
    ["gọi 0912 345 678 k ạ", "số 091 234 5678 đ/c", "0912 34 56 78 tr", "0912-345-678 k"],
)
def test_a_number_in_groups_before_a_letter_that_is_also_a_unit_is_masked_whole(text: str) -> None:
    assert not any(digit.isdigit() for digit in mask(text).text)
