"""The process that chooses works: costs and gains in JSON come in, which to take goes out.

It stands alone, so that one that dies takes nothing with it: it knows numbers only, no name, no
place, no database. Run as `python -m visits.works_plan.engine`.
"""

import json
import os
import sys
from typing import Any

import highspy

# Gains are whole: a gap below one proves the best.
GAP = 0.99
EXACT = 1e-9


def main() -> None:
    """Read a problem from standard input and write which works to take."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as answer:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # HiGHS says who it is where it likes
        json.dump(choose(json.load(sys.stdin)), answer)


def choose(said: dict[str, Any]) -> dict[str, Any]:
    """Take works within a budget so that the weights of the groups that they serve sum highest.

    `said` is `{budget, seconds, costs: [cents], must: [work], groups}`, each group `{weight, needs:
    [[work]]}`; a work is its place in `costs`, and a group is served once of each need one work is
    taken. Gives `{taken: [work], proven}`.
    """
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (
        ("output_flag", False), ("threads", 1), ("time_limit", float(said["seconds"])),
        ("mip_rel_gap", 0.0), ("mip_abs_gap", GAP), ("mip_feasibility_tolerance", EXACT),
    ):  # fmt: skip
        highs.setOptionValue(name, value)
    costs, alone, groups = said["costs"], [0] * len(said["costs"]), []
    for group in said["groups"]:
        if [len(need) for need in group["needs"]] == [1]:
            alone[group["needs"][0][0]] += group["weight"]
        else:
            groups.append(group)
    works = [highs.addBinary(obj=float(gain)) for gain in alone]
    for work in said["must"]:
        highs.changeColBounds(works[work].index, 1, 1)
    highs.addRow(
        -highspy.kHighsInf, said["budget"] / 100, len(works),
        [work.index for work in works], [cost / 100 for cost in costs],
    )  # fmt: skip
    for group in groups:
        served = highs.addVariable(0, 1, obj=float(group["weight"]))
        for need in group["needs"]:
            row = [served.index, *(works[work].index for work in need)]
            highs.addRow(-highspy.kHighsInf, 0, len(row), row, [1.0] + [-1.0] * (len(row) - 1))
    highs.maximize()
    values = highs.getSolution().col_value
    taken = [at for at, work in enumerate(works) if values[work.index] > 0.5]
    proven = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return {"taken": taken, "proven": proven}


if __name__ == "__main__":
    main()
