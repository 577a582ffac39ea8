"""Python, as its own shell runs it: a statement's last part echoes, `_` holds what it echoed."""

import __future__
import ast
import json
import linecache
import os
import re
import sys
import traceback
import types
import warnings

from .statement import error, ok
from .strict import magics

_OWN_DIRECTORY = os.path.dirname(__file__)
# Code is compiled under a name of its own per statement, so that a traceback shows the right
# lines; people know it as <stdin>.
_FILE_NAME = re.compile(r"<livysh-\d+>")
_FEATURES = [getattr(__future__, name) for name in __future__.all_feature_names]


class Python:
    def __init__(self, names):
        # A module of its own in place of this program's, so that pickling, dataclasses and
        # `import __main__` find the user's definitions.
        self._module = types.ModuleType("__main__")
        self._module.__dict__.update(names)
        sys.modules["__main__"] = self._module
        self._flags = 0
        if "" not in sys.path:
            sys.path.insert(0, "")
        warnings.formatwarning = _formatted_warning

    def names(self):
        return self._module.__dict__

    def run(self, statement):
        names = self._module.__dict__
        file_name = "<livysh-%d>" % statement.number
        code = statement.code
        lines = [line + "\n" for line in code.split("\n")]
        linecache.cache[file_name] = (len(code), None, lines, file_name)
        try:
            body = self._compile(code, file_name, "exec", ast.PyCF_ONLY_AST).body
        except (SyntaxError, ValueError, OverflowError) as problem:
            if not any(line.startswith("%") for line in lines):
                return error(
                    type(problem).__name__,
                    _shown(str(problem)),
                    map(_shown, traceback.format_exception_only(type(problem), problem)),
                )
            body = None
        if body is None:
            return self._run_with_magics(statement)
        try:
            if body[:-1]:
                exec(self._compile(ast.Module(body[:-1], []), file_name, "exec"), names)
            # As at a prompt: each expression in it, not in its functions, is echoed where it runs.
            exec(self._compile(ast.Interactive(body[-1:]), file_name, "single"), names)
            return ok({})
        except SystemExit as problem:
            return error("SystemExit", str(problem.code))
        except BaseException as problem:
            return describe(problem)

    def _compile(self, code, file_name, mode, flags=0):
        """Compiles it with what `from __future__ import …` has asked for since the start."""
        compiled = compile(code, file_name, mode, flags | self._flags, dont_inherit=True)
        if not flags:
            for feature in _FEATURES:
                self._flags |= compiled.co_flags & feature.compiler_flag
        return compiled

    def _run_with_magics(self, statement):
        """Code and Livy's magics between it; the last part's result counts."""
        output = ok({})
        for chunk in magics.chunks(statement.code):
            if chunk.startswith("%"):
                output = self._magic(chunk)
            else:
                output = self.run(types.SimpleNamespace(number=statement.number, code=chunk))
            if output["status"] == "error":
                break
        return output

    def _magic(self, line):
        name, *rest = line[1:].split(" ", 1)
        if name not in magics.BY_NAME:
            return error("UnknownMagic", "unknown magic command '%s'" % name)
        try:
            data = magics.BY_NAME[name](self._module.__dict__, *rest)
            json.dumps(data, allow_nan=False)
            return ok(data)
        except magics.Failed as failed:
            return describe(failed.__cause__)
        except Exception as problem:
            return describe(problem)


def describe(problem):
    """A raised exception as an error, without the frames of this program."""
    told = traceback.TracebackException(type(problem), problem, problem.__traceback__)
    told.stack = traceback.StackSummary.from_list(
        [frame for frame in told.stack if not _is_own(frame)]
    )
    return error(type(problem).__name__, _shown(_text_of(problem)), map(_shown, told.format()))


def _text_of(problem):
    try:
        return str(problem)
    except Exception as broken:  # a user's __str__ may raise
        return "<the exception's text could not be made: %r>" % broken


def _is_own(frame):
    return os.path.dirname(frame.filename) == _OWN_DIRECTORY


_format_warning = warnings.formatwarning


def _formatted_warning(message, category, filename, lineno, line=None):
    # Typed code has no lines that could be shown.
    return _format_warning(message, category, _shown(filename), lineno, line)


def _shown(text):
    return _FILE_NAME.sub("<stdin>", text)
