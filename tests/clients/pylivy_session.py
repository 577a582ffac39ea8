"""Drives whole sessions with pylivy on the Livy server whose URL is the first argument."""

import faulthandler
import sys
import time
from contextlib import contextmanager

import pandas
from livy import LivySession, SessionKind, SessionState, SparkRuntimeError
from livy.client import LivyClient
from livy.models import OutputStatus, StatementKind, StatementState
from pandas.testing import assert_frame_equal

URL = sys.argv[1]
# The client waits without end for a session and for the answer of a statement.
faulthandler.dump_traceback_later(600, exit=True)
PEOPLE = pandas.DataFrame(
    {"name": ["Ann", "Bô “B”", "日本"], "age": [31, 42, 53], "score": [0.5, 1.25, -2.0]}
)


def equal(what, found, expected):
    assert found == expected, f"{what}: {found!r} is not {expected!r}"


@contextmanager
def session_of(kind):
    """A session that is up; after its end the server must not know it any more."""
    session = LivySession.create(URL, kind=kind, echo=False)
    try:
        equal(f"the state of a new {kind.value} session", session.state, SessionState.STARTING)
        session.wait()
        equal(f"the state of the {kind.value} session after wait", session.state, SessionState.IDLE)
        yield session
    finally:
        session.close()
    client = LivyClient(URL)
    equal("the closed session", client.get_session(session.session_id), None)
    ids = [other.session_id for other in client.list_sessions()]
    assert session.session_id not in ids, f"the closed session is still listed: {ids}"
    client.close()
    try:
        state = session.state
    except ValueError as error:
        equal("the complaint", str(error), "session not found - it may have been shut down")
    else:
        raise AssertionError(f"the closed session has the state {state}")


def error_of(session, code):
    try:
        output = session.run(code)
    except SparkRuntimeError as error:
        return error
    raise AssertionError(f"{code!r} did not raise but gave {output}")


def there_and_back(session):
    session.upload("people", PEOPLE)
    # Spark sorts the columns of what it reads as JSON.
    assert_frame_equal(session.download("people"), PEOPLE[["age", "name", "score"]])


def python():
    with session_of(SessionKind.PYSPARK) as session:
        equal("an expression", session.run("1 + 1").text, "2")
        equal("what is printed", session.run("print('é 日本')").text, "é 日本")
        equal("an assignment", session.run("x = 20").text, "")
        equal("a variable of before", session.run("x + 1").text, "21")
        equal("a job", session.run("sc.parallelize(range(10)).count()").text, "10")

        error = error_of(session, "def f():\n    return 1 / 0\n\nf()")
        equal("the error's name", error.ename, "ZeroDivisionError")
        equal("the error's value", error.evalue, "division by zero")
        first, last = "Traceback (most recent call last):\n", "ZeroDivisionError: division by zero\n"
        expected = [first, '  File "<stdin>", line 2, in f\n', last]
        equal("the error's traceback", error.traceback, expected)
        session.check = False
        output = session.run("nobody")
        equal("an unchecked error", (output.status, output.ename), (OutputStatus.ERROR, "NameError"))
        session.check = True
        equal("a variable after errors", session.run("x").text, "20")

        session.run("df = spark.range(3).selectExpr('id', 'id * 0.5D as half', 'concat(\"n\", id) as name')")
        expected = pandas.DataFrame({"id": [0, 1, 2], "half": [0.0, 0.5, 1.0], "name": ["n0", "n1", "n2"]})
        assert_frame_equal(session.download("df"), expected)
        equal("the rows of an empty download", len(session.download("df.where('id > 9')")), 0)
        there_and_back(session)
        session.run("plain = {'a': [1, None]}")
        equal("%json", session.run("%json plain").json, {"a": [1, None]})

        # The statement's own kind chooses another language of the same session.
        client, id = session.client, session.session_id
        session.run("df.createOrReplaceTempView('df')")
        statement = client.create_statement(id, "select id, name from df order by id", StatementKind.SQL)
        assert statement.state in (StatementState.WAITING, StatementState.RUNNING), statement
        while statement.state in (StatementState.WAITING, StatementState.RUNNING):
            time.sleep(0.1)
            statement = client.get_statement(id, statement.statement_id)
        equal("the SQL statement's state", statement.state, StatementState.AVAILABLE)
        equal("the SQL statement's rows", statement.output.json["data"], [[0, "n0"], [1, "n1"], [2, "n2"]])

        statements = client.list_statements(id)
        equal("the statements' ids", [one.statement_id for one in statements], list(range(len(statements))))
        equal("the first statement", (statements[0].code, statements[0].output.text), ("1 + 1", "2"))
        kinds = [one.kind for one in client.list_sessions() if one.session_id == id]
        equal("the session's kind in the list", kinds, [SessionKind.PYSPARK])


def scala():
    with session_of(SessionKind.SPARK) as session:
        equal("a job", session.run("sc.parallelize(1 to 10).count()").text, "res0: Long = 10\n")
        equal("what is printed", session.run('println("é 日本")').text, "é 日本\n")
        equal("two lines", session.run("val x = 20\nx + 1").text, "x: Int = 20\nres2: Int = 21\n")
        error = error_of(session, "1 / 0")
        equal("the error's name", error.ename, "Error")
        equal("the error's value", error.evalue, "java.lang.ArithmeticException: / by zero")
        assert all(line.endswith("\n") for line in error.traceback), error.traceback
        equal("a variable after an error", session.run("x").text, "res4: Int = 20\n")
        there_and_back(session)


def sql():
    with session_of(SessionKind.SQL) as session:
        expected = pandas.DataFrame({"id": [0, 1, 2], "name": ["n0", "n1", "n2"]})
        query = "select id, concat('n', id) as name from range(3) order by id"
        assert_frame_equal(session.download_sql(query), expected)
        error = error_of(session, "select nothing from nowhere")
        equal("the error's name", error.ename, "Error")
        assert error.evalue.startswith("[TABLE_OR_VIEW_NOT_FOUND] The table or view `nowhere`"), error.evalue


python()
scala()
sql()
print("ok")
