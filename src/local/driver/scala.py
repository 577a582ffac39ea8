"""Scala, whole blocks at once, by the compiler's own interpreter."""

import re
import threading

from .files import url_of
from .interpreter import is_2_13, make_interpreter
from .scala_lines import ScalaLines
from .scala_magics import ScalaMagics, magic_of
from .scala_messages import message_first
from .statement import error, ok

_PRELUDE = """
@transient val spark = org.apache.spark.repl.Main.sparkSession
@transient val sc = org.apache.spark.repl.Main.sparkContext
import org.apache.spark.SparkContext._
import spark.implicits._
import spark.sql
import org.apache.spark.sql.functions._
"""

_COMMENT = re.compile(r"(?s)/\*.*?\*/|//[^\n]*")
_DEFINES_CLASS = re.compile(r"\b(class|object|trait)\b")
_CLASS_TREES = {"ClassDef", "ModuleDef"}
_TREES_BESIDE_CLASSES = _CLASS_TREES | {"Import", "TypeDef"}


class Scala:
    def __init__(self, jvm, class_loader, conf):
        self.jvm = jvm
        # Held while a statement runs.
        self.compiler = threading.Lock()
        self.is_2_13 = is_2_13(self.jvm)
        self._written = self.jvm.java.io.StringWriter()
        self._writer = self.jvm.java.io.PrintWriter(self._written, True)
        arguments = ["-Wconf:cat=deprecation:s"]
        if not self.is_2_13:
            arguments.append("-Yrangepos")
        self.main = make_interpreter(self.jvm, conf, class_loader, self._writer, arguments)
        self._lines = ScalaLines(self.main, self.is_2_13)
        self._magics = ScalaMagics(self.jvm, self.main)
        self._begun = False

    def begin(self):
        """Gives it `spark`, `sc` and the usual imports; the session must be there."""
        with self.compiler:
            if self._begun:
                return
            self.main.setContextClassLoader()
            answer = self.main.interpret(_PRELUDE).toString()
            text = self._take()
            if answer != "Success":
                raise RuntimeError("Scala's start failed: %s %s" % (answer, text))
            self._begun = True

    def add_jar(self, path):
        """Shows a jar to the compiler, between two statements."""
        urls = self.jvm.org.apache.spark.api.python.PythonUtils.toSeq([url_of(self.jvm, path)])
        with self.compiler:
            self.main.addUrlsToClassPath(urls)

    def run(self, statement):
        code = statement.code.strip()
        # 2.12 calls code without a token incomplete, 2.13 an error; the shell says nothing.
        if not _COMMENT.sub("", code).strip():
            return ok({})
        self.main.setContextClassLoader()
        with self.compiler:
            magic = magic_of(code)
            if magic:
                return self._magics.run(*magic, lambda value: self._evaluated(value, statement.number))
            return self._run(code, statement.number)

    def _evaluated(self, code, number):
        """Runs code for its value; how it failed, or None."""
        self._take()
        output = self._run(code, number)
        return output if output["status"] == "error" else None

    def _run(self, code, number):
        echoes = []
        position = 0
        for part in self._parts(code):
            begin = code.index(part, position)
            position = begin + len(part)
            lines_before = code.count("\n", 0, begin)
            answer = self.main.interpret(part).toString()
            text = self._take()
            if answer == "Incomplete":
                return error("Error", "incomplete statement")
            if answer != "Success":
                if self.is_2_13:
                    text = message_first(text, part, lines_before)
                text = self._lines.counted(self.jvm, text, number, part, lines_before)
                lines = text.splitlines(keepends=True) or ["the statement failed without a message"]
                failure = error("Error", lines[0].rstrip("\n"), lines[1:])
                if echoes:
                    failure["data"] = {"text/plain": "".join(echoes)}
                return failure
            self._lines.ran(number, part, lines_before)
            echoes.append(text)
        echo = "".join(echoes)
        return ok({"text/plain": echo} if echo else {})

    def _take(self):
        self._writer.flush()
        text = self._written.toString()
        self._written.getBuffer().setLength(0)
        return text

    def _parts(self, code):
        """Cuts a block after each run of class definitions.

        A class that is used in a Dataset's closure by the very request that defines it has
        no usable outer instance yet (spark-shell has the same limit within one line)."""
        if not _DEFINES_CLASS.search(code):
            return [code]
        trees = self._trees(code)
        if trees is None:
            return [code]
        cuts, begin, end, after_class = [], 0, 0, False
        for name, first, last in trees:
            if after_class and name not in _TREES_BESIDE_CLASSES:
                cuts.append((begin, end))
                begin, after_class = end, False
            after_class = after_class or name in _CLASS_TREES
            end = max(end, last)
        utf16 = code.encode("utf-16-le")  # the compiler counts UTF-16 units
        cuts.append((begin, len(utf16) // 2))
        parts = [utf16[2 * a : 2 * b].decode("utf-16-le") for a, b in cuts]
        return [part.strip().strip(";") for part in parts if part.strip(" \n\t;")] or [code]

    def _trees(self, code):
        """`(class name, first, last)` of each top-level tree, or None where it does not parse."""
        if self.is_2_13:
            parsed = self.main.parse(code)
            self._take()
            if not parsed.isRight():
                return None
            sequence = getattr(parsed.toOption().get(), "_1")()
        else:
            parsed = self.main.parse().apply(code)
            self._take()
            if not parsed.getClass().getName().endswith("Success"):
                return None
            sequence = parsed.trees()
        trees = []
        for index in range(sequence.size()):
            tree = sequence.apply(index)
            position = tree.pos()
            if not position.isRange():
                return None
            name = tree.getClass().getName().rsplit("$", 1)[-1]
            trees.append((name, position.start(), position.end()))
        return trees
