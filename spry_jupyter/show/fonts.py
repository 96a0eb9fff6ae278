"""How wide a text is in the fonts that pictures ask for, without asking a font.

The widths are those of Helvetica, which Arial and Liberation Sans share. The text of a picture is
set to the width that is found here, so that another font does not overflow its box.
"""

from __future__ import annotations

import unicodedata

_WIDTHS = {
    191: "'",
    222: "ijl",
    260: "|",
    278: " !,./:;I[\\]ft",
    333: "()-`r",
    334: "{}",
    355: '"',
    389: "*",
    469: "^",
    500: "Jcksvxyz",
    556: "#$0123456789?L_abdeghnopqu",
    584: "+<=>~",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1015: "@",
}
_OF = {char: width for width, chars in _WIDTHS.items() for char in chars}


def width(text: str, size: float) -> float:
    """Return how wide a line of text is, in the unit of `size`, its font size."""
    return sum([_OF.get(char) or _of_another(char) for char in text]) * size / 1000


def _of_another(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:  # vowel signs have no combining class
        return 0
    return 1000 if unicodedata.east_asian_width(char) in "WF" else 600
