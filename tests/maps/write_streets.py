"""Write a small town as OpenStreetMap data: streets in squares, one of them one way, an island.

Run by the Python that has `osmium`, with the file to write.
"""

import sys
from importlib import import_module

SOUTH, WEST, STEP, SIDE = 49.43, 2.08, 0.002, 6
# A street that no other meets, 16 km to the east.
ISLAND = ((49.43, 2.30), (49.43, 2.302))


def number(row: int, column: int) -> int:
    """Give the id of a crossing."""
    return 100 * row + column + 1


def main(path: str) -> None:
    """Write the town."""
    osmium = import_module("osmium")  # our own Python asks this file where the streets are alone
    made, writer = osmium.osm.mutable, osmium.SimpleWriter(path)
    crossings = {
        number(row, column): (WEST + column * STEP, SOUTH + row * STEP)
        for row in range(SIDE)
        for column in range(SIDE)
    }
    crossings |= {9001 + at: (lon, lat) for at, (lat, lon) in enumerate(ISLAND)}
    for ident, place in crossings.items():
        writer.add_node(made.Node(id=ident, location=place, version=1))
    streets = [[number(at, column) for column in range(SIDE)] for at in range(SIDE)]
    streets += [[number(row, at) for row in range(SIDE)] for at in range(SIDE)]
    streets.append([9001, 9002])
    for at, nodes in enumerate(streets, 1):
        tags = {"highway": "residential", "maxspeed": "30"}
        if at == 1:  # the southernmost leads east alone
            tags["oneway"] = "yes"
        writer.add_way(made.Way(id=at, nodes=nodes, tags=tags, version=1))
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
