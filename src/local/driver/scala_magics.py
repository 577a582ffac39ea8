"""Livy's magics of Scala: a line `%json VALUE` or `%table VALUE` gives the value as data."""

import json
import os
import re

from .statement import error, ok

_MAGIC = re.compile(r"%(\w+)(?:\s+(.*))?")
_KNOWN = ("json", "table")


def magic_of(code):
    """`(name, value)` of a magic, else None."""
    found = _MAGIC.fullmatch(code)
    return found and found.groups()


def make_console(jvm, main):
    """What only Scala itself can do with a value, entered into the session's own interpreter; or
    None, and then the interpreter has said why."""
    folder = os.path.join(os.path.dirname(__file__), "strict")
    with open(os.path.join(folder, "Console.scala")) as source:
        main.interpret(source.read())
    return jvm.java.lang.System.getProperties().remove("livysh.console")


class ScalaMagics:
    def __init__(self, jvm, main):
        self._jvm = jvm
        self._main = main
        self._console = None

    def run(self, name, value, evaluate):
        """`evaluate` runs the value's code, and gives a failure or None."""
        if name not in _KNOWN:
            return error("UnknownMagic", "Unknown magic command %s" % name)
        if not value:
            return error("NameError", "Value  does not exist")
        if self._console is None:
            self._console = make_console(self._jvm, self._main)
        if self._console is None:
            return error("Error", "this session's Scala cannot turn values into data")
        failure = evaluate(value)
        if failure is not None:
            return failure
        answer = json.loads(self._console.magic(self._main, name))
        if "data" in answer:
            return ok(answer["data"])
        return error(answer["ename"], answer["evalue"].replace("{name}", value))
