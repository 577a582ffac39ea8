"""What the Scala compiler says, with the message first.

Scala 2.12 writes `<console>:23: error: what`, then the line and a caret under the place. 2.13
writes the place first, and of a first line the caret alone, for it stands under what was typed.
People and programs read the first line, so that the message is given the form of 2.12.
"""

import re

# The width of the prompt `scala> `, by which 2.13 moves everything to the right.
_INDENT = " " * 7
_MESSAGE = re.compile(r"(?:On line (\d+): |%s)((?:error|warning): .*)" % _INDENT, re.DOTALL)
_CARET = re.compile(r"\s+\^\s*")


def message_first(text, code, lines_before):
    """Errors first, then what is no message of the compiler's, then warnings. The code is what
    was compiled; so many lines of the statement stand before it."""
    lines = text.splitlines(keepends=True)
    messages = [index for index, line in enumerate(lines) if _is_message(lines, index, line)]
    if not messages or _begin(lines, messages[0]) != 0:
        return text
    errors, others, warnings = [], [], []
    for index, following in zip(messages, messages[1:] + [None]):
        number, message = _MESSAGE.fullmatch(lines[index]).groups()
        end = len(lines) if following is None else _begin(lines, following)
        after = index + 1
        while after < end and lines[after].startswith(_INDENT):
            after += 1
        told = errors if message.startswith("error") else warnings
        told.append("<console>:%d: %s" % (int(number or 1) + lines_before, message))
        told += [line[len(_INDENT) :] for line in lines[index + 1 : after]]
        told += [] if number else [_INDENT + code.split("\n")[0] + "\n"]
        told += lines[_begin(lines, index) : index]
        others += lines[after:end]
    return "".join(errors + others + warnings)


def _is_message(lines, index, line):
    return index > 0 and _CARET.fullmatch(lines[index - 1]) and _MESSAGE.fullmatch(line)


def _begin(lines, index):
    """Where the place of a message begins: at its line of code, or at the caret alone."""
    return max(index - 2, 0) if lines[index].startswith("On line") else index - 1
