"""Starts the JVM and the session, then runs statements one after another."""

import os
import queue
import shutil
import signal
import threading
import traceback

from . import protocol
from .jvm import Jvm, told
from .progress import Progress
from .session import connect, open_session
from .statement import Statement

_SECONDS_FOR_JVM_TO_END = 3.0
# A server that is gone was killed: what it leaves should be gone soon after it.
_SECONDS_AFTER_SERVER = 1.0


class Driver:
    def __init__(self, settings):
        self._settings = settings
        self._directory = settings["directory"]
        self._statements = queue.Queue()
        self._jvm = None
        self._runner = None
        self._session = None
        self._ending = False
        self._server_is_gone = False
        self._ready = False
        # Where the code runs has no display; pictures are made in memory.
        os.environ.setdefault("MPLBACKEND", "Agg")

    def start(self):
        protocol.phase("starting Java")
        # PySpark's own modules are read while the JVM starts.
        importing = threading.Thread(target=lambda: __import__("pyspark.sql"))
        importing.start()
        self._jvm = Jvm(self._settings)
        self._jvm.wait_until_up()
        self._jvm.watch(self._on_jvm_exit)
        protocol.send("connected")
        importing.join()
        protocol.phase("starting Spark")
        gateway, class_loader = connect(self._settings["conf"]["spark.repl.class.outputDir"])
        stdout = self._jvm.process.stdout.fileno()
        if self._settings["strict"]:
            from .strict.runner import StrictRunner as Runner
        else:
            from .runner import Runner
        # Made before the session, so that Scala's compiler can start beside it.
        runner = Runner(gateway, class_loader, self._settings, stdout)
        self._session = open_session(gateway)
        runner.begin(self._session)
        self._runner = runner
        context = self._session.sparkContext
        Progress(context, self._runner.running).start()
        self._ready = True
        protocol.send(
            "ready",
            app_id=context.applicationId,
            ui=context.uiWebUrl,
            spark=context.version,
        )
        if self._settings["prewarm"]:
            self._runner.prewarm()

    def read_requests(self):
        """Runs on a thread of its own until the server asks to end or is gone."""
        while True:
            try:
                request = protocol.receive()
            except ValueError as problem:
                protocol.log("unreadable request: %s" % problem)
                continue
            if request is None:
                self._server_is_gone = True
                self.end(0, _SECONDS_AFTER_SERVER)
            elif request["op"] == "shutdown":
                self.end(0)
            elif request["op"] == "execute":
                self._statements.put(
                    Statement(
                        request["id"],
                        request["kind"],
                        request["code"],
                        request["skip"],
                        self._settings["most_output"],
                    )
                )
            elif request["op"] == "cancel":
                self._runner.cancel(request["id"])
            elif request["op"] == "skip":
                self._runner.skip(request["id"])
            elif request["op"] == "add":
                threading.Thread(target=self._add, args=(request,), daemon=True).start()
            elif request["op"] == "complete":
                threading.Thread(target=self._complete, args=(request,), daemon=True).start()

    def _complete(self, request):
        candidates = []
        try:
            candidates = self._runner.complete(
                request["kind"], request["code"], request["cursor"]
            )
        except Exception as problem:
            protocol.log("completion: %r" % problem)
        protocol.send("candidates", number=request["number"], candidates=candidates)

    def _add(self, request):
        problem = None
        try:
            self._runner.add(request["what"], request["path"])
        except Exception as failure:
            problem = str(getattr(failure, "java_exception", None) or failure)
        protocol.send("added", number=request["number"], error=problem)

    def run_statements(self):
        while True:
            self._runner.execute(self._statements.get())
            # In Livy it goes on, and every statement says that the SparkContext is stopped.
            if not self._settings["strict"] and self._is_stopped():
                protocol.send("dead", reason="the SparkContext was stopped")
                self.end(0)

    def _is_stopped(self):
        try:
            context = self._session.sparkContext
            return context._jsc is None or context._jsc.sc().isStopped()
        except Exception:  # the JVM is gone: its watcher tells that
            return False

    def _on_jvm_exit(self, code):
        statement = self._runner and self._runner.running()
        if statement is not None:
            statement.finished.wait(1.0)
        if not self._ending:
            protocol.send("dead", reason="Spark's Java process " + told(code))
            self.end(3)

    def end(self, code, seconds=_SECONDS_FOR_JVM_TO_END):
        self._ending = True
        if self._runner is not None:
            self._runner.end()
        if self._jvm is not None:
            if self._ready:
                self._jvm.end(seconds)
            else:  # it reads its standard input only once it is up
                self._jvm.kill()
        shutil.rmtree(self._directory, ignore_errors=True)
        if self._server_is_gone:
            # With whatever the user's code has started: nobody would end that later.
            os.killpg(0, signal.SIGKILL)
        os._exit(code)


def main():
    settings = protocol.receive()
    if settings is None:
        return
    if settings["build_archive"]:
        from .archive import build

        return build(settings)
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
