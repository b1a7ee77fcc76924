"""The process that works rounds out: VROOM's problem in JSON comes in, its solution goes out.

It stands alone, so that one that is stopped or dies takes nothing with it: it knows numbers only,
no name, no place, no database. Run as `python -m visits.rounds.engine`.
"""

import json
import os
import sys

import vroom

# Of VROOM's levels the quickest, which plans rounds of three to five stops as well as the others.
LEVEL = 0
BEHIND = 10


def main() -> None:
    """Read a problem from standard input and write its solution."""
    os.nice(BEHIND)  # pages come first
    problem = vroom.Input.from_json("/dev/stdin")
    json.dump(problem.solve(exploration_level=LEVEL, nb_threads=1).to_dict(), sys.stdout)


if __name__ == "__main__":
    main()
