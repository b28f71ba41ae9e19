"""The part of a training that is timed."""

import time


class Window:
    """Opens at step `warm_up`, closes after `seconds`, or after `steps` if they are given.

    `over` is asked between a burst of updates and the next step, so it opens and closes only there.
    """

    def __init__(self, warm_up, seconds, steps=None):
        self.warm_up = warm_up
        self.limits = seconds, steps
        self.opened = None

    @classmethod
    def of(cls, setting, seconds, steps=None):
        """Opens when the setting's learning has started and everything has been compiled: two bursts of
        updates, and a copy to the target network."""
        if setting is None:
            return cls(1_000, seconds, steps)
        return cls(setting.start + max(200, 2 * setting.train_every), seconds, steps)

    def over(self, step):
        now, cpu = time.perf_counter(), time.process_time()
        if self.opened is None:
            if step >= self.warm_up:
                self.opened, self.opened_cpu, self.first = now, cpu, step
            return False
        self.seconds, self.cpu_seconds = now - self.opened, cpu - self.opened_cpu
        self.steps = step - self.first
        seconds, steps = self.limits
        return self.seconds >= seconds if steps is None else self.steps >= steps
