"""Runs statements with sparkmagic's livyclientlib, as its kernels do: the server's URL and the session's number
are the arguments, each line of standard input is a statement, and the line back tells the nanoseconds it took
and its text.

The time is taken here, around the one call, so that the pipe and the start of Python do not count."""

import builtins
import importlib.util
import os
import sys
import tempfile
import types
from time import perf_counter_ns

# A configuration of the user's own must not count; the logs go there too.
FOLDER = tempfile.TemporaryDirectory()
os.environ["SPARKMAGIC_CONF_DIR"] = FOLDER.name

# sparkmagic's __init__ loads its extension of the Jupyter server, which needs all of Jupyter and
# which livyclientlib does not use: an empty package in the same place stands in for it.
package = types.ModuleType("sparkmagic")
package.__path__ = list(importlib.util.find_spec("sparkmagic").submodule_search_locations)
sys.modules["sparkmagic"] = package
# A notebook has this name built in.
builtins.get_ipython = lambda: None

from sparkmagic.livyclientlib.command import Command
from sparkmagic.livyclientlib.endpoint import Endpoint
from sparkmagic.livyclientlib.livyreliablehttpclient import LivyReliableHttpClient
from sparkmagic.livyclientlib.livysession import LivySession


class Display:
    """What a notebook would show."""

    def display(self, widget):
        pass

    def send_error(self, text):
        raise AssertionError(f"sparkmagic complains: {text}")


http = LivyReliableHttpClient.from_endpoint(Endpoint(sys.argv[1], None))
session = LivySession(http, {"kind": "pyspark"}, Display(), session_id=int(sys.argv[2]))
for line in sys.stdin:
    command = Command(line.rstrip("\n"))
    began = perf_counter_ns()
    success, text, _ = command.execute(session)
    took = perf_counter_ns() - began
    assert success, text
    print(took, text.strip(), flush=True)
