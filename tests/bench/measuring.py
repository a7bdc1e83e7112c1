"""Rounds of measurements and the tables they become."""

import gc
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

ROUNDS = 3
Work = Callable[[], object]


def cpu() -> float:
    """CPU seconds of this process and of children that have ended: other programs on the machine do not count."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


wall = time.perf_counter


@dataclass(frozen=True, slots=True)
class Table:
    """Seconds of each variant in each round. `peer` is what the others are compared with."""

    title: str
    peer: str
    seconds: Mapping[str, list[float]]
    note: str = ""
    per: int = 1
    unit: str = "ms"

    def lines(self) -> list[str]:
        """The table as text. Ratio: time of the variant / time of the peer in the same round; smallest and middle."""
        width = max(len(name) for name in self.seconds)
        head = f"  {'':{width}}  {self.unit + ' (median)':>16}  {'time ratio min':>14}  {'median':>7}"
        rows = [self._row(name, width) for name in self.seconds]
        return [self.title, head, *rows, *([f"  {self.note}"] if self.note else [])]

    def _row(self, name: str, width: int) -> str:
        ratios = [own / peer for own, peer in zip(self.seconds[name], self.seconds[self.peer], strict=True)]
        each = self._shown(median(self.seconds[name]))
        return f"  {name:{width}}  {each:16.2f}  {min(ratios):14.2f}  {median(ratios):7.2f}"

    def _shown(self, seconds: float) -> float:
        return self.per / seconds if self.unit == "MB/s" else seconds / self.per * 1000


def rounds(variants: Mapping[str, Work], clock: Callable[[], float] = cpu) -> dict[str, list[float]]:
    """Seconds of each variant, one after the other in each of three rounds, after one run to warm up."""
    for work in variants.values():
        work()
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for _round in range(ROUNDS):
        for name, work in variants.items():
            gc.collect()
            started = clock()
            work()
            seconds[name].append(clock() - started)
    return seconds
