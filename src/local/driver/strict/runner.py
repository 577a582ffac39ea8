"""Runs a statement as Livy's driver does, with the motions around it.

Before each statement a hidden one sets the Spark job group, in the same language (in Scala for
SQL), and only then does the statement begin. The session is told busy and idle around both.
"""

import threading

from .. import files, protocol
from ..capture import LineReader
from ..statement import error
from .python import Aborted, StrictPython
from .scala import StrictScala
from .sql import StrictSql

_SECONDS_BETWEEN_CANCELS = 0.1


class StrictRunner:
    def __init__(self, gateway, class_loader, settings, jvm_stdout):
        self._class_loader = class_loader
        self._settings = settings
        self._context = None
        self._cancel_seconds = settings["cancel_seconds"]
        self._running = None
        # Cancelled after they were handed over and before they began; guarded with `_running`.
        self._skipped = set()
        self._lock = threading.Lock()
        self._python = StrictPython(settings["conf"].get("spark.pyspark.python"))
        LineReader(jvm_stdout, lambda line: protocol.send("stdout", line=line)).start()

    def begin(self, session):
        self._context = session.sparkContext
        # The interpreter of Scala is there before the session is, whatever its kind.
        self._scala = StrictScala(session, self._class_loader, self._settings)
        self._sql = StrictSql(self._scala, session, self._settings["sql_rows"])

    def prewarm(self):
        """Livy starts the other interpreters with their first statements."""

    def running(self):
        return self._running

    def execute(self, statement):
        self._context._jvm.java.lang.Thread.currentThread().setContextClassLoader(
            self._class_loader
        )
        self._turn(statement, self._set_job_group)
        with self._lock:
            skipped = statement.skip or statement.number in self._skipped
            self._skipped.discard(statement.number)
            if not skipped:
                self._running = statement
        output = None
        if not skipped:
            protocol.send("begun", id=statement.number)
            output = self._turn(statement, self._run)
            statement.finished.set()
            self._running = None
        protocol.send("result", id=statement.number, cancelled=False, output=output)

    def _turn(self, statement, run):
        """Runs a part of the statement; the session is busy while it lasts."""
        protocol.send("turn", id=statement.number, busy=True, aborted=False)
        aborted = False
        try:
            output = run(statement)
        except Aborted as death:
            aborted = True
            output = error("Error", "Interpreter died:\n%s" % death)
        except Exception as problem:
            output = error("Internal Error: %s" % type(problem).__name__, str(problem))
        protocol.send("turn", id=statement.number, busy=False, aborted=aborted)
        return output

    def _set_job_group(self, statement):
        group = (statement.job_group, "Job group for statement %s" % statement.job_group)
        if statement.kind == "pyspark":
            return self._python.run('sc.setJobGroup("%s", "%s")' % group)
        if statement.kind == "sparkr":
            return None
        # A value that is named keeps the interpreter from making a result of it.
        code = 'val _livyJobGroup%d = sc.setJobGroup("%s", "%s")'
        return self._scala.run(code % ((statement.number,) + group))

    def _run(self, statement):
        if statement.kind == "pyspark":
            return self._python.run(statement.code)
        if statement.kind == "sql":
            return self._sql.run(statement.code)
        if statement.kind == "spark":
            return self._scala.run(statement.code)
        return error("InterpreterError", "Fail to start interpreter")

    def cancel(self, number):
        with self._lock:
            running = self._running
        if running is not None and running.number == number:
            threading.Thread(target=self._insist, args=(running,), daemon=True).start()

    def skip(self, number):
        with self._lock:
            if self._running is None or self._running.number != number:
                self._skipped.add(number)

    def _insist(self, statement):
        """Livy can cancel Spark's jobs and nothing else."""
        left = self._cancel_seconds
        while left > 0 and not statement.finished.is_set():
            try:
                self._context.cancelJobGroup(statement.job_group)
            except Exception as problem:  # the JVM may be gone: its watcher tells that
                protocol.log("cancel: %r" % problem)
            statement.finished.wait(_SECONDS_BETWEEN_CANCELS)
            left -= _SECONDS_BETWEEN_CANCELS

    def add(self, what, path):
        """Livy gives a jar to the code that runs, not to its compiler, and a file of Python to
        Spark's tasks alone."""
        if what == "jar":
            path = files.add_jar(self._context, path)
            self._class_loader.addURL(files.url_of(self._context._jvm, path))
        else:
            files.add_file(self._context, path)

    def complete(self, kind, code, cursor):
        return self._scala.complete(code, cursor) if kind == "spark" else []

    def end(self):
        self._python.end()
