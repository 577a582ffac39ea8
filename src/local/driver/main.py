"""Starts the JVM and the session, then runs statements one after another."""

import os
import queue
import shutil
import sys
import threading
import traceback

from . import interrupt as interrupts
from . import protocol
from .capture import Capture, StatementStream
from .interrupt import Interrupter
from .jvm import Jvm
from .progress import Progress
from .python import Python, describe
from .scala import Scala
from .sql import Sql
from .statement import Statement, error

_SECONDS_FOR_JVM_TO_END = 3.0
# A server that is gone was killed: what it leaves should be gone soon after it.
_SECONDS_AFTER_SERVER = 1.0


class Driver:
    def __init__(self, settings):
        self._settings = settings
        self._directory = settings["directory"]
        self._statements = queue.Queue()
        self._running = None
        # Cancelled before they began; guarded with `_running` by the lock.
        self._cancelled = set()
        self._lock = threading.Lock()
        self._jvm = None
        self._jvm_thread_id = None
        self._ending = False
        self._ready = False
        self._scala = None
        # Where the code runs has no display; pictures are made in memory.
        os.environ.setdefault("MPLBACKEND", "Agg")

    def start(self):
        conf = self._settings["conf"]
        self._repl_classes = conf["spark.repl.class.outputDir"]
        protocol.phase("starting Java")
        # PySpark's own modules are read while the JVM starts.
        importing = threading.Thread(target=lambda: __import__("pyspark.sql"))
        importing.start()
        self._jvm = Jvm(
            self._settings["java"],
            self._settings["java_major"],
            self._settings["spark_home"],
            self._directory,
            conf,
        )
        self._jvm.wait_until_up()
        self._jvm.watch(self._on_jvm_exit)
        importing.join()
        protocol.phase("starting Spark")
        self._open_session()
        context = self._session.sparkContext
        gateway = context._jvm
        self._capture = Capture(
            self._jvm.process.stdout.fileno(), gateway.java.lang.System.out, self.running
        )
        self._interrupter = Interrupter(context, self.running)
        self._sql = Sql(self._session, self._settings["sql_rows"])
        self._python = Python(self._names())
        sys.stdout = sys.stderr = StatementStream(self._capture.sink)
        Progress(context, self.running).start()
        if self._settings["kind"] == "spark":
            protocol.phase("starting Scala")
            self._start_scala()
        self._ready = True
        protocol.send(
            "ready",
            app_id=context.applicationId,
            ui=context.uiWebUrl,
            spark=context.version,
        )

    def _open_session(self):
        from pyspark import SparkContext
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession

        gateway = launch_gateway()  # connects to the JVM that is already up
        SparkContext._ensure_initialized(gateway=gateway)
        jvm = gateway.jvm
        # A loader over the interpreter's classes, made before the SparkContext: it becomes the
        # parent of the executor's loader and the context loader of Spark's threads, so that a
        # class typed at the prompt exists once, whoever asks for it.
        urls = gateway.new_array(jvm.java.net.URL, 1)
        urls[0] = jvm.java.io.File(self._repl_classes).toURI().toURL()
        thread = jvm.java.lang.Thread.currentThread()
        self._class_loader = jvm.java.net.URLClassLoader(urls, thread.getContextClassLoader())
        thread.setContextClassLoader(self._class_loader)
        self._session = SparkSession.builder.getOrCreate()

    def _names(self):
        context = self._session.sparkContext
        names = {"spark": self._session, "sc": context, "sql": self._session.sql}
        try:
            from pyspark.sql import SQLContext

            names["sqlContext"] = SQLContext._get_or_create(context)
        except Exception as problem:  # deprecated, and gone from later lines
            protocol.log("sqlContext: %r" % problem)
        return names

    def _start_scala(self):
        if self._scala is None:
            jars = self._settings["conf"].get("spark.jars", "")
            paths = [jar[7:] if jar.startswith("file://") else jar for jar in jars.split(",")]
            self._scala = Scala(
                self._session, self._class_loader, self._repl_classes, [p for p in paths if p]
            )
        return self._scala

    def running(self):
        return self._running

    def read_requests(self):
        """Runs on a thread of its own until the server asks to end or is gone."""
        while True:
            try:
                request = protocol.receive()
            except ValueError as problem:
                protocol.log("unreadable request: %s" % problem)
                continue
            if request is None:
                self.end(0, _SECONDS_AFTER_SERVER)
            elif request["op"] == "shutdown":
                self.end(0)
            elif request["op"] == "execute":
                self._statements.put(
                    Statement(request["id"], request["kind"], request["code"])
                )
            elif request["op"] == "cancel":
                self._cancel(request["id"])

    def _cancel(self, number):
        with self._lock:
            running = self._running
            if running is None or running.number != number:
                self._cancelled.add(number)
                return
        self._interrupter.interrupt(running)

    def run_statements(self):
        interrupts.block()
        while True:
            self._execute(self._statements.get())

    def _execute(self, statement):
        try:
            output = self._guarded(statement)
        except KeyboardInterrupt:  # one that came while its predecessor was told
            output = error("KeyboardInterrupt", "the statement was cancelled")
        interrupts.block()
        try:
            self._finish(statement)
        except Exception as problem:  # the JVM may be gone: its watcher tells that
            protocol.log("end of statement %d: %r" % (statement.number, problem))
        self._running = None
        _add_printed(output, statement.printed(), statement.kind)
        protocol.send("result", id=statement.number, cancelled=statement.cancelled, output=output)
        if self._is_stopped():
            protocol.send("dead", reason="the SparkContext was stopped")
            self.end(0)

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
            return self._start_scala().run(statement)

    def _finish(self, statement):
        with statement.lock:
            statement.finished.set()
        if statement.cancelled:  # clear an interrupt that came too late
            self._session.sparkContext._jvm.java.lang.Thread.interrupted()
        self._capture.drain()

    def _is_stopped(self):
        try:
            context = self._session.sparkContext
            return context._jsc is None or context._jsc.sc().isStopped()
        except Exception:  # the JVM is gone: its watcher tells that
            return False

    def _on_jvm_exit(self, code):
        statement = self._running
        if statement is not None:
            statement.finished.wait(1.0)
        if not self._ending:
            protocol.send("dead", reason="Spark's Java process ended with exit code %s" % code)
            self.end(3)

    def end(self, code, seconds=_SECONDS_FOR_JVM_TO_END):
        self._ending = True
        if self._jvm is not None:
            if self._ready:
                self._jvm.end(seconds)
            else:  # it reads its standard input only once it is up
                self._jvm.kill()
        shutil.rmtree(self._directory, ignore_errors=True)
        os._exit(code)


def _add_printed(output, printed, kind):
    """Livy's text/plain is what was printed, then the echo; an error keeps what was printed."""
    data = output.setdefault("data", {})
    text = printed + data.get("text/plain", "")
    if kind == "pyspark":
        text = text.rstrip()  # as Livy's Python does
    if text or (output["status"] == "ok" and not data):
        data["text/plain"] = text
    elif output["status"] == "error":
        del output["data"]


def main():
    settings = protocol.receive()
    if settings is None:
        return
    driver = Driver(settings)
    # From the beginning, so that a server that goes away ends a start as well.
    threading.Thread(target=driver.read_requests, daemon=True, name="requests").start()
    try:
        driver.start()
    except BaseException as problem:
        protocol.log(traceback.format_exc())
        protocol.send("dead", reason=str(problem) or type(problem).__name__)
        driver.end(2)
    driver.run_statements()
