"""Runs statements with pylivy: the server's URL and the session's number are the arguments, each line of
standard input is a statement, and the line back tells the nanoseconds it took and its text.

The time is taken here, around the one call, so that the pipe and the start of Python do not count."""

import sys
from time import perf_counter_ns

from livy import LivySession

session = LivySession(sys.argv[1], int(sys.argv[2]), echo=False)
for line in sys.stdin:
    code = line.rstrip("\n")
    began = perf_counter_ns()
    output = session.run(code)
    took = perf_counter_ns() - began
    print(took, output.text.strip(), flush=True)
