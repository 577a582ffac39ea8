"""Lines of Scala's frames, counted in the statement as it was sent.

Scala 2.12 counts lines of the source that the interpreter makes of the code, with the imports it
needs before it and the name of a result before the last expression; 2.13 counts those of the code.
The interpreter also leaves out the frame of the statement's own code, and the classes' names, by
which statements are told apart (`$line15.$read$$iw.f`). An exception itself has both.
"""

import re

from . import protocol

# A frame as the interpreter shows it, and one with the package that it belongs to.
_SHOWN = re.compile(r"(\s+at (\S*?))\(<console>:(\d+)\)")
_FULL = re.compile(r"(\$line\d+)\.(\S*?)\(<console>:(\d+)\)")
_OF_STATEMENT = re.compile(r"\$read(\$\$iw|\$)*\.<(cl)?init>")
# `package $line15` and an empty line.
_LINES_OF_PACKAGE = 2
_ELIDED = re.compile(r"(?m)^  \.\.\. (\d+) elided$")


class ScalaLines:
    def __init__(self, main, is_2_13):
        self._main = main
        self._is_2_13 = is_2_13
        # For each package: the number of its statement, the code compiled and the lines before it.
        self._parts = {}

    def ran(self, number, part, lines_before):
        """A part of a statement has run well."""
        self._guarded(lambda: self._ran(number, part, lines_before), None)

    def counted(self, jvm, text, number, part, lines_before):
        """An exception's text with the lines of the statement; one of another statement is named."""
        if not _ELIDED.search(text):
            return text
        return self._guarded(lambda: self._counted(jvm, text, number, part, lines_before), text)

    def _guarded(self, look, otherwise):
        """The interpreter's insides differ from version to version: better no lines than no answer."""
        try:
            return look()
        except Exception as problem:
            protocol.log("lines of Scala: %r" % problem)
            return otherwise

    def _ran(self, number, part, lines_before):
        package = self._main.lastRequest().lineRep().packageName()
        self._parts[package] = (number, part, lines_before)

    def _counted(self, jvm, text, number, part, lines_before):
        frames = [match.groups() for match in _FULL.finditer(self._whole(jvm))]
        of_statement = [frame for frame in frames if _OF_STATEMENT.fullmatch(frame[1])]
        own = of_statement[0][0] if of_statement else None
        self._parts[own] = (number, part, lines_before)
        counts = {}
        position = 0

        def place(package, line):
            if package not in self._parts:
                return "<console>"
            if package not in counts:
                counts[package] = self._count(package, is_own=package == own)
            ran, _, before = self._parts[package]
            line = counts[package](line) + before
            return "<console>:%d" % line + ("" if ran == number else " in statement %d" % ran)

        def shown(match):
            nonlocal position
            begin, method, line = match.groups()
            name = method.rsplit(".", 1)[-1]
            for index in range(position, len(frames)):
                package, full, number_of_line = frames[index]
                if number_of_line == line and full.rsplit(".", 1)[-1] == name:
                    position = index + 1
                    return "%s(%s)" % (begin, place(package, int(line)))
            return "%s(<console>)" % begin

        text = _SHOWN.sub(shown, text)
        if of_statement:
            frame = "  at .<init>(%s)\n" % place(own, int(of_statement[0][2]))
            text = _ELIDED.sub(
                lambda match: "%s  ... %d elided" % (frame, int(match.group(1)) - 1), text, count=1
            )
        return text

    def _whole(self, jvm):
        """The exception with all its frames."""
        problem = self._main.valueOfTerm("lastException")
        if problem.isEmpty():
            return ""
        written = jvm.java.io.StringWriter()
        problem.get().printStackTrace(jvm.java.io.PrintWriter(written))
        return written.toString()

    def _count(self, package, is_own):
        """Turns the compiler's line into that of the code, from 1."""
        if self._is_2_13:
            return lambda line: line
        _, part, _ = self._parts[package]
        request = self._request(part) if is_own else self._recorded(package)
        if request is None:
            return lambda line: 1
        source = request.ObjectSourceCode()
        before = source.preamble()[: source.preambleLength()].count("\n") + _LINES_OF_PACKAGE
        made, code = request.toCompute().split("\n"), part.split("\n")
        same = 0
        while same < min(len(made), len(code)) and made[same].strip() == code[same].strip():
            same += 1

        def line_of_code(line):
            index = line - before - 1
            if index >= same:
                index -= len(made) - len(code)
            return max(index, 0) + 1

        return line_of_code

    def _request(self, part):
        """What the interpreter made of code that has failed, which it does not keep. It is asked
        as by itself: so no number of a result is used up."""
        answer = self._main.requestFromLine(part, True)
        return answer.right().get() if answer.isRight() else None

    def _recorded(self, package):
        requests = self._main.prevRequestList()
        for index in range(requests.size() - 1, -1, -1):
            request = requests.apply(index)
            if request.lineRep().packageName() == package:
                return request
        return None
