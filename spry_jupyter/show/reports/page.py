"""A run as a page of its own, which needs nothing but itself."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from spry_jupyter.show.lines import summary
from spry_jupyter.show.record import record

if TYPE_CHECKING:
    from spry_jupyter.show.reports.facts import RunFacts

# Whatever a task has written, nothing runs here and nothing is loaded.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """\
:root { color-scheme: light dark }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; background: #fff; color: #1f2328;
       font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif }
h1 { font-size: 1.4rem; margin: 0 0 .2rem; overflow-wrap: anywhere }
small { opacity: .72 }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { border-bottom: 1px solid #8884 }
img { height: auto }
pre { font: 13px/1.45 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
summary { cursor: pointer; padding: .2rem 0 }
@media (prefers-color-scheme: dark) { body { background: #111; color: #e6e6e6 } }"""


def as_page(facts: RunFacts) -> str:
    """Return a run as a whole HTML document: its record, for a light screen or a dark one."""
    what = " ".join(facts.targets[:5]) + (" …" if len(facts.targets) > 5 else "")  # noqa: PLR2004 - as many as fit
    title = f"{'✓' if facts.values['ok'] else '✗'} {what}: {summary(facts.view)}"
    began = facts.began.strftime("%Y-%m-%d %H:%M:%S UTC")
    body = record(facts.view, facts.closure, jobs=facts.jobs)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<h1>{escape(what)}</h1>
<small>{began} · run {escape(facts.view.run)}</small>
{body}
</body>
</html>
"""
