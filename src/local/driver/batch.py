"""The main program of a batch: submits its file in this process's group, ends with the exit
code of that, and ends it when the server is gone or closes this process's standard input."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading

from .jvm import command

# A server that is gone was killed: what it leaves should be gone soon after it.
_SECONDS_TO_END = 0.8


def main():
    # The whole group is asked to end, and this process is to outlive that. Not SIG_IGN, which
    # the batch would inherit.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    line = sys.stdin.buffer.readline()
    if not line:
        return
    settings = json.loads(line)
    directory = settings["directory"]
    process = subprocess.Popen(
        command(
            settings["java"],
            settings["java_major"],
            settings["spark_home"],
            directory,
            settings["conf"],
            [],
            settings["arguments"],
        ),
        stdin=subprocess.DEVNULL,
    )
    given_up = threading.Event()
    watch = threading.Thread(target=_end_with_server, args=(process, given_up), daemon=True)
    watch.start()
    code = process.wait()
    # What it has started ends with it: nobody would end that later.
    os.kill(0, signal.SIGTERM)
    shutil.rmtree(directory, ignore_errors=True)
    if given_up.is_set():
        os.kill(0, signal.SIGKILL)
    os._exit(code if code >= 0 else 128 - code)


def _end_with_server(process, given_up):
    sys.stdin.buffer.read()
    given_up.set()
    os.kill(0, signal.SIGTERM)
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
