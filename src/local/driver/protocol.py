"""JSON lines between the server and this process.

The protocol lives on duplicates of descriptors 0 and 1. The originals are replaced, 0 by
/dev/null and 1 by a capture pipe, so that user code (`os.system`, C libraries, `print` from
a forked child) can neither read a request nor break an event. The log is a duplicate, too.
"""

import json
import os
import threading

_requests = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
_events = os.dup(1)
_log = os.dup(2)
_null = os.open(os.devnull, os.O_RDWR)
_capture_reader, _capture_writer = os.pipe()
os.dup2(_null, 0)
os.dup2(_capture_writer, 1)
_sending = threading.Lock()

OWN_PID = os.getpid()


def captured_stdout():
    """The descriptor from which everything written to descriptor 1 can be read."""
    return _capture_reader


def write_to_capture(data):
    """Writes to the capture pipe, also after user code has closed descriptor 1."""
    os.write(_capture_writer, data)


def reopen_closed():
    """Gives back what user code has closed of descriptors 0 to 2. Otherwise the next connection
    or file would get such a number, and every child process would write into it."""
    for descriptor, original in enumerate((_null, _capture_writer, _log)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.dup2(original, descriptor)


def send(event, **fields):
    """Sends one event; safe from any thread. Half a surrogate pair, which no JSON reader takes,
    becomes a question mark."""
    fields["event"] = event
    line = json.dumps(fields, ensure_ascii=False) + "\n"
    view = memoryview(line.encode("utf-8", "replace"))
    with _sending:
        while view:
            view = view[os.write(_events, view) :]


def phase(text):
    """Tells a step of the start, in words for people."""
    send("phase", text=text)


def log(text):
    """Adds a line to the session's log, which is this process's standard error."""
    os.write(_log, (text + "\n").encode("utf-8", "replace"))


def receive():
    """The next request, or None when the server is gone."""
    line = _requests.readline()
    return json.loads(line) if line else None


def _silence_forked_child():
    os.dup2(_null, _events)


os.register_at_fork(after_in_child=_silence_forked_child)
