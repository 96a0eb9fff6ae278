"""The parts of the front end by themselves, in a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spry_jupyter.show.ansi import lines
from spry_jupyter.show.colours import contrast
from spry_jupyter.show.widget import _script

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOAD = """async (script) => {
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    window.spry = await import(url);
}"""

# What a log looks like after its bytes have come in these pieces: lines of [text, is bold].
SHOWN = """(cases) => cases.map((pieces) => {
    const store = { ask: () => {} };
    const log = new window.spry.Log(store, 0);
    let start = 0;
    for (const piece of pieces) {
        const data = new Uint8Array(piece);
        log.take({ start, size: start + data.length }, new DataView(data.buffer));
        start += data.length;
    }
    return Array.from({ length: log.length }, (_, i) =>
        log.line(i).skipped ? "gap" : log.line(i).spans.map(([text, { names }]) => [text, names.includes("bold")]));
})"""

# The log after pieces that come with their own places.
PLACED = """(pieces) => {
    const log = new window.spry.Log({ ask: () => {} }, 0);
    for (const [start, text] of pieces) {
        const data = new TextEncoder().encode(text);
        log.take({ start, size: start + data.length }, new DataView(data.buffer));
    }
    return Array.from({ length: log.length }, (_, i) => log.line(i).skipped ?? log.line(i).text);
}"""


# What comes before arrives, and a search begins in the same moment, before anything is drawn anew.
SEARCHED_AT_ONCE = """async () => {
    const log = new window.spry.Log({ ask: () => {} }, 0);
    const text = Array.from({ length: 2000 }, (_, i) => `line ${i}\\n`).join("");
    const data = new TextEncoder().encode(text);
    const half = text.indexOf("line 1000");
    const take = (start, end) => {
        const part = data.slice(start, end);
        log.take({ start, size: data.length }, new DataView(part.buffer));
    };
    const drawn = () => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
    take(half, data.length);
    const pane = new window.spry.LogPane(log, "t");
    pane.list.node.style.cssText = "height: 200px; overflow: auto; position: relative";
    document.body.append(pane.node);
    await drawn();
    take(0, log.from);
    pane.search.value = "line 500";
    pane.lookFor();
    await drawn();
    return Math.round(pane.list.node.scrollTop / 18);
}"""


# A log is watched, left, and watched again when it has grown by more than is told at once.
WATCHED_AGAIN = """() => {
    const asked = [];
    const log = new window.spry.Log({ ask: (question) => asked.push(question) }, 0);
    const take = (start, text) => {
        const data = new TextEncoder().encode(text);
        log.take({ start, size: start + data.length }, new DataView(data.buffer));
    };
    const leave = log.listen(() => {});
    take(0, "first\\n");
    leave();
    log.listen(() => {});
    take(5000, "half\\nlast\\n");
    log.askEarlier();
    return [log.from, log.line(0).text, asked.at(-1).end];
}"""

# Which tasks are offered where a graph that does not run draws several as one; then one is clicked.
LISTED = """() => {
    const fact = { descr: "", lang: "", body: "x", needs: [], dependents: [], cleans: [], cleaned: [], notes: [] };
    const plan = { tasks: ["a", "b", "c"].map((name) => ({ ...fact, name })), rerun: false };
    const model = { get: (name) => ({ plan, picture: null, state: null })[name], on: () => {}, off: () => {} };
    const view = new window.spry.RunView(new window.spry.Store(model), document.body);
    view.open([1, 2]);
    const links = [...view.side.querySelectorAll(".spry-link")];
    const names = links.map((link) => link.textContent);
    links[1].click();
    return [names, view.side.querySelector("h4").textContent];
}"""

# The log is watched by one page, and another says that it looks no longer.
LEFT = """() => {
    const asked = [];
    const model = { get: () => null, on: () => {}, off: () => {}, send: (question) => asked.push(question.kind) };
    const store = new window.spry.Store(model);
    store.log(0).listen(() => {});
    store.log(1);
    store.take({ kind: "left", task: 0 });
    store.take({ kind: "left", task: 1 });
    return asked;
}"""

# A drag that the browser takes over; then the pointer moves on, after which a click would count.
TAKEN_OVER = """async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"></svg>';
    const store = { live: false, picture: { svg, nodes: [] }, plan: { tasks: [] } };
    const graph = new window.spry.GraphPane(store, () => {});
    document.body.append(graph.node);
    graph.update(null);
    const point = (target, kind, clientX) =>
        target.dispatchEvent(new PointerEvent(kind, { clientX, clientY: 0, button: 0, bubbles: true }));
    point(graph.canvas, "pointerdown", 0);
    point(window, "pointermove", 50);
    const moved = graph.x;
    point(window, "pointercancel", 50);
    await new Promise((then) => setTimeout(then, 1));
    point(window, "pointermove", 300);
    const stood = graph.x === moved && graph.dragged === false;
    point(graph.canvas, "pointerdown", 0);
    graph.close();
    point(window, "pointermove", 300);
    return [moved > 0, stood, graph.x === moved];
}"""

# What is said of earlier output while something is searched for, after some came too fast.
UNSEEN = """() => {
    const log = new window.spry.Log({ ask: () => {} }, 0);
    const take = (start, text) => {
        const data = new TextEncoder().encode(text);
        log.take({ start }, new DataView(data.buffer));
    };
    take(0, "first\\n");
    take(2001, "half\\nlast\\n");
    const pane = new window.spry.LogPane(log, "t");
    pane.search.value = "last";
    pane.lookFor();
    return pane.count.textContent;
}"""

# The colours of the one character that is written after a sequence: [text, ground].
COLOURED = """(sequences) => sequences.map((sequence) => {
    const screen = new window.spry.Screen();
    screen.write(`${sequence}x`);
    const style = screen.line()[0][1];
    return [...window.spry.coloursOf(style), style.names];
})"""


@pytest.fixture
def front_end(page: Page) -> Page:
    """A page with the front end's classes in `window.spry`."""
    page.goto("data:text/html,<meta charset=utf-8>")
    page.evaluate(
        LOAD,
        f"{_script()}\nexport {{ GraphPane, Log, LogPane, RunView, Screen, Store, coloursOf }};",
    )
    return page


def merged(spans: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """The same line with as few spans as can be."""
    found: list[tuple[str, bool]] = []
    for text, bold in spans:
        if found and found[-1][1] == bold:
            found[-1] = (found[-1][0] + text, bold)
        elif text:
            found.append((text, bold))
    return found


SAID = (
    *("a", "é", "b c", "\N{SNOWMAN}", "\n", "\r", "\r\n", "\b", "\t", "\x00", "\x07"),
    *("\x1b[1m", "\x1b[0m", "\x1b[m", "\x1b[31;1m", "\x1b[38;5;200m", "\x1b[22m"),
    *(
        "\x1b[K",
        "\x1b[1K",
        "\x1b[2K",
        "\x1b[2J",
        "\x1b[3A",
        "\x1b[>4;1m",
        "\x1b[4:0m",
        "\x1b[38:2::255:0:0m",
        "\x1b[?25l",
        "\x1bM",
        "\x1b(B",
    ),
    *("\x1b]8;;http://x\x1b\\", "\x1b]0;title\x07", "\x9b1m", "\u202e", "\u200f", "<b>"),
)
WRITTEN = st.lists(st.sampled_from(SAID), max_size=30).map("".join)


@given(st.lists(st.tuples(WRITTEN, st.integers(1, 9)), min_size=1, max_size=50))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_log_in_pieces_looks_as_the_record_shows_it(
    front_end: Page, cases: list[tuple[str, int]]
) -> None:
    pieces = [
        [list(text.encode()[i : i + size]) for i in range(0, len(text.encode()), size)]
        for text, size in cases
    ]
    for (text, _), seen in zip(cases, front_end.evaluate(SHOWN, pieces), strict=True):
        shown = [merged(line) for line in seen]
        meant = [merged([(t, look.bold) for t, look in line]) for line in lines(text)]
        for each in (shown, meant):
            while each and not each[-1]:  # after the last line feed there is no line
                each.pop()
        assert shown == meant, text


def placed(front_end: Page, *pieces: tuple[int, str]) -> list[Any]:
    shown: list[Any] = front_end.evaluate(PLACED, [list(piece) for piece in pieces])
    return shown


def test_pieces_that_come_twice_or_overlap_are_shown_once(front_end: Page) -> None:
    assert placed(front_end, (0, "one\ntw"), (0, "one\ntw"), (4, "two\nthree")) == [
        "one",
        "two",
        "three",
    ]


def test_what_was_left_out_is_said_and_no_half_line_follows_it(front_end: Page) -> None:
    assert placed(front_end, (0, "one\n"), (100, "half\nwhole\n")) == ["one", 101, "whole"]


def test_earlier_parts_join_line_by_line(front_end: Page) -> None:
    whole = "first\nsecond\nthird\nfourth\n"
    end, middle = (16, whole[16:]), (3, whole[3:19])
    assert placed(front_end, end) == ["fourth"]
    assert placed(front_end, end, middle) == ["second", "third", "fourth"]
    assert placed(front_end, end, middle, (0, whole[:6])) == ["first", "second", "third", "fourth"]
    assert placed(front_end, end, (0, whole)) == ["first", "second", "third", "fourth"]
    assert placed(front_end, end, (0, f"{whole}fifth\n"))[::4] == ["first", "fifth"]


def test_a_line_without_end_is_broken_and_nothing_of_it_lost(front_end: Page) -> None:
    text = "".join(chr(97 + i % 26) for i in range(10_000))
    shown = placed(front_end, (0, text[:5000]), (5000, text[5000:]))
    assert "".join(shown) == text
    assert max(map(len, shown)) <= 4000


def test_the_parts_share_no_name() -> None:
    names = re.findall(r"^(?:async )?(?:const|let|class|function) (\w+)", _script(), re.MULTILINE)
    assert len(names) == len(set(names))


def test_a_match_stays_in_sight_when_what_comes_before_has_just_arrived(front_end: Page) -> None:
    first = front_end.evaluate(SEARCHED_AT_ONCE)
    assert 480 < first <= 500


def test_of_a_long_line_that_ends_with_a_part_nothing_is_lost(front_end: Page) -> None:
    assert placed(front_end, (20, "last\n"), (10, "aaaaaaaaa\n")) == ["aaaaaaaaa", "last"]


def test_what_came_while_nobody_looked_can_be_fetched(front_end: Page) -> None:
    assert front_end.evaluate(WATCHED_AGAIN) == [5005, "last", 5005]


def rgb(said: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", said)))


@pytest.mark.parametrize(
    "codes", ["37;41", "30;40", "97;107", "48;2;255;255;255", "48;5;16", "7", "31;7", "41", "32;42"]
)
def test_a_text_on_a_ground_can_be_read_in_every_theme(front_end: Page, codes: str) -> None:
    ((colour, ground, _),) = front_end.evaluate(COLOURED, [f"\x1b[{codes}m"])
    assert contrast(rgb(colour), rgb(ground)) >= 3  # type: ignore[arg-type]


def test_colons_hold_together_what_belongs_to_one_code(front_end: Page) -> None:
    said = [
        "38:2::255:0:0;48:5:16",
        "48:2:1:2:3",
        "4:3",
        "1m\x1b[4:0",
        "4m\x1b[4:0;1",
        "1m\x1b[>4;0",
    ]
    seen = front_end.evaluate(COLOURED, [f"\x1b[{codes}m" for codes in said])
    assert seen[0] == ["rgb(255,0,0)", "rgb(0,0,0)", ""]
    assert rgb(seen[1][1]) == (1, 2, 3)
    assert [names for *_, names in seen[2:]] == ["underline", "bold", "bold", "bold"]


def test_of_a_graph_that_does_not_run_a_stage_is_a_list_of_its_tasks(front_end: Page) -> None:
    assert front_end.evaluate(LISTED) == [["b", "c"], "c"]


def test_a_log_is_watched_on_when_another_page_leaves_it(front_end: Page) -> None:
    assert front_end.evaluate(LEFT) == ["watch", "watch"]


def test_a_drag_ends_however_it_ends(front_end: Page) -> None:
    assert front_end.evaluate(TAKEN_OVER) == [True, True, True]


def test_a_search_says_what_it_has_not_seen_in_the_middle_of_a_log(front_end: Page) -> None:
    assert front_end.evaluate(UNSEEN) == "1 of 1 · 2.0 kB not searched"
