"""How people write identifiers, and numbers that must stay, from a seeded generator."""

import random
from collections.abc import Callable, Sequence

from evals.masking_sentences import CARRIERS, INNOCENT, LAWS

Written = tuple[str, str, str]  # layout, as written, what must not survive
WORDS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def identifier(rng: random.Random) -> tuple[str, str, str, str]:
    """Kind, layout, written form and secret of one random identifier."""
    kind = rng.choices(tuple(_KINDS), tuple(weight for weight, _ in _KINDS.values()))[0]
    layout, written, secret = _KINDS[kind][1](rng)
    return kind, layout, written, secret


def carry(rng: random.Random, kind: str, written: str) -> str:
    """A sentence of a resident with the written identifier in it."""
    base = kind.removesuffix("_bare")
    pool = CARRIERS["bare"] if kind.endswith("_bare") else CARRIERS[base]
    return rng.choice(pool).format(written)


# -- numbers --------------------------------------------------------------------------------------


def _digits(rng: random.Random, count: int, first: str = "") -> str:
    return first + "".join(rng.choice("0123456789") for _ in range(count - len(first)))


def _cut(digits: str, sizes: Sequence[int], sign: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return sign.join(part for part in [*parts, digits[at:]] if part)


_SIGNS = (" ", ".", "-", " - ", ". ", "–", "_", "·")


def _grouped(rng: random.Random, digits: str, shapes: Sequence[Sequence[int]]) -> tuple[str, str]:
    shape, sign = rng.choice(shapes), rng.choice(_SIGNS)
    return f"{'-'.join(map(str, shape))}{sign!r}", _cut(digits, shape, sign)


def _spoken(rng: random.Random, digits: str) -> str:
    words = [WORDS[int(digit)] for digit in digits]
    if rng.random() < 0.3:
        words = [
            word + ("," if i % 3 == 2 and i < len(words) - 1 else "")
            for i, word in enumerate(words)
        ]
    return " ".join(words)


def _lookalike(rng: random.Random, digits: str) -> str:
    return "".join(
        rng.choice("Oo0") if d == "0" else (rng.choice("l1I1") if d == "1" else d) for d in digits
    )


def _any_layout(rng: random.Random, digits: str, shapes: Sequence[Sequence[int]]) -> Written:
    way = rng.random()
    if way < 0.40:
        return "plain", digits, digits
    if way < 0.78:
        layout, written = _grouped(rng, digits, shapes)
        return layout, written, digits
    if way < 0.84:
        return "single", rng.choice((" ", "-", ".")).join(digits), digits
    if way < 0.93:
        return "spoken", _spoken(rng, digits), digits
    if digits.startswith("0"):
        return "lookalike", _lookalike(rng, digits), digits
    return "plain", digits, digits


def _citizen_digits(rng: random.Random) -> str:
    return f"{rng.randint(1, 96):03d}{rng.randint(0, 3)}{rng.randint(0, 99):02d}{_digits(rng, 6)}"


def _citizen(rng: random.Random) -> Written:
    digits = _citizen_digits(rng)
    if rng.random() < 0.06:
        word = rng.choice((" rồi ", " và ", ", tiếp theo ", " sau đó ", ", sáu số sau là "))
        return "over words", _cut(digits, (6,), word), digits
    return _any_layout(
        rng, digits, ((3, 3, 3), (4, 4), (6,), (3, 1, 2), (3, 3), (2, 2, 2, 2, 2), (1, 11))
    )


def _old_citizen(rng: random.Random) -> Written:
    return _any_layout(
        rng, _digits(rng, 9, rng.choice("0123")), ((3, 3), (3, 3), (4, 5), (2, 3, 4), (6,))
    )


def _old_citizen_bare(rng: random.Random) -> Written:
    digits = _digits(rng, 9, rng.choice("0123"))
    if digits.endswith(
        "000"
    ):  # nobody can tell it from an amount of money without a word beside it
        digits = digits[:-1] + "7"
    if rng.random() < 0.5:
        return "plain", digits, digits
    return "3-3-3", _cut(digits, (3, 3), rng.choice((" ", "-", "."))), digits


def _phone(rng: random.Random) -> Written:
    if rng.random() < 0.15:
        digits = f"02{rng.choice(('4', '8', '36', '25', '92', '04'))}"
        digits = _digits(rng, 11, digits)
        area = rng.choice((3, 4))
        rest = _cut(digits[area:], (4,), rng.choice((" ", ".", "")))
        head = rng.choice(("({})", "{}", "{}."))
        return (
            "landline",
            f"{head.format(digits[:area])}{rng.choice((' ', '-', '.'))}{rest}",
            digits,
        )
    digits = _digits(rng, 10, "0" + rng.choice("35789"))
    if rng.random() < 0.2:
        prefix = rng.choice(("+84", "84", "+84 ", "(+84)", "(+84) ", "+84-", "+84 (0)", "0084"))
        body = _cut(
            digits[1:], rng.choice(((9,), (3, 3), (2, 3), (2, 3, 2))), rng.choice((" ", ".", "-"))
        )
        return f"prefix {prefix}", prefix + body, digits[1:]
    if rng.random() < 0.04:
        return "dots", _cut(digits, (4, 3), rng.choice((" . ", "/", " / ", ":", ", "))), digits
    return _any_layout(
        rng, digits, ((4, 3), (3, 3), (4, 2, 2), (2, 4), (3, 4), (2, 2, 2, 2), (5,), (3, 3, 2))
    )


def _insurance(rng: random.Random) -> Written:
    if rng.random() < 0.4:
        digits = _digits(rng, 13)
        prefix = rng.choice(("GD", "HC", "DN", "HN", "TE", "HS", "CH"))
        written = rng.choice((digits, _cut(digits, (1, 2, 2, 3), " "), _cut(digits, (1, 2), "-")))
        return "card", f"{prefix}{rng.choice(('', ' '))}{written}", digits
    return _any_layout(rng, _digits(rng, 10), ((2, 4), (4, 3), (3, 3), (5,), (2, 2, 2, 2)))


def _tax(rng: random.Random) -> Written:
    digits = _digits(rng, 10, rng.choice(("01", "03", "83", "84", "81", "31")))
    if rng.random() < 0.35:
        return "branch", f"{digits}{rng.choice(('-', ' - ', '.'))}{_digits(rng, 3, '0')}", digits
    return _any_layout(rng, digits, ((3, 3), (4, 3), (2, 8), (5,), (1, 3, 3)))


def _account(rng: random.Random) -> Written:
    digits = _digits(rng, rng.randint(8, 16), rng.choice("1023456789"))
    if len(digits) == 8 and digits.endswith("000"):
        digits = digits[:-1] + "3"
    return _any_layout(rng, digits, ((4, 4, 4), (4, 4), (3, 3, 3), (5,), (2, 4, 4)))


def _passport(rng: random.Random) -> Written:
    digits = _digits(rng, rng.choice((7, 7, 8)))
    digits = digits[:-1] + rng.choice("123456789")
    return "passport", f"{rng.choice('BCNPKE')}{rng.choice(('', '', ' '))}{digits}", digits


def _card_bare(rng: random.Random) -> Written:
    digits = _digits(rng, 16, rng.choice(("9704", "4", "5")))
    return "card", _cut(digits, (4, 4, 4), rng.choice((" ", "-", ""))), digits


# -- other shapes ---------------------------------------------------------------------------------


def _email(rng: random.Random) -> Written:
    local = rng.choice(
        ("nguyenvan", "thuhang", "minh.tran", "le_hoa", "pham-nam", "baongoc")
    ) + str(rng.randint(1, 2005))
    name = rng.choice(("gmail", "yahoo", "outlook", "hotmail", "icloud", "congtyabc"))
    ending = rng.choice(("com", "com.vn", "vn", "net"))
    sign, dot = rng.choice(
        (("@", "."),) * 4
        + (
            (" @ ", " . "),
            (" (at) ", "."),
            ("(at)", "(dot)"),
            (" [at] ", " [dot] "),
            (" a còng ", " chấm "),
            (" at ", " dot "),
            (" at ", "."),
            ("@", " chấm "),
        )
    )
    written = f"{local}{sign}{name}{dot}{ending.replace('.', dot)}"
    return (
        f"email {sign!r}{dot!r}",
        written,
        f"{local}|{name}{dot.lower()}{ending}".replace("ấ", "a"),
    )


def _plate(rng: random.Random) -> Written:
    province, letter = rng.randint(11, 99), rng.choice("ABCDEFGHKLMNPSTUVXYZ")
    digits = _digits(rng, 5, rng.choice("123456789"))
    if rng.random() < 0.5:  # car
        head = f"{province}{letter}"
    else:
        head = f"{province}{rng.choice(('', '-'))}{letter}{rng.choice('123456789')}"
    tail = rng.choice((digits, f"{digits[:3]}.{digits[3:]}"))
    written = f"{head}{rng.choice(('-', ' ', ' - ', ''))}{tail}"
    if (
        head[-1].isdigit() and written[len(head)].isdigit()
    ):  # nobody writes the series and number as one
        written = f"{head}-{tail}"
    return "plate", written.lower() if rng.random() < 0.25 else written, digits


def _dossier(rng: random.Random) -> Written:
    office = f"H{rng.randint(10, 63)}"
    day = f"{rng.randint(25, 27)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    number = f"{rng.randint(1, 9999):04d}"
    head = rng.choice(
        (
            f"{office}.{rng.randint(1, 99)}",
            f"000.00.{rng.randint(0, 30):02d}.{office}",
            f"{office}.{rng.randint(1, 40)}.{rng.randint(1, 40)}",
            office,
        )
    )
    return "dossier", f"{head}-{day}-{number}", day + number


def _birth(rng: random.Random) -> Written:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1940, 2026)
    digits = f"{day:02d}{month:02d}{year}"
    written = rng.choice(
        (
            f"{day:02d}/{month:02d}/{year}",
            f"{day:02d}-{month:02d}-{year}",
            f"{day:02d}.{month:02d}.{year}",
            digits,
            f"{day:02d} {month:02d} {year}",
        )
    )
    return "birth", written, digits


_STREETS = (
    "Hàng Bông",
    "Lê Lợi",
    "Nguyễn Trãi",
    "Trần Phú",
    "Phan Chu Trinh",
    "Đê La Thành",
    "Lý Thường Kiệt",
)


def _address(rng: random.Random) -> Written:
    street, a, b, c = (
        rng.choice(_STREETS),
        rng.randint(1, 999),
        rng.randint(1, 400),
        rng.randint(1, 90),
    )
    written, secret = rng.choice(
        (
            (f"số {a} ngõ {b} phố {street}", f"ngo {b}"),
            (f"số nhà {a} đường {street}", f"nha {a}"),
            (f"số {a}/{b} đường {street}", f"{a}/{b}"),
            (f"{a}/{b}/{c} đường {street}", f"{a}/{b}/{c}"),
            (f"ngõ {b} ngách {c} {street}", f"ngach {c}"),
            (f"hẻm {a}/{b} {street}", f"{a}/{b}"),
            (f"nhà số {a} phố {street}", f"so {a}"),
        )
    )
    return "address", written, secret


_KINDS: dict[str, tuple[int, Callable[[random.Random], Written]]] = {
    "citizen": (18, _citizen),
    "citizen_bare": (12, _citizen),
    "old_citizen": (8, _old_citizen),
    "old_citizen_bare": (3, _old_citizen_bare),
    "phone": (14, _phone),
    "phone_bare": (10, _phone),
    "insurance": (6, _insurance),
    "tax": (6, _tax),
    "account": (8, _account),
    "card_bare": (2, _card_bare),
    "passport": (4, _passport),
    "email": (8, _email),
    "plate": (5, _plate),
    "dossier": (5, _dossier),
    "birth": (4, _birth),
    "address": (5, _address),
}

# -- numbers that must stay as they are ----------------------------------------------------------


def _amount(rng: random.Random) -> str:
    thousand = rng.choice(
        (2, 3, 8, 15, 20, 50, 75, 100, 150, 500, 1200, 2500, 10000, 150000, 1200000, 3500000)
    )
    value = thousand * 1000
    dotted = f"{value:,}".replace(",", ".")
    return rng.choice(
        (
            f"{dotted} đồng",
            f"{dotted}đ",
            f"{dotted} VNĐ",
            f"{value:,} VNĐ",
            f"{dotted} vnd",
            f"{value} đồng",
            f"{value}đ",
            f"{thousand}k",
            f"{thousand} nghìn",
            dotted,
        )
    )


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1990, 2030)
    return rng.choice(
        (
            f"{day:02d}/{month:02d}/{year}",
            f"{day}/{month}/{year}",
            f"{day}-{month}-{year}",
            f"{day:02d}.{month:02d}.{year}",
            f"{day}/{month}",
            f"{month:02d}/{year}",
            f"ngày {day} tháng {month} năm {year}",
        )
    )


def _code(rng: random.Random) -> str:
    code = f"{rng.randint(1, 3)}.{rng.randint(0, 16999):06d}"
    return code + rng.choice(("", "", "", ".H36", ".000.00.00.H26"))


def _time(rng: random.Random) -> str:
    return rng.choice(
        ("7h30", "07:30", "15:00", "16h45", "8 giờ 15", "11h", "13:30-17:00", "07:30 - 11:30")
    )


def innocent(rng: random.Random) -> str:
    """A sentence whose numbers say nothing about a person."""
    sentence = rng.choice(INNOCENT)
    makers: dict[str, Callable[[random.Random], str]] = {
        "{amount}": _amount,
        "{code}": _code,
        "{law}": lambda r: r.choice(LAWS),
        "{date}": _date,
        "{year}": lambda r: str(r.randint(1950, 2030)),
        "{time}": _time,
        "{hotline}": lambda r: r.choice(
            ("113", "114", "115", "1022", "19001009", "1900 1009", "18001096")
        ),
        "{big}": lambda r: r.choice(
            (str(r.randint(30, 900)), f"{r.randint(1, 9)}.{r.randint(100, 999)}")
        ),
        "{n}": lambda r: str(r.randint(1, 99)),
    }
    for name, make in makers.items():
        while name in sentence:
            sentence = sentence.replace(name, make(rng), 1)
    return sentence
