"""The picture at the head of papers."""

import base64

import typst

_LOOK = b'#image(bytes(json(bytes(sys.inputs.data))), format: "png")'


def is_picture(data: bytes) -> bool:
    """Tell whether a PNG can be drawn, to its last dot."""
    try:
        typst.compile(_LOOK, format="svg", sys_inputs={"data": str(list(data))})
    except typst.TypstError:
        return False
    return True


def drawn(data: bytes) -> str:
    """Write a PNG as the SVG that a paper takes in."""
    wide, high = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    said = base64.b64encode(data).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}">'
        f'<image width="{wide}" height="{high}" href="data:image/png;base64,{said}"/></svg>'
    )
