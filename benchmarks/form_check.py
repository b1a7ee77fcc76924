"""Forms and submissions without a server: parsed, checked, assessed."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from benchmarks.bench import Bench
from benchmarks.figures import Figure, computed, figure
from benchmarks.long_form import fill_long_form, publish_long_form
from diagnostics.assessment import assess
from diagnostics.form import Form, parse_form
from diagnostics.submission import check
from diagnostics.wellformed import read_submission
from diagnostics.workbook import PublishedForm, publish, read_workbook
from webapp.access.setting_up import FORMS, settle_memory
from webapp.demo.answers import Resident, fill

NOW = datetime(2026, 3, 10, 14, 40, tzinfo=UTC)
ROUNDS, PARSES = 3, 7
RESIDENT = Resident(age=82, alone=True, floor=2, has_lift=False, has_bath=True, built_year=1968)


def measure_checks(bench: Bench) -> Iterator[Figure]:
    """Milliseconds to check a submission, and to parse a form."""
    visit, long = home_visit(), publish_long_form(400, in_repeat=40)
    form, long_form = parse_form(visit.xform), parse_form(long.xform)
    visits = [_visit(form, seed) for seed in range(40)]
    settle_memory()  # as a server does
    yield _checked("home visit", form, visits)
    yield _assessed("home visit", visit, form, visits)
    filled = [fill_long_form(Random(seed), long_form, turns=20) for seed in range(6)]
    yield _checked("400 questions, 40 of them 20 times", long_form, filled)
    acts = [partial(read_submission, _torn(8_000))]
    yield figure("read, 15 MB torn by 8,000 elements", _each(acts), unit="ms")
    yield _parsed("home visit", visit)
    yield _parsed("899 questions", publish_long_form(899, in_repeat=0))
    yield _published("home visit")


def _torn(pieces: int) -> bytes:
    """Write a long text that elements tear into pieces: the worst that a stranger may send."""
    return b"<data id='x'>" + (b"x" * 1_900 + b"<a/>") * pieces + b"</data>"


def home_visit() -> PublishedForm:
    """Publish the home visit that ships."""
    workbook = read_workbook((FORMS / "home_visit.yaml").read_bytes(), suffix=".yaml")
    return publish(workbook)


def _visit(form: Form, seed: int) -> bytes:
    end_at = NOW - timedelta(minutes=5)
    start_at = end_at - timedelta(minutes=70)
    return fill(Random(seed), form, RESIDENT, start_at=start_at, end_at=end_at).xml


def _checked(what: str, form: Form, filled: Sequence[bytes]) -> Figure:
    acts = [partial(check, form, xml, now=NOW) for xml in filled]
    nodes = sum(1 for _ in check(form, filled[0], now=NOW).answers.root.walk())
    size = round(sum(map(len, filled)) / len(filled) / 1000, 1)
    return figure(f"check, {what}", _each(acts), unit="ms", answers=nodes, kB=size)


def _assessed(what: str, visit: PublishedForm, form: Form, filled: Sequence[bytes]) -> Figure:
    checked = [check(form, xml, now=NOW) for xml in filled]
    acts = [partial(assess, form, one, visit.consequences) for one in checked]
    return figure(f"assess, {what}", _each(acts), unit="ms")


def _each(acts: Sequence[Callable[[], object]]) -> list[float]:
    return [sample for act in acts for sample in computed(act, rounds=ROUNDS)]


def _parsed(what: str, published: PublishedForm) -> Figure:
    def parse() -> Form:
        parse_form.cache_clear()
        return parse_form(published.xform)

    binds, size = len(parse().binds), round(len(published.xform) / 1000, 1)
    samples = computed(parse, rounds=PARSES)
    return figure(f"parse, {what}", samples, unit="ms", binds=binds, kB=size)


def _published(what: str) -> Figure:
    return figure(f"convert the workbook, {what}", computed(home_visit, rounds=PARSES), unit="ms")
