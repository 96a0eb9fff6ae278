"""What a task wrote becomes text and colours, and nothing that acts."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spry_jupyter.show.ansi import plain_text, to_html
from spry_jupyter.show.colours import (
    Colour,
    contrast,
    declared,
    hexadecimal,
    numbered,
    on_any_ground,
    on_ground,
)

WHITE, DARK = (255, 255, 255), (17, 17, 17)
STRIPE, DARK_STRIPE = (245, 245, 245), (33, 33, 33)  # of JupyterLab's tables
INK = (33, 33, 33)  # of text on its light pages; on its dark ones that is white
STYLE = re.compile(
    r"((color|background-color):#[0-9a-f]{6}|font-weight:bold|font-style:italic|opacity:0\.75"
    r"|color:color-mix\(in srgb,#[0-9a-f]{6} \d+%,currentcolor\)"
    r"|text-decoration:(underline|line-through|underline line-through))"
)


class Reader(HTMLParser):
    """Reads what `to_html` writes and complains about all but text and styled spans."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.open = 0
        self.feed(html)
        self.close()
        assert self.open == 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "span"
        ((name, style),) = attrs
        assert name == "style"
        assert all(STYLE.fullmatch(part) for part in (style or "").split(";"))
        self.open += 1

    def handle_endtag(self, tag: str) -> None:
        assert tag == "span"
        self.open -= 1

    def handle_data(self, data: str) -> None:
        self.text += data

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    handle_comment = handle_decl = handle_pi = unknown_decl


printable = st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn"))
sgr = st.lists(st.integers(0, 110) | st.sampled_from(["38;5;200", "48;2;1;2;3", "38:2::9:8:7", ""]))
sequences = st.one_of(
    st.sampled_from(
        ["\r", "\b", "\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[0m", "\x1b[31m", "\r\n", "\n"]
    ),
    sgr.map(lambda codes: f"\x1b[{';'.join(map(str, codes))}m"),
    st.sampled_from(
        ["\x1b[2J", "\x1b[10;5H", "\x1b[?25l", "\x1b]0;title\x07", "\x1b(B", "\x1b=", "\x07"]
    ),
)


@given(st.binary() | st.text())
def test_whatever_it_was_it_becomes_text_and_styled_spans(output: bytes | str) -> None:
    assert Reader(to_html(output)).text == plain_text(output)
    assert not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", plain_text(output)
    )


@given(
    st.lists(st.text(printable) | st.sampled_from(["<b>", "&amp;", "]]>", '"', "\x1b"]) | sequences)
)
def test_markup_in_it_is_text(parts: list[str]) -> None:
    assert Reader(to_html("".join(parts))).text == plain_text("".join(parts))


@given(st.text(printable | st.sampled_from("\n\t")))
def test_text_without_control_sequences_stays_as_it_is(text: str) -> None:
    assert plain_text(text) == text
    assert plain_text(text.encode()) == text


@given(st.lists(st.text(printable) | sgr.map(lambda codes: f"\x1b[{';'.join(map(str, codes))}m")))
def test_colours_cost_no_character(parts: list[str]) -> None:
    text = "".join(part for part in parts if not part.startswith("\x1b"))
    assert plain_text("".join(parts)) == text


@given(
    st.lists(
        st.text(st.sampled_from("abcxyz %#[]"), min_size=1, max_size=8)
        | st.sampled_from(["\r", "\b", "\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[31m", "\x1b[0m"])
    )
)
def test_a_line_is_overwritten_as_on_a_terminal(parts: list[str]) -> None:
    output = "".join(parts)
    screen = pyte.Screen(columns=len(output) + 2, lines=1)
    pyte.Stream(screen).feed(output)
    assert plain_text(output).rstrip() == screen.display[0].rstrip()


def test_a_progress_bar_is_its_last_state() -> None:
    bar = "".join(f"\r{percent:3d}% {'#' * (percent // 10)}" for percent in range(101))
    assert plain_text(bar + "\ndone\n") == "100% ##########\ndone\n"


def test_of_a_link_the_text_stays() -> None:
    link = "see \x1b]8;;javascript:alert(1)\x1b\\here\x1b]8;;\x1b\\ or \x1b]8;;http://x\x07there\x1b]8;;\x07"
    assert to_html(link) == "see here or there"


def test_a_look_lasts_over_lines_until_it_is_taken_back() -> None:
    assert to_html("\x1b[1ma\nb\x1b[22mc") == (
        '<span style="font-weight:bold">a</span>\n<span style="font-weight:bold">b</span>c'
    )


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        ("38;2;255;0;0", "color:#f40000"),
        ("3;4;9", "font-style:italic;text-decoration:underline line-through"),
        ("41;37", "color:#ffffff;background-color:#cd3131"),
        ("7", "color:#000000;background-color:#767676"),
        ("2", "opacity:0.75"),
    ],
)
def test_a_look_is_said_in_declarations_of_its_own(codes: str, style: str) -> None:
    assert style in to_html(f"\x1b[{codes}mx")


@pytest.mark.parametrize("codes", ["37", "97", "30", "38;5;15", "38;5;999", "38;2;1;2", "5", "x"])
def test_what_means_the_terminals_own_colour_or_nothing_is_the_pages_own(codes: str) -> None:
    assert to_html(f"\x1b[{codes}mx").endswith("x")


byte = st.integers(0, 255)


def mixed(style: str, ink: Colour) -> Colour:
    """What a browser makes of `color-mix` where text is of the colour `ink`."""
    found = re.search(r"color-mix\(in srgb,(#\w{6}) (\d+)%,currentcolor\)", style)
    assert found is not None
    share = int(found[2]) / 100
    colour = (int(found[1][i : i + 2], 16) for i in (1, 3, 5))
    red, green, blue = (
        round(share * one + (1 - share) * other) for one, other in zip(colour, ink, strict=True)
    )
    return red, green, blue


@given(st.tuples(byte, byte, byte))
def test_a_coloured_text_can_be_read_on_white_and_on_the_dark_theme(
    colour: tuple[int, int, int],
) -> None:
    shown = on_any_ground(colour)
    assert contrast(shown, WHITE) > 4.2
    assert contrast(shown, DARK) > 4.1
    for ground, ink in ((WHITE, INK), (STRIPE, INK), (DARK, WHITE), (DARK_STRIPE, WHITE)):
        assert contrast(mixed(declared(colour), ink), ground) >= 4.5
    assert declared(colour).startswith(f"color:{hexadecimal(shown)};")  # where a mix is dropped


@given(st.tuples(byte, byte, byte), st.tuples(byte, byte, byte))
def test_a_text_on_a_ground_of_its_own_can_be_read(
    colour: tuple[int, int, int], ground: tuple[int, int, int]
) -> None:
    assert contrast(on_ground(colour, ground), ground) >= 3.0
    assert contrast(on_ground(None, ground), ground) >= 4.5


def test_the_256_colours_are_those_of_xterm() -> None:
    assert (numbered(16), numbered(196), numbered(231)) == ((0, 0, 0), (255, 0, 0), WHITE)
    assert (numbered(232), numbered(255)) == ((8, 8, 8), (238, 238, 238))


def test_a_sequence_with_a_private_mark_says_nothing_of_looks() -> None:
    assert to_html("\x1b[1ma\x1b[>0mb\x1b[?4mc") == '<span style="font-weight:bold">abc</span>'
