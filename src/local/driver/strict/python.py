"""Python as Livy runs it: in a process of its own, one line of JSON for each statement and one for
each reply. What user code writes to the process's standard output comes between them."""

import json
import os
import re
import subprocess
import sys
import threading

from .. import protocol
from ..statement import error, ok


class Aborted(Exception):
    """The process is gone; the text is what it said on standard error."""


class StrictPython:
    def __init__(self, executable):
        self._executable = executable or sys.executable
        self._process = None
        self._errors = []
        self._errors_lock = threading.Lock()
        self._failed = False

    def run(self, code):
        """The first statement starts the process."""
        if self._process is None:
            try:
                self._start()
            except (OSError, EOFError) as problem:
                protocol.log("Fail to start interpreter pyspark: %s" % problem)
                return error("InterpreterError", "Fail to start interpreter")
        try:
            self._process.stdin.write((json.dumps({"code": code}) + "\n").encode("ascii"))
            self._process.stdin.flush()
        except OSError:
            pass
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise Aborted(self._take_errors())
        return _reply(line.decode("utf-8", "replace").rstrip("\n"))

    def _start(self):
        shell = os.path.join(os.path.dirname(__file__), "shell.py")
        environment = dict(os.environ, PYSPARK_PYTHON=self._executable, PYTHONUNBUFFERED="1")
        process = subprocess.Popen(
            [self._executable, shell],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        reader = threading.Thread(target=self._keep_errors, args=(process,), daemon=True)
        reader.start()
        while True:
            line = process.stdout.readline()
            if not line:
                process.wait()
                raise EOFError(self._take_errors())
            if line == b"READY\n":
                break
        self._process = process

    def _keep_errors(self, process):
        for line in process.stderr:
            with self._errors_lock:
                self._errors.append(line.decode("utf-8", "replace").rstrip("\n"))

    def _take_errors(self):
        with self._errors_lock:
            errors, self._errors = self._errors, []
        for line in errors:
            protocol.log(line)
        return "\n".join(errors)

    def end(self):
        if self._process is not None:
            self._process.kill()


def _no_constant(name):
    """Python writes NaN and the infinities, which are no JSON."""
    raise ValueError(name)


def _reply(line):
    """A reply, or what Livy's JSON library says of a line that is none."""
    try:
        reply = json.loads(line, parse_constant=_no_constant)
        content = reply["content"]
    except ValueError:
        token = re.match(r"[\w$]*", line.strip()).group()
        return error(
            "com.fasterxml.jackson.core.JsonParseException",
            "Unrecognized token '%s': was expecting (JSON String, Number, Array, Object or token "
            "'null', 'true' or 'false')\n at [Source: (String)\"%s\"; line: 1, column: %d]"
            % (token, line, len(token) + 1),
        )
    except (TypeError, KeyError):
        return error(
            "org.json4s.MappingException",
            "Did not find value which can be converted into java.lang.String",
        )
    if content["status"] == "ok":
        return ok(content["data"])
    return error(content["ename"], content["evalue"], content["traceback"])
