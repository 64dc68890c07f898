"""Fees of portal records: what a "Miễn phí" is worth, and amounts wherever they stand."""

from datetime import date

import pytest

from ingest.portal_fees import PaymentEvidence, evidence_of_payment, read_fees
from ingest.portal_rows import read_rows
from knowledge.procedures import Channel, Fee, FeeStatus

AS_OF = date(2026, 7, 1)
NOTHING_SAID = PaymentEvidence()


def row(fee: str, channel: str = "Trực tiếp", time: str = "", note: str = "") -> dict[str, str]:
    return {"channel": channel, "time": time, "fee": fee, "note": note}


def fees_of(*rows: dict[str, str], evidence: PaymentEvidence = NOTHING_SAID) -> tuple[Fee, ...]:
    return read_fees(read_rows(list(rows)), evidence, AS_OF).fees


@pytest.mark.parametrize(
    "text",
    [
        "Miễn phí(Không thu lệ phí)",
        "Miễn phí(Không)",
        "Miễn phí(Không có.)",
        "Miễn phí(Miễn lệ phí. Phí cấp bản sao (nếu có yêu cầu) theo quy định)",
        "Phí : Không Đồng",
    ],
)
def test_free_in_words_is_free(text: str) -> None:
    (fee,) = fees_of(row(text))
    assert (fee.status, fee.amount_vnd) == (FeeStatus.FREE, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Phí : 0 Đồng",
        "Phí: 0 VNĐ",
        "Lệ phí : 0 Đồng",
        "Miễn phí(Không quy định.)",
        "Miễn phí(Chưa quy định.)",
        "Miễn phí(Theo quy định của pháp luật về phí và lệ phí.)",
        "Miễn phí(Miễn lệ phí cho người thuộc hộ nghèo)",
        "Không có thông tin(1)",
        "",
    ],
)
def test_a_zero_or_a_reference_is_not_free(text: str) -> None:
    (fee,) = fees_of(row(text))
    assert (fee.status, fee.amount_vnd) == (FeeStatus.UNPUBLISHED, None)


def test_an_amount_in_the_bracket_beats_the_printed_mien_phi() -> None:
    (fee,) = fees_of(row("Miễn phí(190.000 đồng/sổ)"))
    assert (fee.status, fee.amount_vnd, fee.per) == (FeeStatus.FIXED, 190_000, "sổ")


def test_a_tariff_in_the_bracket_becomes_one_fee_a_line() -> None:
    small, large = fees_of(
        row("Miễn phí(- Xe dưới 5 chỗ: 50.000 đồng/giấy; - Xe từ 5 chỗ: 100.000 đồng/giấy.)")
    )
    assert (small.amount_vnd, small.note) == (50_000, "Xe dưới 5 chỗ")
    assert (large.amount_vnd, large.note) == (100_000, "Xe từ 5 chỗ")


@pytest.mark.parametrize(
    "text",
    [
        "Miễn phí(Mức cụ thể do Hội đồng nhân dân cấp tỉnh quyết định.)",
        "Miễn phí(do Ủy ban nhân dân cấp tỉnh quy định.)",
        "150,000 Việt Nam Đồng(Mức lệ phí cụ thể do Hội đồng nhân dân tỉnh quyết định)",
    ],
)
def test_what_the_province_decides_carries_no_amount(text: str) -> None:
    (fee,) = fees_of(row(text))
    assert (fee.status, fee.amount_vnd) == (FeeStatus.SET_BY_PROVINCE, None)


def test_a_bare_mien_phi_is_free_and_marked_for_review() -> None:
    reading = read_fees(read_rows([row("Miễn phí")]), NOTHING_SAID, AS_OF)
    assert reading.fees[0].status is FeeStatus.FREE
    assert reading.doubtful


def test_a_bare_mien_phi_is_not_believed_when_the_steps_speak_of_paying() -> None:
    steps = "Người nộp hồ sơ nộp lệ phí nếu thuộc trường hợp phải nộp."
    (fee,) = fees_of(row("Miễn phí"), evidence=evidence_of_payment(steps, ""))
    assert fee.status is FeeStatus.UNPUBLISHED
    law = "Thông tư hướng dẫn về phí và lệ phí thuộc thẩm quyền quyết định của Hội đồng nhân dân"
    (fee,) = fees_of(row("Miễn phí"), evidence=evidence_of_payment(steps, law))
    assert fee.status is FeeStatus.SET_BY_PROVINCE


def test_steps_that_say_nothing_is_paid_are_no_evidence() -> None:
    said = evidence_of_payment("Người dân không phải nộp lệ phí, chi phí đi lại tự lo.", "")
    assert not said.any


def test_a_bare_mien_phi_beside_an_amount_on_another_channel_is_not_believed() -> None:
    online, post = fees_of(
        row("40 VNĐ(40.000 đồng/giấy)", "Trực tuyến"), row("Miễn phí", "Dịch vụ bưu chính")
    )
    assert (online.amount_vnd, online.channel) == (40_000, Channel.ONLINE)
    assert (post.status, post.channel) == (FeeStatus.UNPUBLISHED, Channel.POST)


def test_words_correct_a_number_in_thousands() -> None:
    (fee,) = fees_of(row("700 VNĐ(Phí thẩm định: 700.000 đồng/cơ sở.)"))
    assert (fee.amount_vnd, fee.per, fee.note) == (700_000, "cơ sở", "Phí thẩm định")


def test_a_tiny_number_without_words_is_refused() -> None:
    reading = read_fees(read_rows([row("850 VNĐ")]), NOTHING_SAID, AS_OF)
    assert reading.fees[0].status is FeeStatus.UNPUBLISHED
    assert reading.doubtful


def test_number_and_words_that_contradict_each_other_are_refused() -> None:
    reading = read_fees(read_rows([row("1,500,000 VNĐ(150.000 đồng/giấy)")]), NOTHING_SAID, AS_OF)
    assert reading.fees[0].status is FeeStatus.UNPUBLISHED
    assert "1.500.000 đồng" in (reading.fees[0].note or "")
    assert reading.doubtful


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("2,000 Việt Nam Đồng(/trang)", "trang"),
        ("500,000 Việt Nam Đồng(/hồ sơ (Thông tư số 99/2023/TT-BTC))", "hồ sơ"),
        ("6,000,000 VNĐ(đồng/lần)", "lần"),
        ("150,000 VNĐ(150.000 đồng/1 giấy.)", "giấy"),
        ("8,000 VNĐ", None),
    ],
)
def test_the_unit_after_the_slash_is_what_the_amount_counts(text: str, per: str | None) -> None:
    (fee,) = fees_of(row(text))
    assert (fee.status, fee.per) == (FeeStatus.FIXED, per)


def test_a_temporary_reduction_ends_by_itself() -> None:
    reduced, full = fees_of(
        row(
            "800,000 Việt Nam Đồng((áp dụng mức phí 400.000 đồng/hồ sơ kể từ ngày 01/7/2025 "
            "đến hết ngày 31/12/2026 theo Thông tư số 64/2025/TT-BTC))"
        )
    )
    assert (reduced.amount_vnd, reduced.effective_from) == (400_000, date(2025, 7, 1))
    assert reduced.effective_until == date(2026, 12, 31)
    assert (full.amount_vnd, full.effective_from) == (800_000, date(2027, 1, 1))


def test_half_of_the_fee_above_is_worked_out() -> None:
    reduced, full = fees_of(
        row(
            "50,000 Việt Nam Đồng(- Đổi thẻ: 50.000 đồng/thẻ. - Kể từ ngày 01/7/2025 đến hết ngày "
            "31/12/2026 mức thu bằng 50% mức thu nêu trên.)"
        )
    )
    assert (reduced.amount_vnd, reduced.effective_until) == (25_000, date(2026, 12, 31))
    assert (full.amount_vnd, full.effective_from) == (50_000, date(2027, 1, 1))


def test_a_reduction_that_was_over_when_the_data_was_read_changes_nothing() -> None:
    (fee,) = fees_of(
        row(
            "5,000,000 VNĐ(Từ ngày 01/7/2024 đến hết ngày 31/12/2024 áp dụng mức phí "
            "2.500.000 đồng/lần)"
        )
    )
    assert (fee.amount_vnd, fee.effective_from) == (5_000_000, None)


@pytest.mark.parametrize(
    "text",
    [
        "160,000 Việt Nam Đồng(+ 160.000/quyển, cấp lại: 320.000đ/quyển (áp dụng đến hết ngày "
        "31/12/2023 theo Thông tư))",
        "40,000 Việt Nam Đồng(40.000đ/giấy (áp dụng đến hết ngày 31/12/2024 theo Thông tư).)",
        "5,000,000 VNĐ(Mức phí kể từ ngày 01/7/2024 đến hết ngày 31/12/2024 giảm 20%)",
    ],
)
def test_an_amount_whose_time_was_over_is_no_fee_of_today(text: str) -> None:
    reading = read_fees(read_rows([row(text)]), NOTHING_SAID, AS_OF)
    (fee,) = reading.fees
    assert (fee.status, fee.amount_vnd) == (FeeStatus.UNPUBLISHED, None)
    assert "nay đã hết hạn" in (fee.note or "")
    assert reading.doubtful


def test_an_amount_beside_an_exemption_that_is_over_holds_again() -> None:
    (fee,) = fees_of(row("250,000 VNĐ(250.000đ/lần (Miễn từ ngày 07/4/2026 đến 30/6/2026))"))
    assert (fee.status, fee.amount_vnd) == (FeeStatus.FIXED, 250_000)


def test_a_slip_in_a_temporary_amount_is_not_published() -> None:
    (fee,) = fees_of(row("25 VNĐ(25.000.000đ/giấy (áp dụng đến hết ngày 31/12/2026))"))
    assert fee.status is FeeStatus.UNPUBLISHED


def test_fee_and_time_glued_together_are_told_apart_by_the_words() -> None:
    rows = read_rows([row("", time="120", note="VNĐ(20.000 đồng/tờ khai)")])
    assert (rows[0].time, rows[0].glued) == ("1", "")
    (fee,) = read_fees(rows, NOTHING_SAID, AS_OF).fees
    assert (fee.amount_vnd, fee.per) == (20_000, "tờ khai")


def test_fee_and_time_glued_together_without_words_are_given_up() -> None:
    rows = read_rows([row("", time="120", note="VNĐ")])
    assert (rows[0].time, rows[0].glued) == ("", "120 VNĐ")
    reading = read_fees(rows, NOTHING_SAID, AS_OF)
    assert reading.fees[0].status is FeeStatus.UNPUBLISHED
    assert reading.doubtful


def test_fee_words_in_the_note_go_back_to_the_fee() -> None:
    (fee,) = fees_of(
        row(
            "2,000 Việt Nam Đồng(/trang)",
            note="Tại quầy: 2.000 đồng/trang; từ trang thứ 3 trở lên thu 1.000 đồng/trang, "
            "tối đa không quá 200.000 đồng/bản.",
        ),
        row("10 USD(/bản)", note="Tại cơ quan đại diện: 10 USD/bản."),
    )
    assert (fee.amount_vnd, fee.per) == (2_000, "trang")
    assert "từ trang thứ 3 trở lên thu 1.000 đồng/trang" in (fee.note or "")
    assert "10 USD/bản" in (fee.note or "")


def test_dollars_are_told_but_never_turned_into_dong() -> None:
    (fee,) = fees_of(row("145 USD(Thẻ có thời hạn 02 năm: 145 USD/thẻ.)"))
    assert (fee.status, fee.amount_vnd) == (FeeStatus.UNPUBLISHED, None)
    assert "145 USD/thẻ" in (fee.note or "")


def test_one_fee_for_all_channels_and_one_each_where_they_differ() -> None:
    (fee,) = fees_of(
        row("100,000 VNĐ(100.000 đồng/lần)", "Trực tiếp"),
        row("100,000 VNĐ(100.000 đồng/lần.)", "Trực tuyến"),
    )
    assert fee.channel is None
    direct, online = fees_of(row("20,000 VNĐ", "Trực tiếp"), row("10,000 VNĐ", "Trực tuyến"))
    assert (direct.channel, online.channel) == (Channel.IN_PERSON, Channel.ONLINE)


def test_the_document_export_with_several_lines_gives_several_fees() -> None:
    first, second = fees_of(
        row("Phí : 50.000 Đồng (Hồ sơ thường)\nPhí : 120.000 Đồng (Năng khiếu)")
    )
    assert (first.amount_vnd, first.note) == (50_000, "Hồ sơ thường")
    assert (second.amount_vnd, second.note) == (120_000, "Năng khiếu")
