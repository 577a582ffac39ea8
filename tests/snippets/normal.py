"""The one normalisation under which what pyspark prints and what livysh prints are compared.

1. Addresses, and the numbers that Spark and Py4J count up (`#12`, `plan_id=3`, `o65`), are all alike.
2. Places in typed code are all alike: pyspark counts from each prompt, livysh names the script.
3. White space at a line's end, and blank lines at the end of what a statement printed, do not count:
   Livy takes them away.
4. Of an error the exception's name and the first line of its text count: livysh says on purpose in
   other words where it is, and folds the frames of Spark. It stands after what the snippet printed.
"""

import re
import sys

_ALIKE = (
    (re.compile(r"0x[0-9a-fA-F]{6,}"), "0x…"),
    (re.compile(r"(?<=\w)#\d+"), "#…"),
    (re.compile(r"plan_id=\d+"), "plan_id=…"),
    (re.compile(r"(?<=calling )o\d+"), "o…"),
    (re.compile(r"(?:<stdin>|^snippets\.py):\d+", re.M), "<stdin>:…"),
    (re.compile(r"(?<=\(detected at line )\d+"), "…"),
)
# What is left of an error begins so.
ERROR = "! "
_TRACEBACK = re.compile(r"^Traceback \(most recent call last\):\n( .*\n)*", re.M)
_UNREADABLE = re.compile(r'^  File "<stdin>", line \d+\n( .*\n)*', re.M)
_EXCEPTION = re.compile(r"(?:\w+\.)*(\w+)(?::\s*(.*))?")
_PLACE = re.compile(r"^snippets\.py:(\d+)(?:-\d+)?: (.*)$", re.M)


def alike(text):
    text = "\n".join(line.rstrip() for line in text.split("\n")).rstrip("\n")
    for pattern, replacement in _ALIKE:
        text = pattern.sub(replacement, text)
    return text + "\n" if text else ""


def of_pyspark(text):
    """What a statement printed, and its error, which may be empty."""
    found = list(_TRACEBACK.finditer(text))[-1:] or list(_UNREADABLE.finditer(text))[:1]
    if not found:
        return alike(text), ""
    exception = _EXCEPTION.match(text, found[0].end())
    return alike(text[: found[0].start()]), error(": ".join(filter(None, exception.groups())))


def error(headline):
    return ERROR + alike(headline)


def snippets(text):
    """The snippets of a text by name; each begins with a line `# %% NAME`."""
    parts = re.split(r"^# %% (.*)\n", text, flags=re.M)[1:]
    names, bodies = parts[::2], parts[1::2]
    assert len(set(names)) == len(names), "a name stands twice"
    return dict(zip(names, bodies))


def main():
    """What livysh printed for a script that prints the name of each snippet before it."""
    script, output, errors = (open(path, encoding="utf-8", newline="").read() for path in sys.argv[1:])
    printed = {name: alike(text) for name, text in snippets(output).items()}
    at_line, name = [None], None
    for line in script.split("\n"):
        name = line.split("%% ")[1][:-2] if line.startswith('print("# %% ') else name
        at_line.append(name)
    for line, headline in _PLACE.findall(errors):
        printed[at_line[int(line)]] += error(headline)
    for name, text in printed.items():
        sys.stdout.buffer.write(("# %%%% %s\n%s" % (name, text)).encode("utf-8"))


if __name__ == "__main__":
    main()
