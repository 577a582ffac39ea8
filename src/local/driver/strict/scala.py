"""Scala as Livy runs it: line by line, what is printed through `Console` in between.

A line that is not complete is joined with the next. One that is complete is run at once, so that
what continues it on the next line (`.map`, `else`) is an error. The first error ends the
statement, and the text of the lines before it is lost.
"""

import json
import re

from ..interpreter import complete, make_interpreter
from ..scala_magics import make_console
from ..statement import error, ok

_IMPORTS = (
    "import org.apache.spark.SparkContext._",
    "import spark.implicits._",
    "import spark.sql",
    "import org.apache.spark.sql.functions._",
)
_MAGIC = re.compile(r"%(\w+)\W*(.*)")


class StrictScala:
    def __init__(self, session, class_loader, settings):
        jvm = self._jvm = session.sparkContext._jvm
        self._out = jvm.java.io.ByteArrayOutputStream()
        writer = jvm.java.io.PrintWriter(self._out, True)
        self._main = make_interpreter(jvm, settings["conf"], class_loader, writer)
        self._main.setContextClassLoader()
        for name, value in (
            ("spark", session._jsparkSession),
            ("sc", session.sparkContext._jsc.sc()),
        ):
            modifiers = jvm.org.apache.spark.api.python.PythonUtils.toSeq(["@transient"])
            class_name = value.getClass().getCanonicalName()
            self._main.bind(name, class_name, value, modifiers.toList())
        for line in _IMPORTS:
            self._main.interpret(line)
        self.console = make_console(jvm, self._main)
        if self.console is None:
            raise RuntimeError("Scala's start failed: %s" % self._out.toString())
        self._out.reset()

    def run(self, code):
        # As Java splits: no empty lines at the end.
        lines = code.strip().split("\n")
        data = {"text/plain": ""}
        pending = ""
        for index, line in enumerate(lines):
            pending = pending + "\n" + line if pending else line
            answer, result = self._line(pending)
            if answer == "Error":
                return result
            if answer == "Success":
                data = _merged(data, result)
                pending = ""
            elif index == len(lines) - 1:
                # A comment is incomplete too: in braces it is not.
                answer, _ = self._line("{\n%s\n}" % pending)
                if answer != "Success":
                    return error("Error", "incomplete statement")
        return ok(data)

    def _line(self, code):
        """What the interpreter says, and its data or error."""
        magic = _MAGIC.fullmatch(code)
        if magic:
            return self._magic(*magic.groups())
        answer = self.console.interpret(self._main, self._out, code)
        if answer == "Incomplete":
            return answer, None
        text = self._out.toString("UTF-8")
        self._out.reset()
        if answer == "Success":
            return answer, {"text/plain": text}
        lines = re.split(r"(?<=\n)", text)
        lines = lines[:-1] if lines[-1] == "" and len(lines) > 1 else lines
        return answer, error("Error", lines[0].strip(), lines[1:])

    def _magic(self, name, rest):
        """The name after a magic is not looked at: what counts is the last line's result."""
        if name not in ("json", "table"):
            return "Error", error("UnknownMagic", "Unknown magic command %s" % name)
        answer = json.loads(self.console.magic(self._main, name))
        if "data" in answer:
            return "Success", answer["data"]
        evalue = answer["evalue"].replace("{name}", rest)
        return "Error", error(answer["ename"], evalue)

    def complete(self, code, cursor):
        return complete(self._jvm, self._main, code, cursor)


def _merged(before, now):
    """Texts follow each other; any other data takes the place of what was before it."""
    if "text/plain" in before and "text/plain" in now:
        return {"text/plain": before["text/plain"] + now["text/plain"]}
    return now
