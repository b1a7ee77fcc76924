"""What the product promises itself; docs/performance.md says why."""

import re
from dataclasses import dataclass

from benchmarks.figures import Better, Figure


@dataclass(frozen=True)
class Target:
    """A limit for the p95 of every figure whose name the pattern fits, two cores left to us."""

    pattern: str
    limit: float

    def met(self, figure: Figure) -> bool:
        """Tell whether a figure keeps it."""
        if figure.better is Better.MORE:
            return figure.p95 >= self.limit
        return figure.p95 <= self.limit


TARGETS = (
    Target(r"[\d,]+ dwellings: (examine|apply)", 4_000),
    Target(r"[\d,]+ tenants: (examine|apply)", 1_000),
    Target(r"check, home visit", 5),
    Target(r"check, 400 questions", 50),
    Target(r"parse, 899 questions", 300),
    Target(r"paper, ", 1_000),
    Target(r"statements, one that is only stored", 12),
    Target(r"core, (one that is only stored|a visit)", 8),
    Target(r"submissions, \d+ clients?$", 15),
    Target(r"submissions, 1 client: wait", 100),
    Target(r"submissions, 32 clients: wait", 3_000),
    Target(r"map of [\d,]+: view at zoom", 50),
    Target(r"map of [\d,]+: one dwelling anew", 20),
    Target(r"lists of [\d,]+: \w+(?: \w+)* /(support/balance|money)/", 1_000),
    Target(r"(lists|files) of (13|100),000", 150),
    Target(r"(lists|files) of 1,000,000", 300),
    Target(r"orders, ", 150),
    Target(r"desk of [\d,]+ tasks: next", 50),
    Target(r"agenda: week", 150),
    Target(r"agenda: slots", 300),
    Target(r"rounds: a week", 3_000),
    Target(r"rounds: a campaign", 30_000),
    Target(r"works plan: ", 10_000),
    Target(r"falls of", 1_000),
    Target(r"targeting in", 2),
    Target(r"making tasks in", 60),
    Target(r"demo: first load", 60),
    Target(r"(serve|demo): .*first 200", 5),
    Target(r"memory after", 300),
    Target(r"page /", 150),
    Target(r"tablet: shell", 300),
    Target(r"tablet: all", 500),
    Target(r"tablet: start offline", 1_000),
    Target(r"tablet: memory", 20),
    Target(r"tablet: 40 questions, first page", 1_000),
    Target(r"tablet: 400 questions, first page", 2_000),
    Target(r"tablet: \d+ questions, an answer", 50),
)


def target_of(figure: Figure) -> Target | None:
    """Give the target of a figure, if it has one."""
    return next((one for one in TARGETS if re.match(one.pattern, figure.what)), None)
