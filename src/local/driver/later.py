"""Something slow that is made once, on a thread of its own, when it is first wanted."""

import threading


class Later:
    def __init__(self, make):
        self._make = make
        self._lock = threading.Lock()
        self._attempt = None

    def begin(self):
        """The attempt that is under way or has succeeded; one that failed is made again."""
        with self._lock:
            if self._attempt is None or self._attempt.problem is not None:
                self._attempt = _Attempt(self._make)
            return self._attempt

    def get(self):
        """Waits for it; what made it fail is raised."""
        attempt = self.begin()
        attempt.made.wait()
        if attempt.problem is not None:
            raise attempt.problem
        return attempt.value

    def ready(self):
        """It, or None where it is not there yet."""
        attempt = self._attempt
        return attempt and attempt.value


class _Attempt:
    def __init__(self, make):
        self.made = threading.Event()
        self.value = None
        self.problem = None
        threading.Thread(target=self._run, args=(make,), daemon=True, name="later").start()

    def _run(self, make):
        try:
            self.value = make()
        except Exception as problem:
            self.problem = problem
        self.made.set()
