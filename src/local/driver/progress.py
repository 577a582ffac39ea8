"""Counts the Spark tasks of the running statement and tells changes.

PySpark gives every Python thread its own connection to the JVM, so the counting goes on
while the main thread is inside a call."""

import threading
import time

from . import protocol

_SECONDS_BETWEEN_LOOKS = 0.1


class Progress(threading.Thread):
    def __init__(self, context, current):
        super().__init__(daemon=True, name="progress")
        self._tracker = context.statusTracker()
        self._current = current

    def run(self):
        told = None
        while True:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            statement = self._current()
            if statement is None or statement.finished.is_set():
                continue
            try:
                done, total = self._count(statement.job_group)
            except Exception as problem:  # the JVM may be gone: its watcher tells that
                protocol.log("progress: %r" % problem)
                continue
            now = (statement.number, done, total)
            if total and now != told and not statement.finished.is_set():
                told = now
                protocol.send("progress", id=statement.number, done=done, total=total)

    def _count(self, job_group):
        done = total = 0
        for job in self._tracker.getJobIdsForGroup(job_group):
            information = self._tracker.getJobInfo(job)
            for stage in information.stageIds if information else ():
                tasks = self._tracker.getStageInfo(stage)
                if tasks is not None:
                    done += tasks.numCompletedTasks
                    total += tasks.numTasks
        return done, total
