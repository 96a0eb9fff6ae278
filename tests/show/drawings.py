"""Strict readers of the drawings: from characters back to edges, by the written rules alone.

They share nothing with the code that draws, and complain about every stroke that is not accounted
for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.cells import cell_len

Place = tuple[int, int]
N, S, W, E = (-1, 0), (1, 0), (0, -1), (0, 1)
ARMS = {
    "─": {W, E},
    "│": {N, S},
    "┌": {S, E},
    "┐": {S, W},
    "└": {N, E},
    "┘": {N, W},
    "├": {N, S, E},
    "┤": {N, S, W},
    "┬": {S, W, E},
    "┴": {N, W, E},
    "┼": {N, S, W, E},
}
HEADS = {"→": E, "↓": S, "↑": N}


def opposite(arm: Place) -> Place:
    return (-arm[0], -arm[1])


@dataclass
class Layered:
    """Reads a drawing in layers."""

    text: str
    grid: dict[Place, str] = field(default_factory=dict)
    starts: dict[Place, str] = field(default_factory=dict)
    ends: dict[Place, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row, line in enumerate(self.text.split("\n")):
            assert line == line.rstrip(), "spaces at the end of a line"
            column, name, begun = 0, "", 0
            for char in [*line, " "]:
                if char in ARMS or char in HEADS or char == " ":
                    if name:
                        self.starts[row, begun] = name
                        self.ends[row, column - 1] = name
                    name = ""
                    if char != " ":
                        self.grid[row, column] = char
                else:
                    if not name:
                        begun = column
                    name += char
                column += cell_len(char)

    def names(self) -> list[str]:
        return sorted(self.starts.values())

    def edges(self) -> list[tuple[str, str]]:
        """Read the edges; an assertion fails where a stroke breaks the rules."""
        strokes: dict[Place, set[Place]] = {}
        into: dict[Place, set[Place]] = {}
        sources: dict[Place, str] = {}
        sinks: dict[Place, str] = {}
        for place, char in self.grid.items():
            if char in HEADS:
                continue
            for arm in ARMS[char]:
                other = self.follow(place, arm)
                if isinstance(other, str):
                    assert arm == W
                    sources[place] = other
                else:
                    strokes.setdefault(place, set()).add(other)
        for place, char in self.grid.items():
            if char not in HEADS:
                continue
            ahead = HEADS[char]
            tail = self.follow(place, opposite(ahead))
            assert not isinstance(tail, str), "a head without a line"
            assert self.grid[tail] not in HEADS
            target = (place[0] + ahead[0], place[1] + ahead[1])
            if target in self.grid:
                assert opposite(ahead) in ARMS[self.grid[target]], "a head that points at no line"
                into.setdefault(tail, set()).add(target)
            else:
                assert char == "→"
                sinks[tail] = self.starts[place[0], place[1] + 2]
        return self.flows(strokes, into, sources, sinks)

    def follow(self, place: Place, arm: Place) -> Place | str:
        """Go along an arm to the character it meets, or to the name on the left of a line."""
        at = (place[0] + arm[0], place[1] + arm[1])
        crossed = False
        while arm in (W, E) and self.grid.get(at) == "│":
            at = (at[0] + arm[0], at[1] + arm[1])
            crossed = True
        if at not in self.grid:
            assert arm == W, f"a loose end at {place}"
            assert not crossed
            assert place not in self.ends
            return self.ends[at[0], at[1] - 1]
        char = self.grid[at]
        if char in HEADS:
            assert arm == HEADS[char] or opposite(arm) == HEADS[char], "a head across a line"
            return at
        assert opposite(arm) in ARMS[char], f"arms do not meet at {place}"
        return at

    def flows(
        self,
        strokes: dict[Place, set[Place]],
        into: dict[Place, set[Place]],
        sources: dict[Place, str],
        sinks: dict[Place, str],
    ) -> list[tuple[str, str]]:
        """Find what each name on the left leads to; heads themselves conduct nothing."""
        found = []
        for start, source in sources.items():
            seen, todo = {start}, [start]
            while todo:
                place = todo.pop()
                lines = {at for at in strokes.get(place, ()) if self.grid[at] not in HEADS}
                for at in (lines | into.get(place, set())) - seen:
                    seen.add(at)
                    todo.append(at)
            found += [(source, sinks[place]) for place in seen if place in sinks]
        return sorted(found)


def read_layers(text: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Read names and edges, sorted; an edge that is drawn twice counts once."""
    drawing = Layered(text)
    return drawing.names(), sorted(set(drawing.edges()))


def read_lanes(text: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Read names and edges of a drawing with one line a task, sorted."""
    names, edges = [], []
    owners: dict[int, str] = {}
    for line in text.split("\n"):
        picture, _, name = line.rpartition("  ")
        if not picture:
            name, _, deps = line.partition(" ← ")
            assert " " not in name
            edges += [(dep, name) for dep in deps.split(", ") if dep]
        else:
            edges += [(dep, name) for dep in _row(picture.rstrip(), name, owners)]
        names.append(name)
    assert not owners, "a lane that nobody ends"
    return sorted(names), sorted(edges)


def _row(picture: str, name: str, owners: dict[int, str]) -> list[str]:
    """Read one task's deps, and keep the book of whose lane runs where."""
    own = [at for at, char in enumerate(picture) if char in "●○"]
    assert len(own) == 1, "one task a line"
    here = own[0]
    deps = [owners.pop(here)] if here in owners else []
    reach = {here}
    for step in (1, -1):
        at = here + step
        while 0 <= at < len(picture) and picture[at] != " ":
            char = picture[at]
            if char in "─│":
                assert (char == "│") == (at in owners)
            else:
                arms = ARMS[char]
                assert (0, -step) in arms, "an arm to the task"
                assert N in arms, "lanes come from above"
                deps.append(owners[at])
                if S not in arms:
                    del owners[at]
            reach.add(at)
            at += step
            if char not in "─│" and (0, step) not in arms:
                break
        else:
            assert at - step == here, "a line that leads to no lane"
    for at in set(range(len(picture))) - reach:
        assert picture[at] == ("│" if at in owners else " ")
    assert all(at < len(picture) for at in owners), "every lane goes on"
    if picture[here] == "●":
        owners[here] = name
    return deps
