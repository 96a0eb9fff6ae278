"""The one digest that is used, `blake2b`, without OpenSSL, which `hashlib` loads for the others."""

from __future__ import annotations

try:
    from _blake2 import blake2b  # where `hashlib` has it from
except ImportError:  # an interpreter that is built without it
    from hashlib import blake2b

__all__ = ["blake2b"]
