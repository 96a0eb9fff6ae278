"""Frozen, slotted dataclasses that cost next to nothing to define.

The standard library's decorator compiles six methods for each class and imports `inspect`: with
the classes that a run passes through 20 ms at every start, in the front and in the runner both.
Here a class has its constructor compiled when its first value is made, and shares the rest. Type
checkers are told that it is the standard one, and for whoever looks (`dataclasses.replace`, say) an
instance is a dataclass's:

    if TYPE_CHECKING:
        from dataclasses import dataclass
    else:
        from spry_jupyter.frozen import dataclass
"""

# ruff: noqa: SLF001 - what makes the classes knows what they share

from __future__ import annotations

from operator import attrgetter

TYPE_CHECKING = False  # typing costs the runner 8 ms, and type checkers know the name
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn, TypeVar

    T = TypeVar("T")


def dataclass(*, frozen: bool, slots: bool, kw_only: bool = False) -> Callable[[Any], Any]:
    """Make a class of annotated fields a frozen, slotted dataclass.

    Args:
        frozen: Always true; said so that type checkers and readers see it.
        slots: Likewise.
        kw_only: The constructor takes its arguments by name only.
    """
    assert frozen and slots  # noqa: PT018 - both are a reader's, not ours

    def define(cls: Any) -> Any:
        fields = tuple(vars(cls).get("__annotations__", ()))
        body = {k: v for k, v in vars(cls).items() if k not in ("__dict__", "__weakref__")}
        defaults = {name: body.pop(name) for name in fields if name in body}
        body |= {"__qualname__": cls.__qualname__}
        body |= {"__slots__": fields, "__match_args__": () if kw_only else fields}
        body |= {
            "_values": staticmethod(_getter(fields)),
            "_defaults": defaults,
            "_kw_only": kw_only,
        }
        made: Any = type(cls.__name__, (Value,), body)
        made.__init__ = _Late(made)
        return made

    return define


def replace(value: T, **changes: Any) -> T:
    """Return a value like this one but for some fields."""
    was: Any = value
    return type(value)(**{**dict(zip(was.__slots__, was._values(was), strict=True)), **changes})


class Value:
    """What all of them share."""

    __slots__: tuple[str, ...] = ()
    _values: Callable[[Any], tuple[object, ...]]
    _defaults: dict[str, object]
    _kw_only: bool

    def __setattr__(self, name: str, _value: object) -> NoReturn:
        raise AttributeError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self._values(self) == other._values(other)

    def __hash__(self) -> int:
        return hash(self._values(self))

    def __repr__(self) -> str:
        fields = zip(self.__slots__, self._values(self), strict=True)
        said = ", ".join([f"{name}={value!r}" for name, value in fields])
        return f"{type(self).__qualname__}({said})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self._values(self))


class _Fields:
    """What `dataclasses` asks a class for, made when it is asked for."""

    def __get__(self, _: object, owner: Any) -> dict[str, Any]:
        import dataclasses  # noqa: PLC0415 - what costs the time that is saved here

        said = owner.__annotations__
        plain: list[Any] = [
            (name, said[name]) for name in owner.__slots__ if name not in owner._defaults
        ]
        plain += [
            (name, said[name], dataclasses.field(default=value))
            for name, value in owner._defaults.items()
        ]
        twin: Any = dataclasses.make_dataclass(owner.__name__, plain, kw_only=owner._kw_only)
        found: dict[str, Any] = twin.__dataclass_fields__
        return {name: found[name] for name in owner.__slots__}


Value.__dataclass_fields__ = _Fields()  # type: ignore[attr-defined]


def _getter(fields: tuple[str, ...]) -> Callable[[Any], tuple[object, ...]]:
    """Return what gets the values of all fields; `attrgetter` makes a tuple from two on."""
    if len(fields) > 1:
        return attrgetter(*fields)
    return lambda value: tuple([getattr(value, name) for name in fields])


class _Late:
    """Stands for a constructor until it is asked for; most classes are never called."""

    __slots__ = ("_cls",)

    def __init__(self, cls: Any) -> None:
        self._cls = cls

    def __get__(self, value: object, _owner: object = None) -> Callable[..., None]:
        made: Any = _constructor(self._cls)
        self._cls.__init__ = made
        bound: Callable[..., None] = made if value is None else made.__get__(value)
        return bound


def _constructor(cls: type[Value]) -> Callable[..., None]:
    """Compile what takes the fields' values; the slots' own setters go past `__setattr__`."""
    fields, defaults = cls.__slots__, cls._defaults
    known = {f"_default_{name}": value for name, value in defaults.items()}
    known |= {f"_set_{name}": vars(cls)[name].__set__ for name in fields}
    star = "*, " if cls._kw_only and fields else ""
    takes = ", ".join([f"{n}=_default_{n}" if n in defaults else n for n in fields])
    sets = "\n".join([f"    _set_{name}(self, {name})" for name in fields]) or "    pass"
    made: dict[str, Any] = {}
    # The names stand in our own source.
    exec(f"def __init__(self, {star}{takes}):\n{sets}\n", known, made)  # noqa: S102
    init: Callable[..., None] = made["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {**cls.__annotations__, "return": None}
    return init


def _again(cls: type[Value], values: tuple[object, ...]) -> Value:
    """Return a value as it was, for `copy` and `pickle`."""
    new = object.__new__(cls)
    for name, value in zip(cls.__slots__, values, strict=True):
        getattr(cls, name).__set__(new, value)  # of a class below this one, too
    return new
