"""Writes a class-data archive: the classes that a session loads, ready to be mapped.

A JVM goes through what a session usually begins with, and writes the archive as it ends."""

import os
import signal
import threading

from . import protocol
from .capture import LineReader
from .jvm import Jvm
from .scala import Scala
from .session import connect, open_session

_SECONDS_TO_WRITE = 180.0


def _end_with_server():
    """The server that started this is gone when the requests end: so is this, with its JVM."""
    while protocol.receive() is not None:
        pass
    os.killpg(0, signal.SIGKILL)


def build(settings):
    threading.Thread(target=_end_with_server, daemon=True).start()
    written = settings["build_archive"] + ".new"
    jvm = Jvm(settings, ["-XX:ArchiveClassesAtExit=" + written])
    # It tells of every class that it leaves out, and would wait for a reader.
    LineReader(jvm.process.stdout.fileno(), lambda line: None).start()
    try:
        jvm.wait_until_up()
        gateway, class_loader = connect(settings["conf"]["spark.repl.class.outputDir"])
        session = open_session(gateway)
        session.sparkContext.setLogLevel("OFF")
        scala = Scala(gateway.jvm, class_loader, settings["conf"])
        scala.begin()
        scala.main.interpret("case class A(x: Int)")
        scala.main.interpret("sc.parallelize(1 to 10).map(_ + 1).count()")
        scala.main.interpret("spark.range(3).map(i => A(i.toInt)).collect()")
        session.sql("select id, count(*) n from range(9) group by id").collect()
        session.sparkContext.parallelize(range(3)).map(lambda x: x + 1).collect()
    finally:
        jvm.end(_SECONDS_TO_WRITE)
    # One that was killed may have written half of it.
    if jvm.process.wait() == 0 and os.path.exists(written):
        os.rename(written, settings["build_archive"])
