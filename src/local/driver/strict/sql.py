"""SQL as Livy runs it: one query, the first rows, values by the JSON library's own conversion."""

import json

from ..statement import error, ok


class StrictSql:
    def __init__(self, scala, session, most_rows):
        self._console = scala.console
        self._session = session._jsparkSession
        self._most_rows = most_rows

    def run(self, code):
        answer = json.loads(self._console.sql(self._session, code, self._most_rows))
        if "trace" in answer:
            return error("Error", answer["message"], answer["trace"])
        return ok({"application/json": answer})
