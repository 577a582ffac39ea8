"""Writes what the real `pyspark` prints for the snippets of python.py to python.expected.

The shell runs in a pseudo-terminal and gets one line after another, as from somebody who types; what
it writes from one prompt to the next is a statement's output.

    generate_python.py [--print]

It takes the Spark of SPARK_HOME, or the one that tests/run has installed, and with `--print` writes to
standard output instead.
"""

import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import termios

from normal import of_pyspark, snippets

HERE = pathlib.Path(__file__).resolve().parent
INSTALLED = HERE.parent / ".cache/livysh/runtime/pyspark-3.5/lib/python3.11/site-packages/pyspark"
# Prompts that no snippet prints: for a new statement, and for a line that continues one.
FIRST, CONTINUED = "\x1e", "\x1f"
SECONDS = 180
OPTIONS = {
    "spark.master": "local[2]",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
}


class Pyspark:
    def __init__(self, spark_home, folder):
        # The line editor would write what is typed.
        (folder / "sitecustomize.py").write_text("import sys\nsys.modules['readline'] = None\n")
        environment = dict(
            os.environ,
            SPARK_HOME=str(spark_home),
            SPARK_LOCAL_IP="127.0.0.1",
            PYTHONPATH=str(folder),
            PYTHONIOENCODING="utf-8",
            TERM="dumb",
        )
        environment.setdefault("PYSPARK_PYTHON", str(spark_home.parents[3] / "bin/python"))
        environment["PYSPARK_DRIVER_PYTHON"] = environment["PYSPARK_PYTHON"]
        command = [str(spark_home / "bin/pyspark")]
        for name, value in OPTIONS.items():
            command += ["--conf", "%s=%s" % (name, value)]
        self._terminal, theirs = pty.openpty()
        settings = termios.tcgetattr(theirs)
        settings[1] &= ~termios.OPOST
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, settings)
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)
        self._read([">>> "])
        self._type("import sys; sys.ps1, sys.ps2 = %r, %r" % (FIRST, CONTINUED))
        # What the JVM logs comes when it comes.
        self.enter('sc.setLogLevel("OFF")')

    def _type(self, line):
        os.write(self._terminal, (line + "\n").encode("utf-8"))
        return self._read([FIRST, CONTINUED])

    def _read(self, prompts):
        """What is written before the next prompt, and that prompt."""
        data = b""
        while not any(data.endswith(prompt.encode()) for prompt in prompts):
            if not select.select([self._terminal], [], [], SECONDS)[0]:
                raise TimeoutError(data.decode("utf-8", "replace"))
            data += os.read(self._terminal, 1 << 16)
        text = data.decode("utf-8")
        return text[:-1], text[-1]

    def enter(self, text):
        """Types a snippet; what its statements printed, and their errors."""
        written = [self._type(line) for line in text.rstrip("\n").split("\n")]
        if written[-1][1] == CONTINUED:
            written.append(self._type(""))
        assert written[-1][1] == FIRST, "not complete: %s" % text
        outputs, errors = zip(*(of_pyspark(text) for text, _ in written))
        return "".join(outputs + errors)

    def end(self):
        os.write(self._terminal, b"\x04")
        self._process.wait(SECONDS)
        os.close(self._terminal)


def main():
    spark_home = pathlib.Path(os.environ.get("SPARK_HOME", INSTALLED))
    source = (HERE / "python.py").read_text("utf-8")
    expected = []
    with tempfile.TemporaryDirectory() as folder:
        shell = Pyspark(spark_home, pathlib.Path(folder))
        for name, text in snippets(source).items():
            expected += ["# %%%% %s\n" % name, shell.enter(text)]
        shell.end()
    if sys.argv[1:] == ["--print"]:
        sys.stdout.buffer.write("".join(expected).encode("utf-8"))
    else:
        (HERE / "python.expected").write_text("".join(expected), "utf-8")


if __name__ == "__main__":
    main()
