"""Names that could stand at a cursor, found on threads of their own; of Scala, while
no statement of Scala runs."""

import inspect
import keyword
import re
import threading

from . import protocol
from .interpreter import complete

_MOST = 1000
_PATH = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*)\.(\w*)$|(\w*)$")


class Completer:
    def __init__(self, runner):
        self._runner = runner
        # The Scala compiler's presentation is not for two threads.
        self._lock = threading.Lock()

    def complete(self, kind, code, cursor):
        if kind == "spark":
            scala = self._runner.started_scala()
            if scala is None:  # a session of another language need not start it for this
                return []
            with self._lock:
                return _idle(scala, lambda: complete(scala.jvm, scala.main, code, cursor))
        if kind == "pyspark":
            before = code.encode("utf-16-le")[: 2 * cursor].decode("utf-16-le", "ignore")
            return _python(before, dict(self._runner.names()))[:_MOST]
        return []


def _idle(scala, complete):
    """Statement and completion share one compiler, and each would break the other."""
    if not scala.compiler.acquire(blocking=False):
        return []
    try:
        return complete()
    finally:
        scala.compiler.release()


def _python(code, names):
    try:
        import jedi
    except ImportError:
        return _by_looking(code, names)
    try:
        return [found.name for found in jedi.Interpreter(code, [names]).complete()]
    except Exception as problem:  # it reads whatever the user has made
        protocol.log("completion: %r" % problem)
        return _by_looking(code, names)


def _by_looking(code, names):
    """Attributes of a dotted name that is there, else names; nothing is called or computed."""
    found = _PATH.search(code)
    path, prefix = found.group(1), found.group(2)
    if path is None:
        prefix = found.group(3)
        builtins = names.get("__builtins__")
        known = set(names) | set(keyword.kwlist)
        known |= set(builtins if isinstance(builtins, dict) else dir(builtins))
    else:
        first, *rest = path.split(".")
        if first not in names:
            return []
        value = names[first]
        for name in rest:
            value = inspect.getattr_static(value, name, None)
        known = set(dir(value))
    hidden = not prefix.startswith("_")
    return sorted(
        name for name in known if name.startswith(prefix) and not (hidden and name[0] == "_")
    )
