"""Read one cell of a landlord's file: a value, or `BadValue` with the code of what is wrong."""

import re
from datetime import date, timedelta
from functools import lru_cache

from visits.ground.deadlines import age_on
from visits.ground.folding import fold

YOUNGEST = 18
OLDEST = 115
# Day 1 of the 1900 date system is 1 January 1900; Excel counts a 29 February 1900 that never was.
EXCEL_EPOCH = date(1899, 12, 30)
# From 1910 on, so that a bare year is no serial number.
EXCEL_DAYS = range(4_000, 80_000)

_SPACES = re.compile(r"\s+")
# Zero-width signs, marks of direction, soft hyphens; the hyphens that look like one are one.
_UNSEEN = dict.fromkeys(
    [0xAD, 0xFEFF, 0x2060, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
) | {0x2010: "-", 0x2011: "-", 0x2212: "-"}
_MARKED = re.compile(r"^'(?=[=+\-@\d])")
_FORMULA = re.compile(r'^="(.*)"$', re.DOTALL)
_ERROR = re.compile(
    r"(?i)#+|#(n/a|ref|valeur|value|nom|name|nul|null|div/0|nombre|num|calc|spill|épars|propagation"
    r"|champ|field|connexion|connect|bloqu[ée]|blocked|inconnu|unknown|err:?\d*)[!?]*"
    r"|err:\d+|null|\(null\)"
)
_SCIENTIFIC = re.compile(r"[+-]?\d([.,]\d+[eE]\+?|[eE]\+)\d{1,3}")
# What software writes where there is no date.
_NO_DAY = (
    r"0?0[/.\- ]0?0[/.\- ]0+|0000-00-00|0?1[/.\- ]0?1[/.\- ](1900|0001|1753)"
    r"|29[/.\- ]0?2[/.\- ]1900|(1900|0001|1753)-01-01"
)
_UNKNOWN_DAY = re.compile(
    rf"(?i){_NO_DAY}|n\.?[crd]\.?|n/?a"
    r"|[-–—?./]+|x{2,}([/.\- ]x{2,})*|0"
    r"|non (communiqu|renseign|connu)\w*|inconnue?|unknown|sans objet"
)
_YEAR_ALONE = re.compile(
    r"(0?0[/.\- ]){0,2}((0?[1-9]|1[0-2])[/.\- ])?(18|19|20)\d{2}|(19|20)\d{2}-00-00"
)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})")
_TIME = re.compile(r"[ T]\d{1,2}[:h]\d{2}(:\d{2}(\.\d+)?)?Z?$")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_FLOOR = re.compile(
    r"(?:ETAGE |ETG |NIVEAU |N|R ?)?(-?\d{1,2}) ?(?:ERE?|EMES?|ND|ND?E|E)?(?: ETAGE| ETG)?"
)

_TRUE = frozenset({"oui", "o", "1", "x", "vrai", "true", "yes", "y", "avec"})
_FALSE = frozenset({"non", "n", "0", "faux", "false", "no", "sans"})
_GROUND = frozenset({"RDC", "RC", "R", "REZ", "REZ DE CHAUSSEE", "REZ-DE-CHAUSSEE", "RCH", "RDCH"})
_BELOW = frozenset({"SS", "SOUS SOL", "SOUS-SOL", "S/SOL"})


class BadValue(Exception):
    """A cell that cannot be read; `code` names why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class UnknownDate(BadValue):
    """A cell that says the day is not known: no fault of its line."""


def clean(text: str) -> str:
    """Trim a cell: spaces of all kinds, signs nobody sees, `="L0457"` and `'=` of spreadsheets."""
    if not text.isascii():
        text = text.translate(_UNSEEN)
    text = _MARKED.sub("", text.strip())
    formula = _FORMULA.match(text)
    text = _SPACES.sub(" ", formula[1] if formula else text).strip()
    return text.strip('"').strip() if text.count('"') == 1 else text


def is_no_value(text: str) -> str | None:
    """Name what stands in a cell instead of a value: an error of a spreadsheet, a cut number."""
    if _ERROR.fullmatch(text):
        return "spreadsheet_error"
    return "scientific_number" if _SCIENTIFIC.fullmatch(text) else None


def read_date(text: str, *, today: date) -> date:
    """Read a day: 24/11/1948, 7/3/56, 1948-11-24 or an Excel serial number.

    A year of two digits is the latest one that is not to come.
    """
    text = _TIME.sub("", text)
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_FIRST.fullmatch(text):
        return _day(_full_year(match[3], today.year), int(match[2]), int(match[1]))
    if text.isdecimal() and int(text) in EXCEL_DAYS:
        return EXCEL_EPOCH + timedelta(days=int(text))
    raise BadValue("bad_date")


def read_birth_date(text: str, *, today: date) -> date | int:
    """Read the birth date of somebody of 18 to 115 years of age; of a year alone, the year.

    Raises UnknownDate for what people write where they do not know it.
    """
    if is_no_value(text) or _UNKNOWN_DAY.fullmatch(_TIME.sub("", text)):
        raise UnknownDate("unknown_birth_date")
    if _YEAR_ALONE.fullmatch(text):
        return _birth_year(text, today)
    born = read_date(text, today=today)
    if has_short_year(text) and age_on(today, born=born) < YOUNGEST:
        born = _day(born.year - 100, born.month, born.day)
    if born > today:
        raise BadValue("date_to_come")
    if not YOUNGEST <= age_on(today, born=born) <= OLDEST:
        raise BadValue("implausible_age")
    return born


def _birth_year(text: str, today: date) -> int:
    year = int(re.findall(r"\d{4}", text)[0])
    if not YOUNGEST <= today.year - year <= OLDEST + 1:
        raise UnknownDate("unknown_birth_date")
    return year


def read_past_date(text: str, *, today: date) -> date:
    """Read a day of the last 120 years, today included."""
    day = read_date(text, today=today)
    if day > today:
        raise BadValue("date_to_come")
    if day.year < today.year - 120:
        raise BadValue("date_too_old")
    return day


def read_end_date(text: str, *, today: date) -> date:
    """Read the day on which somebody left or is to leave.

    Raises UnknownDate for what software writes where there is none.
    """
    if re.fullmatch(_NO_DAY, _TIME.sub("", text)):
        raise UnknownDate("no_such_date")
    return read_date(text, today=today)


def read_start_date(text: str, *, today: date) -> date:
    """Read the day a lease began in the last 120 years, or is to begin in the next two.

    Raises UnknownDate for what software writes where there is none.
    """
    day = read_end_date(text, today=today)
    if day <= today:
        return read_past_date(text, today=today)
    if day.year > today.year + 2:
        raise BadValue("date_to_come")
    return day


def has_short_year(text: str) -> bool:
    """Say whether a date was written with two digits for its year."""
    match = _DAY_FIRST.fullmatch(text)
    return bool(match) and len(match[3]) == 2 if match else False


def read_number(text: str) -> float:
    """Read 68,7 or 1 234,50 or 1.234,50 or 578,78 € or 74 m²."""
    number = re.sub(r"(?i)\s|€|eur(os)?|m²|m2|'", "", text)
    if "," in number:
        comma_last = number.rfind(",") > number.rfind(".")
        number = (
            number.replace(".", "").replace(",", ".") if comma_last else number.replace(",", "")
        )
    if not _NUMBER.fullmatch(number) or len(number) > 15:
        raise BadValue("bad_number")
    return float(number)


def read_amount(text: str) -> float:
    """Read a surface or a rent: 0 to 100,000."""
    number = read_number(text)
    if not 0 <= number <= 100_000:
        raise BadValue("out_of_range")
    return round(number, 2)


def read_euros(text: str) -> int:
    """Read what is owed, in whole euros: 0 to 100,000."""
    return round(read_amount(text))


def read_metres(text: str) -> int:
    """Read a distance in metres, or in kilometres where it says so: 0 to 100,000 m."""
    found = re.fullmatch(r"(?i)(.*?)\s*(km|m)?", text.strip())
    assert found is not None  # every text fits
    factor = 1_000 if (found[2] or "").lower() == "km" else 1
    return round(_within(read_number(found[1]) * factor))


def _within(number: float) -> float:
    if not 0 <= number <= 100_000:
        raise BadValue("out_of_range")
    return number


def read_count(text: str) -> int:
    """Read a small count such as rooms: 0 to 200; T3 is 3."""
    number = read_number(re.sub(r"^[TtFf](?=\d)", "", text))
    if number != int(number):
        raise BadValue("bad_number")
    if not 0 <= number <= 200:
        raise BadValue("out_of_range")
    return int(number)


def read_year(text: str, *, today: date) -> int:
    """Read a year of construction, from 1200 on; a full date gives its year."""
    year = int(text) if re.fullmatch(r"\d{4}", text) else read_date(text, today=today).year
    if not 1200 <= year <= today.year + 5:
        raise BadValue("out_of_range")
    return year


@lru_cache(maxsize=1_024)
def read_floor(text: str) -> int:
    """Read a floor: 0, RDC and RC are the ground floor, 3e and 3EME the third, SS is -1."""
    word = fold(text).upper() if not text.startswith("-") else text.upper()
    if word in _GROUND:
        return 0
    if word in _BELOW:
        return -1
    match = _FLOOR.fullmatch(word)
    if not match:
        raise BadValue("bad_floor")
    if not -5 <= int(match[1]) <= 60:
        raise BadValue("out_of_range")
    return int(match[1])


def read_boolean(text: str) -> bool:
    """Read oui, non, O, N, 1, 0, x, vrai, faux."""
    word = fold(text)
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise BadValue("bad_boolean")


def read_bath(text: str) -> bool:
    """Read whether there is a bath: B or baignoire, D or douche, or yes and no."""
    word = fold(text)
    if word in ("b", "baignoire", "bain", "bath"):
        return True
    if word in ("d", "douche", "shower"):
        return False
    return read_boolean(text)


def read_postcode(text: str) -> str:
    """Read a French postcode; spreadsheets eat the leading zero."""
    digits = text.replace(" ", "").removesuffix(".0")
    if not re.fullmatch(r"\d{4,5}", digits) or digits.zfill(5)[:2] in ("00", "99"):
        raise BadValue("bad_postcode")
    return digits.zfill(5)


def read_insee(text: str) -> str:
    """Read an INSEE code of a commune, Corsica included."""
    code = text.replace(" ", "").removesuffix(".0").upper()
    code = code.zfill(5) if len(code) == 4 else code
    if not re.fullmatch(r"(\d{2}|2[AB])\d{3}", code):
        raise BadValue("bad_insee")
    return code


def read_latitude(text: str) -> float:
    """Read a latitude in degrees."""
    return _degrees(text, limit=90)


def read_longitude(text: str) -> float:
    """Read a longitude in degrees."""
    return _degrees(text, limit=180)


def read_energy_label(text: str) -> str | None:
    """Read an energy label A to G; a dwelling without one has an N or a dash."""
    label = fold(text).upper()
    if label in ("", "N", "NC", "NR", "NON COMMUNIQUE", "VIERGE", "VI"):
        return None
    if not re.fullmatch("[A-G]", label):
        raise BadValue("bad_energy_label")
    return label


def read_phone(text: str) -> str:
    """Read a phone number into E.164; without a country it is French."""
    digits = re.sub(r"[\s.\-/()]", "", text).replace("+330", "+33")
    digits = re.sub(r"^00", "+", digits)
    if re.fullmatch(r"[1-9]\d{8}", digits):
        digits = "0" + digits
    if re.fullmatch(r"0[1-9]\d{8}", digits):
        return "+33" + digits[1:]
    french = digits.startswith("+33")
    if not re.fullmatch(r"\+33[1-9]\d{8}" if french else r"\+[1-9]\d{7,14}", digits):
        raise BadValue("bad_phone")
    return digits


def read_reference(text: str) -> str:
    """Read a reference of the landlord: up to 40 characters, no whole-number `.0`."""
    if len(text) > 40:
        raise BadValue("too_long")
    if not fold(text):
        raise BadValue("bad_reference")
    return text.removesuffix(".0")


def read_priority_district(text: str) -> str | None:
    """Read the code of a priority district (QPV); a plain yes is kept as `yes`, a no as none."""
    word = fold(text)
    if word in _FALSE or not word:
        return None
    if word in _TRUE:
        return "yes"
    if len(text) > 20:
        raise BadValue("too_long")
    return text


def short_text(text: str, *, limit: int) -> str:
    """Keep a text of up to `limit` characters."""
    if len(text) > limit:
        raise BadValue("too_long")
    return text


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise BadValue("no_such_day") from None


def _full_year(digits: str, this_year: int) -> int:
    if len(digits) == 4:
        return int(digits)
    year = this_year - this_year % 100 + int(digits)
    return year if year <= this_year else year - 100


def _degrees(text: str, *, limit: int) -> float:
    number = read_number(text)
    if not -limit <= number <= limit:
        raise BadValue("out_of_range")
    return number
