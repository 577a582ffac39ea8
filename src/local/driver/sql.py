"""SQL in the shape of Livy's answers, at most so many rows; values without its losses: decimals,
times and NaN as texts, bytes in base64."""

import base64
import datetime
import decimal
import json
import math

from .python import describe
from .statement import error, ok


class Sql:
    def __init__(self, session, most_rows):
        self._session = session
        self._most_rows = most_rows

    def run(self, statement):
        try:
            frame = self._session.sql(statement.code.strip().rstrip(";"))
            rows = frame.take(self._most_rows)
            schema = json.loads(frame.schema.json())
            data = [[_cell(value) for value in row] for row in rows]
            return ok({"application/json": {"schema": schema, "data": data}})
        except KeyboardInterrupt:
            raise
        except Exception as problem:
            # Livy names every failure of SQL so; frames of PySpark would help nobody.
            return error("Error", describe(problem)["evalue"])


def _cell(value):
    """A value of a row as JSON can hold it without loss; NaN and infinities as their names."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, (datetime.date, datetime.datetime)):
        return str(value)
    if hasattr(value, "asDict"):
        return {name: _cell(item) for name, item in value.asDict().items()}
    if isinstance(value, dict):
        return {str(key): _cell(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cell(item) for item in value]
    return str(value)
