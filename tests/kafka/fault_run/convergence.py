"""After a fault is undone everything must come together again, and by when that is.

Converged means, in this order: every instance is healthy and has folded what the journal held when the fault was undone, while clients go on;
every replica of the journal is in sync; then, with clients held for a moment: every command under way is answered, and all projections are at
the journal's end with the same digest and the same counts. What the journal holds is asked of the brokers, not of Whistle.
"""

import threading
import time

# Ten times what it takes where nothing is wrong; a broker that was killed needs most of it.
CONVERGED_SECONDS_MAX = 90
POLL_SECONDS = 0.2


class Converge:
    """Owned by the run's own thread."""

    def __init__(self, brokers, fleet, load, complain):
        self.brokers = brokers
        self.fleet = fleet
        self.load = load
        self.complain = complain
        # (partition, offset) → (digest, counts, who said so first)
        self._said = {}

    def wait(self, seconds=CONVERGED_SECONDS_MAX):
        """(seconds it took, what is still wrong or empty)."""
        began = time.monotonic()
        deadline = began + seconds
        pause = threading.Event()
        wrong = ""
        steps = [self._healthy, self._in_sync, self._answered, self._at_the_end]
        ends = None
        while steps:
            ends = ends or self.brokers.ends()
            wrong = f"the brokers do not say where the journal ends: {self.brokers.why}" if ends is None else steps[0](ends)
            if not wrong:
                if steps.pop(0) == self._in_sync:
                    self.load.hold()
                continue
            if time.monotonic() > deadline:
                break
            pause.wait(POLL_SECONDS)
        self.load.go_on()
        return time.monotonic() - began, wrong

    def _healthy(self, ends):
        for instance in self.fleet.instances:
            if not instance.meant_to_run:
                return f"{instance} does not run"
            if why := instance.health():
                return f"{instance} is not healthy: {why}"
            if wrong := self._behind(instance, self._projection(instance), ends):
                return wrong
        return ""

    def _in_sync(self, _):
        missing = self.brokers.not_in_sync()
        return f"replicas are not in sync: {' '.join(missing)}" if missing else ""

    def _answered(self, _):
        under_way = self.load.unanswered()
        return f"{len(under_way)} commands are not answered: {under_way[0]}" if under_way else ""

    def _at_the_end(self, _):
        ends = self.brokers.ends()
        if ends is None:
            return f"the brokers do not answer: {self.brokers.why}"
        for instance in self.fleet.instances:
            if wrong := self._behind(instance, self._projection(instance), ends):
                return wrong
        # An agenda may have decided something meanwhile.
        return "" if ends == self.brokers.ends() else "the journal still grows"

    def _projection(self, instance):
        places = instance.projection()
        for key, place in (places or {}).items():
            self._compare(instance, key, place)
        return places

    def _behind(self, instance, places, ends):
        if places is None:
            return f"{instance} does not say where its projection is"
        for key, end in ends.items():
            place = places.get(key)
            if place is None or not place.live:
                return f"{instance} {key}: {place.reason if place else 'not there'}"
            if place.offset + 1 < end:
                return f"{instance} {key}: folded up to offset {place.offset}, the end was {end}"
        return ""

    def _compare(self, instance, key, place):
        """Equal positions, equal digests: over the whole run."""
        if not place.live:
            return
        said = self._said.setdefault((key, place.offset), (place.digest, place.counts, instance.name))
        if said[:2] != (place.digest, place.counts):
            self.complain(
                "head differs",
                f"{key} offset {place.offset}: {instance} says {place.digest} {place.counts}, {said[2]} said {said[0]} {said[1]}",
            )

