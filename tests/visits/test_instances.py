"""Public instances of rounds with time windows, solved by the engine that rounds are made with."""

from pathlib import Path

import pytest

from benchmarks.instances import solve_instance

# Two to the east, two to the west, a capacity for two; who is the farthest wants to be the first.
TOWN = """T4

VEHICLE
NUMBER     CAPACITY
  3           20

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0      0         0          0          0        500          0
    1     10         0         10          0        500         10
    2     20         0         10          0         25         10
    3    -10         0         10          0        500         10
    4    -20         0         10          0         25         10
"""

pytestmark = pytest.mark.one_database


def test_an_instance_is_solved_and_held_against_the_best_that_is_known(tmp_path: Path) -> None:
    town = tmp_path / "T4.txt"
    town.write_text(TOWN)
    (tmp_path / "T4.sol").write_text("Route #1: 2 1\nRoute #2: 4 3\nCost 80\n")
    solved = solve_instance(town)
    assert (solved.customers, solved.routes, solved.length) == (4, 2, 800)
    assert solved.gap == "+0.0%"
    town.write_text(TOWN.replace("  3           20", "  1           20"))
    with pytest.raises(ValueError, match="not every customer"):
        solve_instance(town)
