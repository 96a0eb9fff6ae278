"""How the magics come to a shell of IPython, and leave it."""

from __future__ import annotations

from typing import Any

from spry_jupyter.magics import SpryMagics
from spry_jupyter.matcher import matcher
from spry_jupyter.prompting import prompting


class Extension:
    """The magics and all that goes with them in one shell."""

    def __init__(self, shell: Any) -> None:
        """Change nothing yet.

        Args:
            shell: IPython's.
        """
        self._shell = shell
        self._magics = SpryMagics(shell)
        self._rewrite = self._magics.session.awaited.rewrite
        self._matcher = matcher(self._magics.session.registry)
        self._events = {
            "pre_run_cell": self._magics.before_cell,
            "post_run_cell": self._magics.after_cell,
        }

    def come(self) -> None:
        """Bring everything."""
        shell = self._shell
        shell.register_magics(self._magics)
        for event, heard in self._events.items():
            shell.events.register(event, heard)
        shell.input_transformers_post.append(self._rewrite)
        shell.display_trap.hook = prompting(shell)
        shell.Completer.custom_matchers.append(self._matcher)
        shell.spry_magics = self._magics

    def leave(self) -> None:
        """Take everything away, and stop what runs."""
        shell = self._shell
        del shell.spry_magics
        self._magics.session.runs.stop()
        for event, heard in self._events.items():
            shell.events.unregister(event, heard)
        shell.input_transformers_post.remove(self._rewrite)
        shell.display_trap.hook = shell.displayhook
        shell.Completer.custom_matchers.remove(self._matcher)
        shell.configurables.remove(self._magics)
        for kind in self._magics.magics.values():
            for name in kind:
                for known in shell.magics_manager.magics.values():
                    known.pop(name, None)


def load_ipython_extension(shell: Any) -> None:
    """Bring the magics: `%load_ext spry_jupyter`."""
    shell.spry_extension = Extension(shell)
    shell.spry_extension.come()


def unload_ipython_extension(shell: Any) -> None:
    """Take the magics away, and stop what runs: `%unload_ext spry_jupyter`."""
    shell.__dict__.pop("spry_extension").leave()
