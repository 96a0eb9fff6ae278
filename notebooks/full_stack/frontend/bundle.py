"""`python bundle.py SOURCES SITE`: all scripts in one file, all styles in another, made small.

The files carry a hash of what they hold in their names, so that a browser may keep them for ever.
"""

import re
import sys
from hashlib import sha256
from pathlib import Path


def small_css(text):
    """Take comments and needless spaces out of styles."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*([{}:;,])\s*", r"\1", text)
    return re.sub(r"\s+", " ", text).replace(";}", "}").strip()


def small_js(text):
    """Take comments on lines of their own, indentation and empty lines out of a script."""
    text = re.sub(r"^\s*/\*.*?\*/\s*$", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def hashed(name, text):
    """Return the name with the beginning of the text's hash in it: `page.1a2b3c4d.js`."""
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{sha256(text.encode()).hexdigest()[:8]}.{ending}"


def bundle(sources, site):
    """Write the site; return the names of the script and of the styles."""
    scripts = [*sorted(sources.glob("vendor/*.js")), *sorted(sources.glob("src/*.js"))]
    assets = {
        "page.js": "\n".join(small_js(file.read_text("utf-8")) for file in scripts),
        "page.css": "".join(
            small_css(file.read_text("utf-8")) for file in sources.glob("src/*.css")
        ),
    }
    page = (sources / "src/index.html").read_text("utf-8")
    site.mkdir(parents=True, exist_ok=True)
    for old in site.iterdir():
        old.unlink()
    for name, text in assets.items():
        (site / hashed(name, text)).write_text(text, "utf-8")
        page = page.replace(f'"{name}"', f'"{hashed(name, text)}"')
    (site / "index.html").write_text(page, "utf-8")
    return [hashed(name, text) for name, text in assets.items()]


if __name__ == "__main__":
    print(*bundle(Path(sys.argv[1]), Path(sys.argv[2])), sep="\n")
