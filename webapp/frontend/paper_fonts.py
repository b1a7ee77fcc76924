"""Write the type of the screens as the papers need it: fixed weights, unpacked.

Run by `make` once the frontend is built. What typesets papers takes neither WOFF2 nor a weight that
varies. Each file has a name of its own, so that the letters beyond Latin-1 are asked for by name.
"""

from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).parent
FILES = HERE / "node_modules/@fontsource-variable/atkinson-hyperlegible-next/files"
PAPERS = HERE.parent / "static" / "build" / "papers"
WEIGHTS = {"Regular": 400, "Bold": 700}
FAMILIES = {
    "latin": "Atkinson Hyperlegible Next",
    "latin-ext": "Atkinson Hyperlegible Next Extended",
}
# Where a font keeps its family, the name of the whole, and the name for printers.
FAMILY, WHOLE, PRINTED = 1, 4, 6


def write(letters: str, family: str, *, weight: str) -> None:
    """Write one weight of some letters."""
    source = FILES / f"atkinson-hyperlegible-next-{letters}-wght-normal.woff2"
    font = TTFont(source, recalcTimestamp=False)
    font = instantiateVariableFont(font, {"wght": WEIGHTS[weight]}, updateFontNames=True)
    name = font["name"]
    for at, said in {
        FAMILY: family,
        WHOLE: f"{family} {weight}",
        PRINTED: f"{family.replace(' ', '')}-{weight}",
    }.items():
        name.setName(said, at, 3, 1, 0x409)
    font.flavor = None
    font.save(PAPERS / f"{letters}-{weight.lower()}.ttf")


def main() -> None:
    """Write all of them."""
    PAPERS.mkdir(parents=True, exist_ok=True)
    for letters, family in FAMILIES.items():
        for weight in WEIGHTS:
            write(letters, family, weight=weight)


if __name__ == "__main__":
    main()
