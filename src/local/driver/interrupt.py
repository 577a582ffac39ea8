"""Ends a running statement, whatever it does.

| the main thread is in     | it is ended by                                                  |
|---------------------------|-----------------------------------------------------------------|
| Python code               | SIGINT, which raises KeyboardInterrupt                           |
| a Spark job               | `cancelJobGroup`, from this thread's own connection              |
| JVM code that can wait    | `Thread.interrupt` on the statement's JVM thread, after a second |
| a loop in Scala           | `Thread.stop` after four seconds (Java up to 19)                 |
| a loop that swallows this | SIGINT inside the call, which gives up that JVM thread           |
"""

import contextlib
import signal
import sys
import threading
import time

from . import protocol

_SECONDS_BETWEEN_TRIES = 0.1
_SECONDS_BEFORE_THREAD_INTERRUPT = 1.0
_SECONDS_BEFORE_FORCE = 4.0
_SECONDS_AT_MOST = 20.0


def block():
    """Keeps SIGINT from this thread, also where one is already under way."""
    while True:
        try:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            return
        except KeyboardInterrupt:
            continue


@contextlib.contextmanager
def allowed():
    """While it lasts, SIGINT reaches this thread: the rest of the driver is not to be interrupted."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])


class Interrupter:
    def __init__(self, context, current):
        self._context = context
        self._current = current
        self._main = threading.main_thread().ident
        # PySpark's own handler would cancel jobs on the very connection that is busy.
        signal.signal(signal.SIGINT, self._on_signal)

    def _on_signal(self, _number, _frame):
        statement = self._current()
        if statement is not None and statement.cancelled and not statement.finished.is_set():
            raise KeyboardInterrupt()

    def interrupt(self, statement):
        """Asks a running statement to end, and asks harder until it does."""
        if statement.cancelled:
            return
        statement.cancelled = True
        threading.Thread(target=self._insist, args=(statement,), daemon=True).start()

    def _insist(self, statement):
        began = time.monotonic()
        stopped = False
        tries = 0
        while not statement.finished.is_set():
            waited = time.monotonic() - began
            if waited > _SECONDS_AT_MOST:
                break
            try:
                if not self._is_in_jvm():
                    self._raise_in_main()
                else:
                    self._context.cancelJobGroup(statement.job_group)
                    if waited > _SECONDS_BEFORE_THREAD_INTERRUPT and tries % 5 == 0:
                        self._interrupt_jvm_thread(statement)
                    if waited > _SECONDS_BEFORE_FORCE:
                        if statement.kind == "spark" and not stopped:
                            stopped = True
                            self._stop_jvm_thread(statement)
                        elif not statement.finished.is_set():
                            self._raise_in_main()
            except Exception as problem:  # the JVM may be gone: its watcher tells that
                protocol.log("interrupt: %r" % problem)
            tries += 1
            statement.finished.wait(_SECONDS_BETWEEN_TRIES)
        self._cancel_jobs_left_behind(statement.job_group)

    def _is_in_jvm(self):
        frame = sys._current_frames().get(self._main)
        while frame is not None:
            code = frame.f_code
            if code.co_name == "send_command" and "py4j" in code.co_filename:
                return True
            frame = frame.f_back
        return False

    def _raise_in_main(self):
        signal.pthread_kill(self._main, signal.SIGINT)

    def _interrupt_jvm_thread(self, statement):
        # Under the lock, because an interrupt that comes late would end the next statement.
        with statement.lock:
            if statement.jvm_thread is not None and not statement.finished.is_set():
                statement.jvm_thread.interrupt()

    def _stop_jvm_thread(self, statement):
        with statement.lock:
            if statement.jvm_thread is None or statement.finished.is_set():
                return
            try:
                statement.jvm_thread.stop()
            except Exception as problem:  # Java 20 and later refuse
                protocol.log("Thread.stop: %s" % problem)
        statement.finished.wait(0.5)

    def _cancel_jobs_left_behind(self, job_group):
        """An abandoned JVM thread may still start jobs; they would block every slot."""
        tracker = self._context.statusTracker()
        for _ in range(20):
            running = [
                job
                for job in tracker.getJobIdsForGroup(job_group)
                if getattr(tracker.getJobInfo(job), "status", None) == "RUNNING"
            ]
            if not running:
                return
            self._context.cancelJobGroup(job_group)
            time.sleep(_SECONDS_BETWEEN_TRIES)
