#!/usr/bin/env -S python3 -SE
"""A driver without Spark: it speaks the protocol of livysh's own drivers, and runs Python itself.

The server starts it in the place of an interpreter, for a session or for a batch. The setting
`spark.stub.starts` names a file that counts starts; with `spark.stub.dies` a session dies early. A value
that is a dictionary of media types is a result's data as it stands.
"""

import ast
import json
import os
import signal
import sys
import threading

LINES = 30


def send(event, **fields):
    fields["event"] = event
    os.write(1, (json.dumps(fields) + "\n").encode())


def run(code, names):
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<statement>", "exec"), names)
    value = eval(compile(ast.Expression(last.value), "<statement>", "eval"), names) if last else None
    if isinstance(value, dict) and value and all("/" in str(key) for key in value):
        return value
    return {"text/plain": "" if value is None else repr(value)}


class Session:
    def __init__(self):
        self.names = {}
        self.work = []
        self.arrived = threading.Condition()
        self.running = None

    def read(self):
        for line in sys.stdin:
            request = json.loads(line)
            if request["op"] == "execute":
                with self.arrived:
                    self.work.append(request)
                    self.arrived.notify()
            elif request["op"] == "cancel" and self.running == request["id"]:
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            elif request["op"] == "shutdown":
                break
        os._exit(0)

    def next(self):
        with self.arrived:
            while not self.work:
                self.arrived.wait()
            return self.work.pop(0)

    def execute(self, request):
        number, cancelled, output = request["id"], request["skip"], None
        try:
            if not cancelled:
                self.running = number
                data = run(request["code"], self.names)
                output = {"status": "ok", "data": data}
        except KeyboardInterrupt:
            cancelled = True
        except Exception as problem:
            output = {
                "status": "error",
                "ename": type(problem).__name__,
                "evalue": str(problem),
                "traceback": [],
            }
        self.running = None
        send("result", id=number, cancelled=cancelled, output=output)


def session(settings):
    if "spark.stub.dies" in settings["conf"]:
        for number in range(1, LINES + 1):
            os.write(2, b"line %d\n" % number)
        send("dead", reason="no memory")
        return
    held = Session()
    threading.Thread(target=held.read, daemon=True).start()
    send("connected")
    send("ready", app_id="local-stub", ui=None, spark="stub")
    while True:
        held.execute(held.next())


def batch(settings):
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(143)), daemon=True).start()
    path, *sys.argv[1:] = settings["arguments"]
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), {"__name__": "__main__"})


def main():
    # Who runs the tests in the background of a shell has it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings = json.loads(sys.stdin.readline())
    starts = settings["conf"].get("spark.stub.starts")
    if starts:
        with open(starts, "a") as file:
            file.write(".")
    batch(settings) if "arguments" in settings else session(settings)


main()
