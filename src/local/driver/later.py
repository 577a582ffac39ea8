"""Something slow that is made once, on a thread of its own, when it is first wanted."""

import threading


class Later:
    def __init__(self, make):
        self._make = make
        self._lock = threading.Lock()
        self._made = threading.Event()
        self._thread = None
        self._value = None
        self._problem = None

    def begin(self):
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="later")
                self._thread.start()

    def _run(self):
        try:
            self._value = self._make()
        except Exception as problem:
            self._problem = problem
        self._made.set()

    def get(self):
        """Waits for it; what made it fail is raised, and the next call tries again."""
        self.begin()
        self._made.wait()
        if self._problem is None:
            return self._value
        with self._lock:
            problem, self._problem = self._problem, None
            self._thread = None
            self._made.clear()
        raise problem

    def ready(self):
        """It, or None where it is not there yet."""
        return self._value
