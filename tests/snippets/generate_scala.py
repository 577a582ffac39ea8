#!/usr/bin/env python3
"""What a real spark-shell prints for each snippet of scala.txt, for scala.expected.

    generate_scala.py PYSPARK_FOLDER > scala.expected

Each snippet goes through `:paste`, so that it is one unit; one that is marked `typed` goes in line by
line, as at the prompt. Blank lines and prompts are left out.
"""

import os
import re
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
END = "@@END %d@@"


def snippets():
    """`(typed, code)` of each."""
    with open(os.path.join(FOLDER, "scala.txt"), encoding="utf-8") as text:
        parts = re.split(r"^//---(.*)\n", text.read(), flags=re.MULTILINE)
    marks = [""] + parts[1::2]
    return [(mark.strip() == "typed", code) for mark, code in zip(marks, parts[::2])]


def script(found):
    for number, (typed, code) in enumerate(found):
        yield code if typed else ":paste < EOF-%d\n%sEOF-%d\n" % (number, code, number)
        yield 'println("%s")\n' % (END % number)


def shell(pyspark, text):
    environment = dict(os.environ, SPARK_HOME=pyspark, SPARK_LOCAL_IP="127.0.0.1", TERM="dumb")
    command = ["bash", os.path.join(pyspark, "bin", "spark-shell")]
    command += ["--conf", "spark.ui.enabled=false", "--master", "local[2]"]
    answer = subprocess.run(
        command, input=text, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        encoding="utf-8", check=True, timeout=900,
    )
    return answer.stdout


def outputs(printed, count):
    printed = printed[printed.index("Type :help for more information."):]
    printed = printed[printed.index("\n"):]
    for number in range(count):
        text, printed = printed.split(END % number, 1)
        text = text.split("// Exiting paste mode, now interpreting.\n")[-1]
        lines = []
        for line in text.split("\n"):
            line = re.sub(r"^((scala> |     \| )+)", "", line)
            if line.strip():
                lines.append(line.rstrip())
        yield lines


def main():
    found = snippets()
    printed = shell(sys.argv[1], "".join(script(found)))
    for number, lines in enumerate(outputs(printed, len(found))):
        print("//--- %d" % number)
        print("".join(line + "\n" for line in lines), end="")


if __name__ == "__main__":
    main()
