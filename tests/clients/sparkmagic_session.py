"""Drives whole sessions with sparkmagic's livyclientlib on the Livy server whose URL is the first
argument."""

import _thread
import builtins
import faulthandler
import importlib.util
import json
import os
import re
import signal
import sys
import tempfile
import threading
import types
import warnings

# A configuration of the user's own must not count; the logs go there too. The patience is for a
# machine on which other Sparks start meanwhile.
FOLDER = tempfile.TemporaryDirectory()
os.environ["SPARKMAGIC_CONF_DIR"] = FOLDER.name
with open(os.path.join(FOLDER.name, "config.json"), "w") as file:
    patience = {"livy_session_startup_timeout_seconds": 180, "wait_for_idle_timeout_seconds": 180}
    json.dump(patience, file)

# sparkmagic's __init__ loads its extension of the Jupyter server, which needs all of Jupyter and
# which livyclientlib does not use: an empty package in the same place stands in for it.
package = types.ModuleType("sparkmagic")
package.__path__ = list(importlib.util.find_spec("sparkmagic").submodule_search_locations)
sys.modules["sparkmagic"] = package

# A notebook has this name built in, and the exception of a cancelled statement asks it for this.
NOTEBOOK = types.SimpleNamespace(_showtraceback=None)
builtins.get_ipython = lambda: NOTEBOOK

import pandas
from pandas.testing import assert_frame_equal
from sparkmagic.livyclientlib.command import Command
from sparkmagic.livyclientlib.endpoint import Endpoint
from sparkmagic.livyclientlib.exceptions import BadUserDataException, SparkStatementCancelledException
from sparkmagic.livyclientlib.livyreliablehttpclient import LivyReliableHttpClient
from sparkmagic.livyclientlib.livysession import LivySession
from sparkmagic.livyclientlib.sendpandasdftosparkcommand import SendPandasDfToSparkCommand
from sparkmagic.livyclientlib.sendstringtosparkcommand import SendStringToSparkCommand
from sparkmagic.livyclientlib.sparkstorecommand import SparkStoreCommand
from sparkmagic.livyclientlib.sqlquery import SQLQuery

# Whether texts are times is tried by sparkmagic on every column, and pandas warns of it.
warnings.filterwarnings("ignore", "Could not infer format")

URL = sys.argv[1]
# The client waits without end for the answer of a statement.
faulthandler.dump_traceback_later(600, exit=True)
# A shell starts what runs in its background with interrupts ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
TEXT = "text/plain"


class Display:
    """What a notebook would show."""

    def __init__(self):
        self.lines = []
        self.pages = []

    def writeln(self, text):
        self.lines.append(text)

    def html(self, text):
        self.pages.append(text)

    def display(self, widget):
        pass

    def send_error(self, text):
        raise AssertionError(f"sparkmagic complains: {text}")


def equal(what, found, expected):
    assert found == expected, f"{what}: {found!r} is not {expected!r}"


def gives(session, code, text):
    equal(repr(code), Command(code).execute(session), (True, text, TEXT))


def fails(session, code):
    success, text, kind = Command(code).execute(session)
    equal(repr(code), (success, kind), (False, TEXT))
    return text


def in_a_session(kind, drive):
    http = LivyReliableHttpClient.from_endpoint(Endpoint(URL, None))
    display = Display()
    session = LivySession(http, {"kind": kind}, display, heartbeat_timeout=60)
    try:
        session.start()
        equal("the session's state", session.status, "idle")
        shown = ["Starting Spark application", "SparkSession available as 'spark'."]
        equal("what is shown", display.lines, shown)
        assert f"<td>{session.id}</td>" in display.pages[0], display.pages
        assert session.id in [one["id"] for one in http.get_sessions()["sessions"]]
        assert session.get_logs(), "the session has no log"
        drive(session)
        queries(session)
    finally:
        id = session.id
        session.delete()
    equal("the deleted session's state", session.status, "dead")
    ids = [one["id"] for one in http.get_sessions()["sessions"]]
    assert id not in ids, f"the deleted session is still listed: {ids}"


def queries(session):
    """SQL, which sparkmagic wraps in the session's language, and tables there and back."""
    query = "select id, id * 0.5D as half, concat('n', id) as name from range(3) order by id"
    table = pandas.DataFrame({"id": [0, 1, 2], "half": [0.0, 0.5, 1.0], "name": ["n0", "n1", "n2"]})
    assert_frame_equal(SQLQuery(query).execute(session), table)
    assert_frame_equal(SQLQuery(query, maxrows=2).execute(session), table[:2])
    equal("the rows of nothing", len(SQLQuery("select 1 as a where 1 > 2").execute(session)), 0)
    sample = SQLQuery("select id from range(100)", samplemethod="sample", samplefraction=1.0)
    equal("the rows of a whole sample", len(sample.execute(session)), 100)
    try:
        SQLQuery("select nothing from nowhere").execute(session)
    except BadUserDataException as error:
        assert "TABLE_OR_VIEW_NOT_FOUND" in str(error), error
    else:
        raise AssertionError("a query of no table did not raise")

    people = pandas.DataFrame({"age": [31, 42], "name": ["Ann", "日本"]})
    success, text, _ = SendPandasDfToSparkCommand("people", people, "people", 10).execute(session)
    assert success, text
    assert_frame_equal(SparkStoreCommand("people").execute(session), people)
    success, text, _ = SendStringToSparkCommand("word", "it's é 日本", "word").execute(session)
    assert success, text


def interrupts(session, code):
    """A notebook's interrupt arrives as a KeyboardInterrupt while a statement runs."""
    timer = threading.Timer(2, _thread.interrupt_main)
    timer.start()
    try:
        result = Command(code).execute(session)
    except SparkStatementCancelledException:
        pass
    else:
        raise AssertionError(f"{code!r} was not cancelled but gave {result}")


def scala(session):
    gives(session, "sc.parallelize(1 to 10).count()", "res1: Long = 10\n")
    gives(session, 'println("é 日本")', "é 日本\n")
    gives(session, "val x = 20\nx + 1", "x: Int = 20\nres3: Int = 21\n")
    error = fails(session, "1 / 0")
    assert re.fullmatch(r"java\.lang\.ArithmeticException: / by zero\n  \.\.\. \d+ elided\n", error), repr(error)
    error = fails(session, "nobody")
    assert re.fullmatch(r"<console>:\d+: error: not found: value nobody\n +nobody\n +\^\n", error), repr(error)
    interrupts(session, "sc.parallelize(1 to 200, 200).foreach(_ => Thread.sleep(500))")
    gives(session, "x", "res7: Int = 20\n")


def python(session):
    gives(session, "1 + 1", "2")
    gives(session, "print('é 日本')", "é 日本")
    gives(session, "x = 20", "")
    gives(session, "sc.parallelize(range(10)).count() + x", "30")
    error = fails(session, "1 / 0")
    expected = "division by zero\nTraceback (most recent call last):\nZeroDivisionError: division by zero\n"
    equal("the error", error, expected)
    interrupts(session, "import time\nsc.parallelize(range(200), 200).foreach(lambda _: time.sleep(0.5))")
    gives(session, "x", "20")
    gives(session, "rows = [{'a': 1, 'b': None}]", "")
    equal("%json", Command("%json rows").execute(session), (True, [{"a": 1, "b": None}], "application/json"))


in_a_session("spark", scala)
in_a_session("pyspark", python)
print("ok")
