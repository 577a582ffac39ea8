"""The one normalisation under which what pyspark prints and what livysh prints are compared.

1. Addresses, and the numbers that Spark and Py4J count up (`#12`, `plan_id=3`, `o65`), are all alike.
2. A traceback is what it says before and after its frames, be they Python's or Java's: Livy leaves out
   the frame of the statement itself, and where a library's files stand is another matter on each machine.
3. Line numbers in typed code are all alike: pyspark counts from each prompt.
4. White space at a line's end, and blank lines at the end of what a statement printed, do not count:
   Livy takes them away.
"""

import re
import sys

_ALIKE = (
    (re.compile(r"0x[0-9a-fA-F]{6,}"), "0x…"),
    (re.compile(r"(?<=\w)#\d+"), "#…"),
    (re.compile(r"plan_id=\d+"), "plan_id=…"),
    (re.compile(r'(?<="<stdin>", line )\d+'), "…"),
    (re.compile(r"(?<=<stdin>:)\d+"), "…"),
    (re.compile(r"(?<=\(detected at line )\d+"), "…"),
    (re.compile(r"(?<=calling )o\d+"), "o…"),
)
_HEAD = "Traceback (most recent call last):"


def normal(text):
    """A statement's output; ends in a newline or is empty."""
    lines, inside = [], False
    for line in text.split("\n"):
        inside = line == _HEAD or (inside and line.startswith(" "))
        if line == _HEAD or not (inside or line.startswith("\tat ")):
            lines.append(line.rstrip())
    text = "\n".join(lines).rstrip("\n")
    for pattern, replacement in _ALIKE:
        text = pattern.sub(replacement, text)
    return text + "\n" if text else ""


def snippets(text):
    """The snippets of a text by name; each begins with a line `# %% NAME`."""
    parts = re.split(r"^# %% (.*)\n", text, flags=re.M)[1:]
    names, bodies = parts[::2], parts[1::2]
    assert len(set(names)) == len(names), "a name stands twice"
    return dict(zip(names, bodies))


def main():
    """What livysh printed for all snippets, made normal; its own words about errors are left out."""
    with open(sys.argv[1], encoding="utf-8", newline="") as printed:
        text = re.sub(r"^snippets\.py:\d+: .*\n", "", printed.read(), flags=re.M)
    for name, body in snippets(text).items():
        sys.stdout.buffer.write(("# %%%% %s\n%s" % (name, normal(body))).encode("utf-8"))


if __name__ == "__main__":
    main()
