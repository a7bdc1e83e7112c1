"""The application is killed at random points of uploading and handing in; and ended politely in the middle of it."""

import random
import threading
import time

from tests.faults.after import Result, examine, open_all
from tests.faults.clients import bidding, crowd
from tests.faults.installation import Installation


def kill(rounds: int = 200, seed: int = 1) -> Result:
    """SIGKILL at random moments; every tenth time the whole server, otherwise the processes that serve."""
    chance, result, killed = random.Random(seed), Result("kill"), 0
    with Installation() as place:
        place.prepare(4)
        place.start()
        clients, stop = crowd(place, 4), threading.Event()
        threads = bidding(clients, stop)
        for number in range(1, rounds + 1):
            time.sleep(chance.uniform(0.1, 1.5))
            if number % 10:
                killed += place.kill_workers()
            else:
                place.kill()
                killed += 1
                place.start()
            place.wait()
        stop.set()
        for thread in threads:
            thread.join()
        result.counts |= {"rounds": rounds, "processes killed": killed}
        examine(place, clients, result)
        open_all(place, result)
    return result


def term(rounds: int = 5) -> Result:
    """SIGTERM while four clients upload: short requests are answered, uploads go on afterwards."""
    result = Result("term")
    with Installation() as place:
        place.prepare(4)
        place.start()
        clients, stop = crowd(place, 4, size=400_000), threading.Event()
        threads = bidding(clients, stop)
        codes = []
        for _number in range(rounds):
            time.sleep(1.5)
            codes.append(place.terminate())
            place.start()
        stop.set()
        for thread in threads:
            thread.join()
        result.counts |= {"rounds": rounds}
        result.expect(not any(codes), f"the server ended with {codes}")
        answered = {status for client in clients for status in client.statuses}
        result.expect(not answered & {500, 502, 504}, f"clients saw {sorted(answered)}")
        examine(place, clients, result)
    return result
