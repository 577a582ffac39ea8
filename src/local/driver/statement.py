"""One statement: its code, the text it has printed, and how it ends."""

import io
import threading


class Statement:
    def __init__(self, number, kind, code, skip, most_characters):
        self.number = number
        self.kind = kind
        self.code = code
        # It was cancelled before its turn.
        self.skip = skip
        self.job_group = str(number)
        self.cancelled = False
        self.finished = threading.Event()
        self.jvm_thread = None
        self.lock = threading.Lock()
        self._printed = io.StringIO()
        # A runaway loop of prints must not take the driver's memory with it.
        self._most = most_characters
        self._kept = 0
        self._dropped = 0

    def write(self, text):
        with self.lock:
            room = self._most - self._kept
            if len(text) > room:
                self._dropped += len(text) - room
                text = text[:room]
            if text:
                self._kept += len(text)
                self._printed.write(text)

    def printed(self):
        """What was written, with a visible mark where it was cut."""
        with self.lock:
            text = self._printed.getvalue()
            if self._dropped:
                text += "\n... %d more characters were dropped\n" % self._dropped
            return text


def ok(data):
    return {"status": "ok", "data": data}


def error(ename, evalue, traceback=()):
    return {"status": "error", "ename": ename, "evalue": evalue, "traceback": list(traceback)}
