"""Reasons as the record keeps them, `Exited(code=1)`, read back without running anything."""

from __future__ import annotations

import ast
from typing import Any, cast

from spry_jupyter import model

_CLASSES: dict[str, Any] = {
    cls.__name__: cls for cls in (model.Duration, *model.alternatives(model.Reason))
}


def read_reason(text: str | None) -> model.Reason | None:
    """Return a reason from its `repr`; None if there is none, or it is not one of ours."""
    if not text:
        return None
    try:
        return cast("model.Reason", _made(ast.parse(text, mode="eval").body))
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None


def _made(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Call(func=ast.Name(id=name), args=[], keywords=given) if name in _CLASSES:
            return _CLASSES[name](**{str(one.arg): _made(one.value) for one in given})
        case _:
            raise ValueError("not a reason")
