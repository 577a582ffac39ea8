"""What CPython says of texts: a request is one letter, a text and a zero byte; the answer is one line."""

import ast
import codeop
import sys
import warnings

warnings.simplefilter("ignore")


def verdict(text):
    try:
        code = codeop.compile_command(text, symbol="single")
    except (SyntaxError, ValueError, OverflowError):
        return "e"
    return "i" if code is None else "c"


def prefixes(text):
    """A letter for the first line, the first two lines, and so on."""
    lines = text.split("\n")
    return "".join(verdict("\n".join(lines[: count + 1])) for count in range(len(lines)))


def trees(text):
    """The line of each statement; its first and its last place as line and column, from 0."""
    found = []
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return "error"
    for node in tree.body:
        first, column = node.lineno - 1, node.col_offset
        for decorator in getattr(node, "decorator_list", []):
            # It begins with its sign.
            first, column = min((first, column), (decorator.lineno - 1, 0))
        found.append(f"{first} {column} {node.end_lineno - 1} {node.end_col_offset}")
    return "\t".join(found)


request = bytearray()
while piece := sys.stdin.buffer.read1(1 << 16):
    request += piece
    *whole, request = request.split(b"\0")
    for one in whole:
        letter, text = chr(one[0]), one[1:].decode()
        print({"p": prefixes, "t": trees}[letter](text), flush=True)
