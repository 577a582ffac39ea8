"""Livy's magics of Python: a line `%json NAME`, `%table NAME` or `%matplot NAME`.

Each gives data by its MIME type. `Failed` tells of what Livy foresees, with its cause; whatever
else is raised is more than Livy can take.
"""

import base64
import datetime
import decimal
import io


class Failed(Exception):
    pass


def chunks(code):
    """Each line that begins with % alone, and the code between them."""
    found, lines = [], []
    for line in code.rstrip().split("\n"):
        if line.startswith("%"):
            found += ["\n".join(lines)] if lines else []
            found.append(line)
            lines = []
        else:
            lines.append(line)
    return found + (["\n".join(lines)] if lines else [])


def _value(names, name):
    try:
        return names[name]
    except KeyError as problem:
        raise Failed() from problem


def _json(names, name):
    return {"application/json": _value(names, name)}


def _matplot(names, name):
    try:
        picture = io.BytesIO()
        names[name].gcf().savefig(picture, format="png")
    except Exception as problem:
        raise Failed() from problem
    encoded = base64.b64encode(picture.getvalue()).decode("ascii")
    return {"image/png": encoded, "text/plain": ""}


_CELLS = (
    (type(None), "NULL_TYPE", None),
    (bool, "BOOLEAN_TYPE", None),
    (int, "INT_TYPE", None),
    (float, "DOUBLE_TYPE", None),
    (str, "STRING_TYPE", str),
    (datetime.datetime, "TIMESTAMP_TYPE", str),
    (datetime.date, "DATE_TYPE", str),
    (decimal.Decimal, "DECIMAL_TYPE", str),
)


def _cell(value):
    """A cell's type by Livy's name, and the cell as JSON holds it."""
    if type(value) in (list, tuple):
        cells = [_cell(item) for item in value]
        if len({kind for kind, _ in cells}) > 1:
            raise ValueError("value has inconsistent types")
        return "ARRAY_TYPE", [item for _, item in cells]
    if type(value) is dict:
        raise ValueError("a map in a cell is more than Livy can take")
    for kind, name, convert in _CELLS:
        if type(value) is kind:
            return name, convert(value) if convert else value
    return "STRING_TYPE", str(value)


def _table(names, name):
    rows = _value(names, name)
    if not isinstance(rows, (list, tuple)):
        rows = [rows]
    headers, data = {}, []
    for row in rows:
        if type(row).__name__ == "Row":
            row = row.asDict()
        if isinstance(row, dict):
            columns = sorted(row.items())
        elif isinstance(row, (list, tuple)):
            columns = list(enumerate(row))
        else:
            columns = [(0, row)]
        cells = []
        for key, value in columns:
            kind, cell = _cell(value)
            header = headers.setdefault(key, {"name": str(key), "type": kind})
            if header["type"] == "NULL_TYPE":
                header["type"] = kind
            elif kind not in ("NULL_TYPE", header["type"]):
                raise TypeError("table rows have different types")
            cells.append(cell)
        data.append(cells)
    table = {"headers": [header for _, header in sorted(headers.items())], "data": data}
    return {"application/vnd.livy.table.v1+json": table}


BY_NAME = {"table": _table, "json": _json, "matplot": _matplot}
