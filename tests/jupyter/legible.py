"""Which texts of a page cannot be read well: by their contrast, as WCAG 2 defines it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator

ENOUGH = 4.5

# Colours are painted to be read, for a page says them in many ways; what lies behind a text is
# painted from the outside in.
FAINT = """(root, enough) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const brush = canvas.getContext("2d", { willReadFrequently: true });
    const over = (below, colour, alpha = 1) => {
        brush.globalAlpha = 1;
        brush.fillStyle = `rgb(${below.join()})`;
        brush.fillRect(0, 0, 1, 1);
        brush.globalAlpha = alpha;
        brush.fillStyle = colour;
        brush.fillRect(0, 0, 1, 1);
        return [...brush.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    };
    const light = (colour) => {
        const [r, g, b] = colour.map((part) => part / 255).map((c) => (c > 0.04045 ? ((c + 0.055) / 1.055) ** 2.4 : c / 12.92));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const found = [];
    for (const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT); texts.nextNode(); ) {
        const { textContent, parentElement: node } = texts.currentNode;
        if (!textContent.trim() || node.closest("svg, style, [disabled]") || !node.checkVisibility({ visibilityProperty: true })) continue;
        let ground = [255, 255, 255], alpha = 1;
        const around = [];
        for (let each = node; each; each = each.parentElement) around.unshift(each);
        for (const style of around.map((each) => getComputedStyle(each))) {
            ground = over(ground, style.backgroundColor, Number(style.opacity));
            alpha *= Number(style.opacity);
        }
        const ink = over(ground, getComputedStyle(node).color, alpha);
        const [low, high] = [light(ink), light(ground)].sort((a, b) => a - b);
        const contrast = (high + 0.05) / (low + 0.05);
        if (contrast < enough) found.push(`${textContent.trim()}: ${contrast.toFixed(2)}, ${ink} on ${ground}`);
    }
    return found;
}"""


def faint(root: Locator) -> list[str]:
    """Return the texts below an element that have too little contrast, and how much they have.

    Texts of pictures are not looked at, nor what is disabled.
    """
    found: list[str] = root.evaluate(FAINT, ENOUGH)
    return found
