"""Runs statements better than Livy does: blocks of Scala are compiled whole, what was printed is
kept when a statement fails, and code of the driver can be interrupted."""

import os
import sys
import threading
import time

from . import interrupt as interrupts
from . import files, protocol
from .capture import Capture, StatementStream
from .completion import Completer
from .interrupt import Interrupter
from .later import Later
from .python import Python, describe
from .scala import Scala
from .sql import Sql
from .statement import error

_SECONDS_OF_QUIET = 0.3


class Runner:
    def __init__(self, gateway, class_loader, settings, jvm_stdout):
        self._gateway = gateway
        self._class_loader = class_loader
        self._settings = settings
        self._jvm_stdout = jvm_stdout
        self._session = None
        self._running = None
        # Cancelled before they began; guarded with `_running` by the lock.
        self._cancelled = set()
        self._lock = threading.Lock()
        self._jvm_thread_id = None
        self._scala = Later(self._make_scala)
        self._completer = Completer(self)
        if settings["kind"] == "spark":
            self._scala.begin()

    def begin(self, session):
        """The session is there: everything but Scala can run."""
        self._session = session
        context = session.sparkContext
        self._capture = Capture(
            self._jvm_stdout, context._jvm.java.lang.System.out, self.running
        )
        self._interrupter = Interrupter(context, self.running)
        self._sql = Sql(session, self._settings["sql_rows"])
        self._python = Python(_names(session))
        _keep_repeated_errors_out_of_output()
        sys.stdout = sys.stderr = StatementStream(self._capture.print)
        if self._settings["kind"] == "spark":
            protocol.phase("starting Scala")
            self.scala()

    def prewarm(self):
        """What the first statement of another language would wait for is made ready beside."""
        threading.Thread(target=self._prewarm, daemon=True, name="prewarm").start()

    def _prewarm(self):
        # Beside the first statement it would only slow that down.
        time.sleep(_SECONDS_OF_QUIET)
        while self._running is not None:
            time.sleep(_SECONDS_OF_QUIET)
        try:
            self.scala()
            self._session.sql("select 1").collect()
        except Exception as problem:  # the session may be ending
            protocol.log("prewarm: %r" % problem)

    def running(self):
        return self._running

    def _make_scala(self):
        jvm = self._gateway.jvm
        # On a thread of its own, which has a JVM thread of its own.
        jvm.java.lang.Thread.currentThread().setContextClassLoader(self._class_loader)
        return Scala(jvm, self._class_loader, self._settings["conf"])

    def scala(self):
        """The interpreter, which knows `spark` and `sc`; made when it is first needed."""
        scala = self._scala.get()
        scala.begin()
        return scala

    def started_scala(self):
        return self._scala.ready()

    def names(self):
        """The user's Python names."""
        return self._python.names()

    def execute(self, statement):
        interrupts.block()
        try:
            output = self._guarded(statement)
        except KeyboardInterrupt:  # one that came while its predecessor was told
            output = error("KeyboardInterrupt", "the statement was cancelled")
        interrupts.block()
        if os.getpid() != protocol.OWN_PID:
            # A forked child that has run to the statement's end; it shares our connections.
            os._exit(0 if output["status"] == "ok" else 1)
        protocol.reopen_closed()
        try:
            self._finish(statement)
        except Exception as problem:  # the JVM may be gone: its watcher tells that
            protocol.log("end of statement %d: %r" % (statement.number, problem))
        self._running = None
        _add_printed(output, statement)
        protocol.send("result", id=statement.number, cancelled=statement.cancelled, output=output)

    def _guarded(self, statement):
        try:
            return self._run(statement)
        except KeyboardInterrupt:
            return error("KeyboardInterrupt", "the statement was cancelled")
        except BaseException as problem:
            return describe(problem)

    def _run(self, statement):
        with self._lock:
            self._running = statement
            if statement.number in self._cancelled:
                self._cancelled.discard(statement.number)
                statement.cancelled = True
                raise KeyboardInterrupt
        context = self._session.sparkContext
        context.setJobGroup(statement.job_group, statement.code[:80], True)
        thread = context._jvm.java.lang.Thread.currentThread()
        # An interrupt inside a call costs the thread its connection; the next one serves a new
        # JVM thread, which needs the class loader again.
        if thread.getId() != self._jvm_thread_id:
            self._jvm_thread_id = thread.getId()
            thread.setContextClassLoader(self._class_loader)
        statement.jvm_thread = thread
        with interrupts.allowed():
            if statement.kind == "pyspark":
                return self._python.run(statement)
            if statement.kind == "sql":
                return self._sql.run(statement)
            return self.scala().run(statement)

    def _finish(self, statement):
        with statement.lock:
            statement.finished.set()
        if statement.cancelled:  # clear an interrupt that came too late
            self._session.sparkContext._jvm.java.lang.Thread.interrupted()
        self._capture.drain()

    def cancel(self, number):
        with self._lock:
            running = self._running
            if running is None or running.number != number:
                self._cancelled.add(number)
                return
        self._interrupter.interrupt(running)

    def skip(self, number):
        self.cancel(number)

    def complete(self, kind, code, cursor):
        return self._completer.complete(kind, code, cursor)

    def add(self, what, path):
        context = self._session.sparkContext
        if what == "python":
            files.add_python(context, path)
        elif what == "jar":
            path = files.add_jar(context, path)
            self._class_loader.addURL(files.url_of(self._gateway.jvm, path))
            scala = self.started_scala()
            if scala is not None:
                scala.add_jar(path)
            else:  # it begins with it
                conf = self._settings["conf"]
                conf["spark.jars"] = ",".join(filter(None, [conf.get("spark.jars"), path]))
        else:
            files.add_file(context, path)

    def end(self):
        pass


def _keep_repeated_errors_out_of_output():
    """PySpark 4 tells an error of a query once more, as JSON with the whole Java stack. A logger
    that is made now writes to the session's log instead of the statement's output."""
    try:
        from pyspark.logger import PySparkLogger
    except ImportError:  # before PySpark 4
        return
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        PySparkLogger.getLogger(name)


def _names(session):
    context = session.sparkContext
    names = {"spark": session, "sc": context, "sql": session.sql}
    try:
        from pyspark.sql import SQLContext

        names["sqlContext"] = SQLContext._get_or_create(context)
    except Exception as problem:  # deprecated, and gone from later lines
        protocol.log("sqlContext: %r" % problem)
    return names


def _add_printed(output, statement):
    """Livy's text/plain is what was printed, then the echo; an error keeps what was printed."""
    data = output.setdefault("data", {})
    statement.write(data.pop("text/plain", ""))
    text = statement.printed()
    if statement.kind == "pyspark":
        text = text.rstrip()  # as Livy's Python does
    if text or (output["status"] == "ok" and not data):
        data["text/plain"] = text
    elif output["status"] == "error":
        del output["data"]
