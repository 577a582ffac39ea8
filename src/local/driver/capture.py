"""Standard output of this process and of the JVM, given to the statement that runs.

A pipe has no statement boundaries, so at the end of each statement a unique mark is written
into it and awaited: whatever came before the mark belongs to the statement. What Python code
prints goes no such way, but waits for what its child processes and the JVM have written before.
"""

import codecs
import io
import os
import select
import threading

from . import protocol

# The most that a pipe holds by default.
_PIPE_SIZE = 1 << 16


class PipeReader(threading.Thread):
    """Reads a pipe for ever and hands text to the sink; can wait until a mark has passed."""

    def __init__(self, descriptor, name, sink):
        super().__init__(daemon=True, name=name)
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._sink = sink
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._changed = threading.Condition()
        self._mark = None
        self._held = b""
        self._ended = False

    def expect(self, mark):
        with self._changed:
            self._mark = mark

    def await_mark(self, seconds=5.0):
        with self._changed:
            self._changed.wait_for(lambda: self._mark is None or self._ended, seconds)
            self._mark = None

    def run(self):
        readable = select.poll()
        readable.register(self._descriptor, select.POLLIN)
        while not self._ended:
            readable.poll()
            self.catch_up()

    def catch_up(self):
        """Takes in what the pipe holds now; not more, because a child may write without end."""
        with self._changed:
            try:
                data = os.read(self._descriptor, _PIPE_SIZE)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if data:
                self._take(self._held + data)
            else:
                self._ended = True
                self._changed.notify_all()

    def _take(self, data):
        self._held = b""
        if self._mark is not None:
            before, found, after = data.partition(self._mark)
            if found:
                self._give(before, final=True)
                self._mark = None
                self._changed.notify_all()
                data = after
            else:
                keep = _length_of_split_mark(data, self._mark)
                if keep:
                    data, self._held = data[:-keep], data[-keep:]
        self._give(data)

    def _give(self, data, final=False):
        # A character that is not whole at a statement's end never will be.
        text = self._decoder.decode(data, final)
        if text:
            self._sink(text)


def _length_of_split_mark(data, mark):
    """How many bytes at the end of `data` may be the beginning of `mark`."""
    for length in range(min(len(mark) - 1, len(data)), 0, -1):
        if mark.startswith(data[-length:]):
            return length
    return 0


class LineReader(threading.Thread):
    """Reads a pipe for ever and hands over its lines."""

    def __init__(self, descriptor, sink):
        super().__init__(daemon=True, name="lines")
        self._descriptor = descriptor
        self._sink = sink

    def run(self):
        with os.fdopen(os.dup(self._descriptor), encoding="utf-8", errors="replace") as pipe:
            for line in pipe:
                self._sink(line.rstrip("\n"))


class Capture:
    """Both pipes and `sys.stdout`, all ending in the current statement."""

    def __init__(self, jvm_stdout, system_out, current):
        self._current = current
        self._system_out = system_out
        self._count = 0
        self._jvm = PipeReader(jvm_stdout, "jvm-stdout", self.sink)
        self._own = PipeReader(protocol.captured_stdout(), "own-stdout", self.sink)
        self._jvm.start()
        self._own.start()

    def sink(self, text):
        statement = self._current()
        if statement is None:
            protocol.log(text.rstrip("\n"))
        else:
            statement.write(text)

    def print(self, text):
        """Takes what is printed after all that was written before."""
        self._jvm.catch_up()
        self._own.catch_up()
        self.sink(text)

    def drain(self):
        """Waits until all that the statement has written has arrived."""
        self._count += 1
        mark = "\x02\x1flivysh-%d-%d\x1f\x03" % (protocol.OWN_PID, self._count)
        self._jvm.expect(mark.encode())
        self._own.expect(mark.encode())
        protocol.write_to_capture(mark.encode())
        getattr(self._system_out, "print")(mark)
        self._system_out.flush()
        self._jvm.await_mark()
        self._own.await_mark()


class StatementStream(io.TextIOBase):
    """`sys.stdout` and `sys.stderr` of user code."""

    encoding = "utf-8"

    def __init__(self, sink):
        self._sink = sink

    def writable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        return 1

    def close(self):
        """The statements to come print here, too."""

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not %s" % type(text).__name__)
        if os.getpid() == protocol.OWN_PID:
            self._sink(text)
        else:  # a forked child has no statement of its own, but shares descriptor 1
            os.write(1, text.encode("utf-8", "replace"))
        return len(text)
