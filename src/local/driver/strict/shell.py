"""The process in which a strict session's Python runs.

Reads `{"code": …}` lines from standard input and answers each with one line on standard output,
as Livy's own shell does: the last node of a statement is run as at a prompt, the others silently;
what was printed is the answer's text, standard output before standard error; a statement that
fails loses what it has printed (the next, hidden one carries it away). An error in a magic that
Livy does not foresee ends the process, and with it the SparkContext.
"""

import ast
import io
import json
import logging
import re
import sys
import traceback

import magics

# The modules beside this one are not the user's to import.
sys.path.pop(0)

_requests, _replies, _errors = sys.stdin, sys.stdout, sys.stderr
_names = {}
_TOP_FRAME = re.compile(r'\s*File "<stdin>".*in <module>')


class UnknownMagic(Exception):
    pass


class _Raised(Exception):
    """Wraps what user code has raised, with its traceback."""


class _Printed(io.StringIO):
    """Livy's own tells nobody how much was written."""

    def write(self, text):
        super().write(text)


def _reply(status, **content):
    content["status"] = status
    return {"msg_type": "execute_reply", "content": content}


def _failure(kind, value, trace):
    """Without the frames above the user's own module, and without causes."""
    lines = traceback.format_exception(kind, value, trace, chain=False)
    for index, line in enumerate(lines):
        if _TOP_FRAME.match(line):
            lines = lines[:1] + lines[index + 1 :]
            break
    _errors.write("".join(traceback.format_exception(kind, value, trace)))
    return _reply("error", ename=kind.__name__, evalue=str(value), traceback=lines)


class _Code:
    def __init__(self, text):
        self._nodes = compile(text, "<stdin>", "exec", ast.PyCF_ONLY_AST, 1).body

    def run(self):
        try:
            for node in self._nodes[:-1]:
                exec(compile(ast.Module([node], []), "<stdin>", "exec"), _names)
            for node in self._nodes[-1:]:
                exec(compile(ast.Interactive([node]), "<stdin>", "single"), _names)
        except BaseException as problem:
            raise _Raised() from problem


class _Magic:
    def __init__(self, line):
        name, *rest = line[1:].split(" ", 1)
        self._name, self._rest = name, rest

    def run(self):
        if not self._name:
            raise UnknownMagic("magic command not specified")
        if self._name not in magics.BY_NAME:
            raise UnknownMagic("unknown magic command '%s'" % self._name)
        try:
            return magics.BY_NAME[self._name](_names, *self._rest)
        except magics.Failed as failed:
            # An answer within an answer: so Livy tells of it.
            problem = failed.__cause__
            return _failure(type(problem), problem, None)


def _parts(code):
    """Code that parses is one part; else each line that begins with % is one of its own."""
    try:
        return [_Code(code)]
    except SyntaxError:
        pass
    return [
        _Magic(chunk) if chunk.startswith("%") else _Code(chunk) for chunk in magics.chunks(code)
    ]


def _execute(code):
    try:
        parts = _parts(code)
    except SyntaxError as problem:
        return _failure(type(problem), problem, None)
    result = None
    try:
        for part in parts:
            result = part.run()
    except UnknownMagic as problem:
        return _failure(type(problem), problem, None)
    except _Raised as raised:
        problem = raised.__cause__
        return _failure(type(problem), problem, problem.__traceback__)
    result = result or {}
    text = result.pop("text/plain", "") + sys.stdout.getvalue() + sys.stderr.getvalue()
    _clear()
    text = text.rstrip()
    if text or not result:
        result["text/plain"] = text
    return _reply("ok", data=result)


def _clear():
    sys.stdout, sys.stderr = _Printed(), _Printed()


def _connect():
    """Joins the SparkSession that the JVM already has."""
    from pyspark.conf import SparkConf
    from pyspark.context import SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    gateway = launch_gateway()
    jvm = gateway.jvm
    java_session = jvm.org.apache.spark.repl.Main.sparkSession()
    java_context = jvm.org.apache.spark.api.java.JavaSparkContext.fromSparkContext(
        java_session.sparkContext()
    )
    conf = SparkConf(_jvm=jvm, _jconf=java_context.getConf())
    context = SparkContext(jsc=java_context, gateway=gateway, conf=conf)
    session = SparkSession(context, java_session)
    _names.update(sc=context, spark=session)
    try:
        from pyspark.sql import HiveContext, SQLContext
        from pyspark.streaming import StreamingContext

        _names["sqlContext"] = SQLContext(context, session)
        _names.update(HiveContext=HiveContext, StreamingContext=StreamingContext)
    except ImportError:  # gone from later lines
        pass


def main():
    # What user code logs goes past the captured streams, as from Livy's shell.
    logging.basicConfig(stream=_errors)
    sys.stdin = io.StringIO()
    _clear()
    try:
        _connect()
        _errors.write(sys.stdout.getvalue() + "\n" + sys.stderr.getvalue() + "\n")
        _clear()
        print("READY", file=_replies, flush=True)
        for line in _requests:
            print(json.dumps(_execute(json.loads(line)["code"])), file=_replies, flush=True)
    finally:
        sys.stdout, sys.stderr = _replies, _errors
        if "sc" in _names:
            _names["sc"].stop()


if __name__ == "__main__":
    main()
