"""Spreadsheet formulas that agree with the exact engine to the last shown digit.

Each formula first makes whole numbers with ROUND(x*10^k,0), adds and multiplies them, divides once by a whole number,
rounds to 0 places and only then moves the point: an exact half is then represented exactly and nothing else comes
near it, while every numerator stays below 10^15 (`limits` sees to that). Functions come from `PERMITTED` only.

`a`, `b` and the like are references of cells; `k` are decimals. Expressions come without the leading "=".
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

PERMITTED = frozenset({
    "AND", "COUNT", "COUNTIF", "IF", "ISBLANK", "ISNUMBER", "LEN", "MAX", "MIN", "MOD", "N", "ROUND", "SUM",
    "SUMPRODUCT",
})  # fmt: skip
SPLIT = 100_000  # prices in cents are compared as R * SPLIT + S, so that every product stays a whole number


def whole(ref: str, k: int) -> str:
    """The number in `ref` as a whole number of its k-th decimals."""
    return f"ROUND({ref}*{10**k},0)" if k else f"ROUND({ref},0)"


def shown(numerator: str, denominator: int | str, k: int) -> str:
    """numerator / denominator, rounded half away from zero, moved back by `k` decimals."""
    inner = numerator if denominator == 1 else f"({numerator})/{denominator}"
    return f"ROUND({inner},0)/{10**k}" if k else f"ROUND({inner},0)"


def line(quantity: str, price: str, a: int, b: int) -> str:
    """Quantity with `a` decimals times unit price with `b` >= 2 decimals, in 2 decimals."""
    product = f"{whole(quantity, a)}*{whole(price, b)}"
    return f"IF(ISNUMBER({price}),{shown(product, 10 ** (a + b - 2), 2)},0)"


def total_of(cells: str) -> str:
    """Sum of amounts in cents."""
    return f"ROUND(SUM({cells})*100,0)/100"


def less(amount: str, percent: str, k: int) -> str:
    """Amount less a percentage with `k` decimals."""
    full = 100 * 10**k
    return shown(f"{whole(amount, 2)}*({full}-{whole(percent, k)})", full, 2)


def plus(amount: str, percent: str, k: int) -> str:
    """Amount plus a percentage with `k` decimals."""
    full = 100 * 10**k
    return shown(f"{whole(amount, 2)}*({full}+{whole(percent, k)})", full, 2)


def mean(cells: str, k: int) -> str:
    """Mean of numbers with at most `k` decimals, in `k` decimals."""
    return f"ROUND({whole(f'SUM({cells})', k)}/COUNT({cells}),0)/{10**k}"


def weighted(weight: str, score: str, kw: int) -> str:
    """Weight points with `kw` decimals times a score with 2; exact, so nothing is rounded."""
    return f"{whole(weight, kw)}*{whole(score, 2)}/{10 ** (kw + 2)}"


def linear_points(price: str, lowest: str, factor: Fraction, k: int) -> str:
    """100 * (f*m - P) / ((f-1)*m), never below 0, in `k` decimals; f = F/s as whole numbers."""
    top, bottom = factor.numerator, factor.denominator
    p, m = whole(price, 2), whole(lowest, 2)
    below = f"{bottom}*{p}" if bottom > 1 else p
    divisor = m if top - bottom == 1 else f"({top - bottom}*{m})"
    return f"MAX(0,ROUND({100 * 10**k}*({top}*{m}-{below})/{divisor},0)/{10**k})"


def inverse_points(price: str, lowest: str, k: int) -> str:
    """100 * m / P in `k` decimals."""
    return f"ROUND({100 * 10**k}*{whole(lowest, 2)}/{whole(price, 2)},0)/{10**k}"


def scale_points(price: str, ends: tuple[Fraction, Fraction], k: int) -> str:
    """100 * (zero - P) / (zero - full) in `k` decimals, 0 to 100; `ends` (full, zero) are money with 2 decimals."""
    full, zero = (int(end * 100) for end in ends)
    return f"MAX(0,MIN(100,ROUND({100 * 10**k}*({zero}-{whole(price, 2)})/{zero - full},0)/{10**k}))"


def surcharge_ratio(performance: str, price: str, surcharge: Fraction, kl: int, k: int) -> str:
    """(L + c) / P * 10^5 in `k` decimals with one division; L has `kl` decimals, c no more."""
    up, down = max(0, k + 7 - kl), max(0, kl - k - 7)
    points = f"({whole(performance, kl)}+{int(surcharge * 10**kl)})"
    divisor = whole(price, 2) if not down else f"({10**down}*{whole(price, 2)})"
    return f"ROUND({10**up}*{points}/{divisor},0)/{10**k}"


def comparison_price(price: str, performance: str, worth: Fraction, kl: int) -> str:
    """P - v * L / 10 in cents; the worth v of a quality point has 2 decimals, L has `kl`."""
    denominator = 10 ** (kl + 1)
    return shown(f"{whole(price, 2)}*{denominator}-{int(worth * 100)}*{whole(performance, kl)}", denominator, 2)


def quality_points(performance: str, kl: int, k: int) -> str:
    """L / 10 in `k` decimals; L has `kl` decimals."""
    return shown(whole(performance, kl), 10 ** (kl + 1 - k), k)


def weighted_total(wp: str, price: str, wq: str, quality: str, decimals: tuple[int, int, int]) -> str:
    """wP * price points + wQ * quality points; weights with 4 decimals, the others as given (price, quality, total)."""
    kp, kq, kt = decimals
    most = max(kp, kq)
    parts = [f"{whole(w, 4)}*{whole(p, k)}" for w, p, k in ((wp, price, kp), (wq, quality, kq))]
    parts = [part if k == most else f"{10 ** (most - k)}*{part}" for part, k in zip(parts, (kp, kq), strict=True)]
    return shown("+".join(parts), 10 ** (most + 4 - kt), kt)


def ratio(performance: str, price: str, kl: int, k: int) -> str:
    """L / P * 10^4 in `k` decimals with one division; for display only, ranks compare crosswise."""
    up, down = max(0, k + 6 - kl), max(0, kl - k - 6)
    numerator = f"{10**up}*{whole(performance, kl)}" if up else whole(performance, kl)
    divisor = whole(price, 2) if not down else f"({10**down}*{whole(price, 2)})"
    return f"ROUND({numerator}/{divisor},0)/{10**k}"


def share_of(part: str, base: str, k: int) -> str:
    """part / base * 100 in `k` decimals; both are whole-number expressions."""
    return f"ROUND({100 * 10**k}*({part})/({base}),0)/{10**k}"


def present_value(number: str, unit_price: str, factor: str, places: tuple[int, int, int], *, negative: bool) -> str:
    """number × price per unit × factor in cents, with the decimals of the three; nothing without the number."""
    cells = zip((number, unit_price, factor), places, strict=True)
    product = "*".join(whole(cell, k) for cell, k in cells)
    amount = shown(product, 10 ** (sum(places) - 2), 2)
    return f'IF(ISNUMBER({number}),{"-" if negative else ""}{amount},"")'


def curve(value: str, points: Sequence[tuple[str, str]], k: int) -> str:
    """Points of a promised number: straight lines between (value, points) cells, constant beyond both ends."""
    v = whole(value, k)
    steps = [f"IF({v}<={whole(points[0][0], k)},{points[0][1]}"]
    for (left, low), (right, high) in pairwise(points):
        x0, x1, y0, y1 = whole(left, k), whole(right, k), whole(low, 2), whole(high, 2)
        inner = f"ROUND(({y0}*({x1}-{x0})+({y1}-{y0})*({v}-{x0}))/({x1}-{x0}),0)/100"
        steps.append(f"IF({v}<={x1},{inner}")
    return ",".join(steps) + f",{points[-1][1]}" + ")" * len(steps)


def cross(lead: tuple[str, str, str], own: tuple[str, str, str]) -> str:
    """Sign of L_j/P_j - L_i/P_i by cross multiplication; (T, R, S) of the others (ranges) and of this bid (cells)."""
    t_all, r_all, s_all = lead
    t, r, s = own
    return f"(({t_all}*{r}-{t}*{r_all})+({t_all}*{s}-{t}*{s_all})/{SPLIT})"


def chain(first: Sequence[tuple[str, str]]) -> str:
    """Lexicographic comparison: (better, equal) per step in their order -> 1 where the other bid is better."""
    better, equal = first[0]
    if len(first) == 1:
        return better
    return f"({better}+{equal}*{chain(first[1:])})"
