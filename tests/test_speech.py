"""What the kiosk says: numbers, codes and abbreviations in words, in short sentences."""

import re
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.address import UNKNOWN
from assistant.compose import compose
from assistant.desk import Desk
from assistant.speech import MAX_WORDS, to_speech
from assistant.speech_numbers import DIGITS, read_number, read_quantity, roman
from knowledge.procedures import Topic

NUMBERS = {
    0: "không",
    4: "bốn",
    5: "năm",
    10: "mười",
    11: "mười một",
    14: "mười bốn",
    15: "mười lăm",
    20: "hai mươi",
    21: "hai mươi mốt",
    24: "hai mươi tư",
    25: "hai mươi lăm",
    44: "bốn mươi tư",
    91: "chín mươi mốt",
    100: "một trăm",
    101: "một trăm linh một",
    104: "một trăm linh bốn",
    105: "một trăm linh năm",
    110: "một trăm mười",
    115: "một trăm mười lăm",
    121: "một trăm hai mươi mốt",
    1000: "một nghìn",
    1005: "một nghìn không trăm linh năm",
    1024: "một nghìn không trăm hai mươi tư",
    1105: "một nghìn một trăm linh năm",
    2026: "hai nghìn không trăm hai mươi sáu",
    10_000: "mười nghìn",
    150_000: "một trăm năm mươi nghìn",
    1_000_000: "một triệu",
    1_000_005: "một triệu không trăm linh năm",
    1_005_000: "một triệu không trăm linh năm nghìn",
    1_200_000: "một triệu hai trăm nghìn",
    10**9: "một tỷ",
    10**9 + 5: "một tỷ không trăm linh năm",
    2_500_000_000: "hai tỷ năm trăm triệu",
    10**12: "một nghìn tỷ",
    -3: "âm ba",
}


@pytest.mark.parametrize(("value", "words"), NUMBERS.items())
def test_numbers_are_read_as_people_say_them(value: int, words: str) -> None:
    assert read_number(value) == words


def _value(words: str) -> int:
    """The number a reading stands for, worked out the other way round."""
    units = {word: digit for digit, word in enumerate(DIGITS)} | {"mốt": 1, "tư": 4, "lăm": 5}
    total = billions = group = 0
    for word in words.split():
        match word:
            case "tỷ":
                billions, total, group = billions * 10**9 + total + group, 0, 0
            case "triệu":
                total, group = total + group * 10**6, 0
            case "nghìn":
                total, group = total + group * 1000, 0
            case "trăm":
                group *= 100
            case "mươi":
                group += group % 10 * 9
            case "mười":
                group += 10
            case "linh":
                pass
            case _:
                group += units[word]
    return billions * 10**9 + total + group


def test_every_number_below_a_hundred_thousand_reads_back() -> None:
    assert all(_value(read_number(value)) == value for value in range(100_000))


@given(st.integers(min_value=0, max_value=10**12 - 1))
@settings(max_examples=500, deadline=None)
def test_large_numbers_read_back(value: int) -> None:
    assert _value(read_number(value)) == value


def test_readings_of_tens_and_units_follow_the_rules() -> None:
    for value in range(21, 100):
        words = read_number(value)
        assert "mười" not in words
        assert not words.endswith(("mươi một", "mươi bốn", "mươi năm"))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2.000", "hai nghìn"),
        ("10,000", "mười nghìn"),
        ("1,5", "một phẩy năm"),
        ("0,5", "không phẩy năm"),
        ("01", "một"),
        ("1.200.000", "một triệu hai trăm nghìn"),
    ],
)
def test_printed_quantities_are_read_by_their_grouping(written: str, words: str) -> None:
    assert read_quantity(written) == words


def test_roman_numerals_have_values() -> None:
    assert [roman(numeral) for numeral in ("I", "IV", "IX", "XIV", "XL")] == [1, 4, 9, 14, 40]


SPOKEN = [
    ("Lệ phí: 2.000 đồng/trang.", "Lệ phí, hai nghìn đồng một trang."),
    ("phạt 500.000-1.000.000 đồng", "Phạt năm trăm nghìn đến một triệu đồng."),
    ("giảm 50%, 3-5 ngày", "Giảm năm mươi phần trăm, ba đến năm ngày."),
    ("từ 7h30 đến 11h30", "Từ bảy giờ ba mươi đến mười một giờ ba mươi."),
    ("13:30-17:00", "Mười ba giờ ba mươi đến mười bảy giờ."),
    ("ngày 17/07/2026", "Ngày mười bảy tháng bảy năm hai nghìn không trăm hai mươi sáu."),
    ("từ 1/7", "Từ ngày mùng một tháng bảy."),
    ("tháng 4, thứ 4, thứ 2", "Tháng tư, thứ tư, thứ hai."),
    ("thủ tục 1.001193", "Thủ tục một chấm không không một một chín ba."),
    (
        "Nghị định 123/2015/NĐ-CP",
        "Nghị định một trăm hai mươi ba năm hai nghìn không trăm mười lăm.",
    ),
    (
        "theo 123/2015/NĐ-CP",
        "Theo Nghị định một trăm hai mươi ba năm hai nghìn không trăm mười lăm.",
    ),
    (
        "Luật Hộ tịch (60/2014/QH13)",
        "Luật Hộ tịch, Luật số sáu mươi năm hai nghìn không trăm mười bốn.",
    ),
    ("04/2020/TT-BTP", "Thông tư không bốn năm hai nghìn không trăm hai mươi của Bộ Tư pháp."),
    ("nghị định 351/2025", "Nghị định ba trăm năm mươi mốt năm hai nghìn không trăm hai mươi lăm."),
    ("tháng 01/2026", "Tháng một năm hai nghìn không trăm hai mươi sáu."),
    ("UBND xã/phường", "Ủy ban nhân dân xã, phường."),
    ("CCCD, BHYT, VNeID", "Căn cước công dân, bảo hiểm y tế, vê en i đi."),
    ("Mẫu CT01", "Mẫu xê tê không một."),
    ("Phụ lục II", "Phụ lục hai."),
    (
        "gọi 113/114/115 hoặc 1022",
        "Gọi một một ba, một một bốn, một một năm hoặc một không hai hai.",
    ),
    ("nộp 115 bản", "Nộp một trăm mười lăm bản."),
    ("gọi 024 0000 0100", "Gọi không hai bốn, không không không không, không một không không."),
    ("xem https://dichvucong.gov.vn/abc?x=1.", "Xem trang web dịch vụ công quốc gia."),
    ("gửi a.b@hoasen.example", "Gửi a chấm b a còng hoasen chấm example."),
    ("Dạ được ạ 🎉", "Dạ được ạ."),
    ("• Tờ khai (1 bản chính)\n• Căn cước", "Tờ khai, một bản chính. Căn cước."),
    ("1. Khai sinh\n2. Kết hôn", "Một, Khai sinh. Hai, Kết hôn."),
    ("01 bản chính – 02 bản sao", "Một bản chính, hai bản sao."),
    ("đất 120m2", "Đất một trăm hai mươi mét vuông."),
]


@pytest.mark.parametrize(("text", "spoken"), SPOKEN)
def test_signs_become_words(text: str, spoken: str) -> None:
    assert to_speech(text) == spoken


def test_the_source_is_said_shortly_and_its_age_is_kept() -> None:
    line = "Nguồn: Cổng Dịch vụ công quốc gia, thủ tục 1.001193 (dữ liệu 17/07/2026{})."
    assert to_speech(line.format("")) == "Nguồn, Cổng Dịch vụ công quốc gia."
    old = to_speech(line.format(", đã hơn 90 ngày, nên hỏi lại trước khi đi"))
    assert old.endswith("Dữ liệu đã hơn chín mươi ngày, nên hỏi lại trước khi đi.")


def test_long_sentences_are_cut_where_a_comma_allows() -> None:
    text = ", ".join(["giấy tờ này phải mang theo bản chính"] * 8)
    sentences = re.split(r"(?<=\.) ", to_speech(text))
    assert len(sentences) >= 3
    assert all(len(sentence.split()) <= MAX_WORDS for sentence in sentences)


def test_an_english_answer_keeps_its_numbers() -> None:
    assert (
        to_speech("You need 2 copies (1 original).\n• ID card")
        == "You need 2 copies, 1 original. ID card."
    )


@given(st.text(alphabet="aăâbcdđeê 0123456789.,:/-–()%•\nNĐCPUB", max_size=120))
@settings(max_examples=300, deadline=None)
def test_nothing_written_breaks_the_voice(text: str) -> None:
    spoken = to_speech(text)
    assert "\n" not in spoken
    assert spoken == "" or spoken[-1] in ".!?"


def test_a_typical_answer_takes_less_than_a_millisecond() -> None:
    answer = (
        "Dạ, đăng ký khai sinh:\nGiấy tờ phải nộp:\n• Tờ khai đăng ký khai sinh (1 bản chính)\n• "
        "Giấy chứng sinh\n"
        "Lệ phí: miễn phí (đúng hạn).\nThời hạn giải quyết: 1 ngày làm việc.\nNơi nộp: Quầy số 4 – "
        "Hộ tịch (tầng 1).\n"
        "Nguồn: Cổng Dịch vụ công quốc gia, thủ tục 1.001193 (dữ liệu 17/07/2026)."
    )
    to_speech(answer)
    rounds = []
    for _ in range(5):
        started = process_time()
        for _ in range(40):
            to_speech(answer)
        rounds.append((process_time() - started) / 40)
    assert min(rounds) < 0.001


def test_every_record_is_spoken_in_short_sentences_without_digits(desk: Desk) -> None:
    store = desk.library.store
    spoken = [
        sentence
        for procedure, _ in store.live_procedures(desk.office_id)
        for topics in [(topic,) for topic in Topic]
        if (view := store.find_view(procedure.code, desk.office_id))
        for sentence in re.split(
            r"(?<=[.!?]) ",
            to_speech(
                compose(
                    view, topics, address=UNKNOWN, office_name="Phường thử", phone="024 0000 0111"
                ).text
            ),
        )
    ]
    assert len(spoken) > 5000
    assert [said for said in spoken if len(said.split()) > MAX_WORDS] == []
    assert [said for said in spoken if re.search(r"\d|\b[A-ZĐ]{2,}\b", said)] == []
