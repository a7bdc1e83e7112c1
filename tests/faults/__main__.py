"""python -m tests.faults NAME [--rounds N]: one fault run, or `all`; what it did, what is wrong, exit 1 if anything is.

Servers listen on 127.0.0.1 only, in folders of their own; what a machine lacks is said and left out.
"""

import sys
import time
from argparse import ArgumentParser

from tests.faults import RUNS, LeftOutError


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=[*RUNS, "all"])
    parser.add_argument("--rounds", type=int, default=0, help="default: the number of the full run")
    chosen = parser.parse_args()
    broken = 0
    for name in RUNS if chosen.name == "all" else [chosen.name]:
        started = time.monotonic()
        try:
            result = RUNS[name]()(**({"rounds": chosen.rounds} if chosen.rounds else {}))
        except LeftOutError as reason:
            print(f"{name}: left out, {reason}", flush=True)
            continue
        print(*result.lines(), f"  {time.monotonic() - started:.0f} s", sep="\n", flush=True)
        broken += bool(result.faults)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
