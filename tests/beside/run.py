"""Runs each script here by Spark's own shells and by livysh, and prints what they say as a table.

    python3 tests/beside/run.py SPARK_HOME LIVYSH

spark-shell takes scripts of Scala with -I; scripts of Python go through spark-submit, which pyspark
itself asks for. Lines of Spark's log and of its banner are left out.
"""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = (
    "values.scala",
    "failing.scala",
    "unknown.scala",
    "exit.scala",
    "chain.scala",
    "values.py",
    "failing.py",
    "exit.py",
    "message.py",
    "arguments.py a b",
)
BANNER = re.compile(
    r"\[Stage|WARN|INFO|ERROR|Setting default log level|To adjust logging|Spark (context|session)|Welcome to"
    r"|^ +[/_]|^ *$|Using Scala|Type in expressions|Type :help|Using Spark's|:quit|^ +/_/|logConfig"
)


def run(command):
    done = subprocess.run(
        command, cwd=HERE, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
    )
    lines = [line for line in (done.stdout + done.stderr).splitlines() if not BANNER.search(line)]
    frames = re.compile(r"^\s+at |^\s+File |^Traceback|^ +\^|^  \.\.\. ")
    lines = [line.strip() for line in lines if not frames.search(line)]
    return " ⏎ ".join(lines).replace("|", "\\|"), done.returncode


def main():
    spark_home, livysh = sys.argv[1:]
    print("| script | spark-shell -I / spark-submit | exit | livysh | exit |")
    print("|---|---|---|---|---|")
    for name in NAMES:
        words = name.split()
        if words[0].endswith(".scala"):
            command = [f"{spark_home}/bin/spark-shell", "--master", "local[1]", "-I", *words]
        else:
            command = [f"{spark_home}/bin/spark-submit", "--master", "local[1]", *words]
        theirs, their_code = run(command)
        ours, our_code = run([livysh, "--local", "-q", *words])
        print(f"| {name} | {theirs} | {their_code} | {ours} | {our_code} |", flush=True)


main()
