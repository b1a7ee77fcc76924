"""Write `slow.txt` anew: what took over 70 ms, so that `make check` leaves it out.

`python -m tests.slow RUN.xml …` reads runs as `pytest --junitxml` tells them. Of several, the
shortest counts: a busy machine is slow, and so is the first test that opens a page.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

LIST = Path(__file__).with_name("slow.txt")
LONGEST_S = 0.07


def slow_tests() -> frozenset[str]:
    """Read the list: names of tests, wherever they stand."""
    return frozenset(LIST.read_text().split())


def main(runs: Sequence[str]) -> None:
    """Keep the names whose longest case, at its shortest, takes too long."""
    shortest: dict[str, float] = {}
    for run in runs:
        for case in ElementTree.parse(run).iter("testcase"):
            name, took = case.attrib["name"], float(case.attrib["time"])
            shortest[name] = min(took, shortest.get(name, took))
    slow = {name.partition("[")[0] for name, took in shortest.items() if took > LONGEST_S}
    LIST.write_text("".join(f"{name}\n" for name in sorted(slow)))


if __name__ == "__main__":
    main(sys.argv[1:])
