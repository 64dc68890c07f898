"""Vietnamese readings of numbers, digits, dates, times and letters.

Own code because the libraries misread what a ward says all day: num2words 0.5
reads 2026 as "hai nghìn lẻ hai mươi sáu", vietnam-number 1.0 writes "lẽ" for
"linh", vietnormalizer 0.2 reads the code 1.001193 as a product of thousands and
"3-5 ngày" as a date.
"""

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", " nghìn", " triệu")
_BILLION = 10**9
_LARGEST = 10**18


def read_number(value: int) -> str:
    """21 → "hai mươi mốt", 105 → "một trăm linh năm", 1005 → "một nghìn không trăm linh năm".

    Numbers of 10^18 and more are read digit by digit; nothing at a ward is that large.
    """
    if value < 0:
        return f"âm {read_number(-value)}"
    if value >= _LARGEST:
        return read_digits(str(value))
    if value < 1000:
        return _below_thousand(value, full=False)
    if value >= _BILLION:
        rest = value % _BILLION
        head = f"{read_number(value // _BILLION)} tỷ"
        return f"{head} {_groups(rest, full=True)}" if rest else head
    return _groups(value, full=False)


def _groups(value: int, *, full: bool) -> str:
    """Three digits at a time; after the first group zeros in front are said ("không trăm linh")."""
    parts: list[str] = []
    for power in (2, 1, 0):
        group = value // 1000**power % 1000
        if group:
            parts.append(_below_thousand(group, full=full or bool(parts)) + _SCALES[power])
    return " ".join(parts)


def _below_thousand(value: int, *, full: bool) -> str:
    hundreds, rest = divmod(value, 100)
    if not hundreds and not full:
        return _below_hundred(rest)
    head = f"{DIGITS[hundreds]} trăm"
    if not rest:
        return head
    return f"{head} {_below_hundred(rest)}" if rest >= 10 else f"{head} linh {DIGITS[rest]}"


def _below_hundred(value: int) -> str:
    tens, unit = divmod(value, 10)
    if tens == 0:
        return DIGITS[unit]
    head = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    match unit:
        case 0:
            return head
        case 1 if tens > 1:
            return f"{head} mốt"
        case 4 if tens > 1:
            return f"{head} tư"
        case 5:
            return f"{head} lăm"
        case _:
            return f"{head} {DIGITS[unit]}"


def read_digits(written: str, pause: str = ",") -> str:
    """ "1022" → "một không hai hai"; what is no digit makes a pause."""
    groups = "".join(char if char.isdigit() else " " for char in written).split()
    return f"{pause} ".join(" ".join(DIGITS[int(char)] for char in group) for group in groups)


def read_quantity(written: str) -> str:
    """A number as printed: "2.000" and "10,000" grouped, "1,5" decimal, "01" without its zero."""
    whole, sign, fraction = _split_decimal(written)
    if not whole.isdigit():
        return read_digits(written)
    if len(whole) > 15 or (len(whole) > 6 and whole.startswith("0")):
        return read_digits(whole)
    read = read_number(int(whole))
    return f"{read} {sign} {read_digits(fraction)}" if fraction else read


def _split_decimal(written: str) -> tuple[str, str, str]:
    parts = written.replace(",", ".").split(".")
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]) and parts[0] != "0":
        return "".join(parts), "", ""
    if len(parts) == 2:
        return parts[0], "phẩy" if "," in written else "chấm", parts[1]
    if len(parts) > 2:
        return written, "", ""
    return parts[0], "", ""


def read_serial(written: str) -> str:
    """The number of a law or form, whose zeros are said: "07" → "không bảy"."""
    return " chấm ".join(
        read_digits(part) if part.startswith("0") and len(part) > 1 else read_number(int(part))
        for part in written.split(".")
    )


def read_day(day: int) -> str:
    """ "mùng một" to "mùng mười", then the number."""
    return f"mùng {read_number(day)}" if day <= 10 else read_number(day)


def read_month(month: int) -> str:
    """The fourth month is "tháng tư"."""
    return "tư" if month == 4 else read_number(month)


def read_date(day: int, month: int, year: int | None = None) -> str:
    """ "mùng một tháng bảy năm hai nghìn không trăm hai mươi lăm", without "ngày"."""
    said = f"{read_day(day)} tháng {read_month(month)}"
    return said if year is None else f"{said} năm {read_number(year)}"


def read_time(hour: int, minute: int = 0) -> str:
    """ "bảy giờ ba mươi"; full hours without minutes."""
    said = f"{read_number(hour)} giờ"
    return f"{said} {read_number(minute)}" if minute else said


_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}


def roman(written: str) -> int:
    """The value of a Roman numeral made of I, V, X and L."""
    values = [_ROMAN[char] for char in written]
    return sum(
        -value if at + 1 < len(values) and value < values[at + 1] else value
        for at, value in enumerate(values)
    )
