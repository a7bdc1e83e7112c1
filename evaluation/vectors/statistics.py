"""Methods of the vectors beside the award: efficiency, panel, sensitivity, effects, screens."""

from fractions import Fraction
from typing import Literal, cast

from evaluation.benchmark import agreement, effects, frontier, screens, stochastic, weights
from evaluation.scoring.exact import half_up
from evaluation.vectors.reading import Inputs, Result, floats, fraction, fractions, tables


def _model(name: str) -> tuple[frontier.Returns, frontier.Orientation, bool]:
    parts = name.split("_")
    if (
        parts[0] not in ("crs", "vrs", "drs", "irs")
        or parts[1] not in ("in", "out")
        or parts[2:] not in ([], ["super"])
    ):
        raise ValueError(f"unknown model {name}")
    return cast(frontier.Returns, parts[0]), cast(frontier.Orientation, parts[1]), len(parts) == 3


def dea_scores(inputs: Inputs) -> Result:
    """Radial scores of the models named; slacks and returns to scale on demand."""
    x, y = tables(inputs["X"]), tables(inputs["Y"])
    result: Result = {}
    for name in inputs["models"]:
        returns, orientation, own_out = _model(name)
        result[name] = frontier.scores(x, y, returns, orientation, exclude_own=own_out)
    if name := inputs.get("slacks"):
        returns, orientation, _own_out = _model(name)
        found = frontier.slacks(x, y, returns, orientation)
        result |= {
            "x_slack": found.inputs.tolist(),
            "y_slack": found.outputs.tolist(),
            "x_target": found.input_targets.tolist(),
            "y_target": found.output_targets.tolist(),
            "lambda": found.peers.tolist(),
        }
    if inputs.get("scale"):
        constant, variable = (frontier.scores(x, y, returns) for returns in ("crs", "vrs"))
        pairs = zip(constant, variable, strict=True)
        result["scale"] = [None if a is None or not b else a / b for a, b in pairs]
        result["rts_class"] = frontier.returns_to_scale(x, y)
    return result


def malmquist(inputs: Inputs) -> Result:
    """Malmquist index per transition."""
    periods = [(tables(period["X"]), tables(period["Y"])) for period in inputs["periods"]]
    steps = []
    for change in frontier.malmquist(periods, inputs["orient"]):
        step = {"effch": change.efficiency, "techch": change.technology, "tfpch": change.total}
        if inputs.get("vrs"):
            step |= {"pech": change.pure_efficiency, "sech": change.scale}
        steps.append({key: [round(value, 6) for value in column] for key, column in step.items()})
    return {"steps": steps}


def sfa(inputs: Inputs) -> Result:
    """Stochastic frontier."""
    found = stochastic.fit(floats(inputs["y"]), tables(inputs["x"]))
    return {
        "beta": found.beta,
        "sigma2": found.sigma2,
        "gamma": found.gamma,
        "loglik": found.loglik,
        "te": found.efficiency,
        "mean_te": sum(found.efficiency) / len(found.efficiency),
        "LR": found.likelihood_ratio,
    }


def krippendorff_alpha(inputs: Inputs) -> Result:
    """Krippendorff's alpha under several metrics."""
    ratings = [[None if value is None else float(value) for value in rater] for rater in inputs["ratings"]]
    return {metric: agreement.krippendorff_alpha(ratings, metric) for metric in inputs["metrics"]}


def icc(inputs: Inputs) -> Result:
    """Intraclass correlations."""
    found = agreement.intraclass(tables(inputs["ratings"]))
    names = zip(("ICC11", "ICC21", "ICC31"), found.single, strict=True)
    averages = zip(("ICC1k", "ICC2k", "ICC3k"), found.average, strict=True)
    squares = {"BMS": found.between, "WMS": found.within, "JMS": found.judges, "EMS": found.residual}
    return {**squares, **dict(names), **dict(averages)}


def fleiss_kappa(inputs: Inputs) -> Result:
    """Fleiss' kappa."""
    kappa, mean_agreement, chance = agreement.fleiss_kappa(tables(inputs["counts"]))
    return {"kappa": kappa, "P_mean": mean_agreement, "Pe": chance}


def evaluator_outlier(inputs: Inputs) -> Result:
    """Members of a panel who stand apart."""
    found = agreement.outliers({name: floats(row) for name, row in inputs["scores"].items()})
    return {"mean_deviation": found.mean_deviation, "modified_z": found.modified_z, "flag": found.flagged}


def weight_sensitivity(inputs: Inputs) -> Result:
    """Change of one weight that draws two alternatives level."""
    totals, changes = weights.critical_weights([fractions(row) for row in inputs["A"]], fractions(inputs["w"]))
    return {
        "P": totals,
        "delta_pct": {f"{k + 1},{a + 1},{b + 1}": value for (k, a, b), value in changes.items()},
    }


def smaa(inputs: Inputs) -> Result:
    """Rank acceptability over all weightings; exact for two criteria."""
    values = [fractions(row) for row in inputs["V"]]
    if len(values[0]) == 2:
        ranks, central = weights.acceptability_of_two(values)
        return {"rank_acceptability": ranks, "central_w1": central}
    found = weights.acceptability([[float(value) for value in row] for row in values])
    return {
        "first_rank": [row[0] for row in found.ranks],
        "central_weights": found.central,
        "rank_acceptability": found.ranks,
    }


def topsis_vikor(inputs: Inputs) -> Result:
    """TOPSIS and VIKOR."""
    found = weights.compromise(tables(inputs["X"]), floats(inputs["w"]), inputs["maximise"])
    return {"topsis": found.closeness, "S": found.s, "R": found.r, "Q": found.q}


def ahp(inputs: Inputs) -> Result:
    """Weights from pairwise comparisons."""
    matrix = [[float(fraction(value)) for value in row] for row in inputs["A"]]
    found = weights.pairwise_weights(matrix, float(inputs["RI"]))
    return {"weights": found.weights, "lambda_max": found.lambda_max, "CI": found.index, "CR": found.ratio}


def icer(inputs: Inputs) -> Result:
    """Incremental cost-effectiveness along the frontier."""
    options = [
        effects.Option(str(one["id"]), fraction(one["cost"]), fraction(one["effect"])) for one in inputs["options"]
    ]
    ratios, dominated = effects.incremental_ratios(options)
    result: Result = {"icer": {key: half_up(value, 4) for key, value in ratios.items()}, "dominated": dominated}
    if inputs.get("lambda") is not None:
        worth = {one.id: fraction(inputs["lambda"]) * one.effect - one.cost for one in options}
        result |= {"net_benefit": worth, "best": max(worth, key=worth.__getitem__)}
    return result


def did(inputs: Inputs) -> Result:
    """Difference in differences, with an interval where standard errors are given."""
    value = effects.difference_in_differences({key: fraction(cell) for key, cell in inputs["cells"].items()})
    result: Result = {"did": value}
    if errors := inputs.get("se_change"):
        error = (float(errors[0]) ** 2 + float(errors[1]) ** 2) ** 0.5
        result |= {"se": error, "ci95": list(effects.interval(float(value), error))}
    return result


def its_poisson(inputs: Inputs) -> Result:
    """Interrupted time series of counts."""
    columns = (floats(inputs[key]) for key in ("y", "offset", "step", "time"))
    counts, population, step, time = columns
    found = effects.interrupted_poisson(counts, population, [int(value) for value in step], time)
    return {
        "RR": found.rate_ratio,
        "ci95": list(found.ci95),
        "trend_RR": found.trend,
        "dispersion": found.dispersion,
        "ci95_quasi": list(found.ci95_quasi),
    }


def wilson(inputs: Inputs) -> Result:
    """Score intervals of shares."""
    return {"ci": [list(effects.wilson(float(x), float(n))) for x, n in inputs["pairs"]]}


def newcombe(inputs: Inputs) -> Result:
    """Difference of two shares."""
    first, second = ((float(x), float(n)) for x, n in (inputs["a"], inputs["b"]))
    gap, ci = effects.newcombe(first, second)
    return {"diff": gap, "ci": list(ci)}


def fisher(inputs: Inputs) -> Result:
    """Fisher's exact test."""
    greater, both = effects.fisher([[int(cell) for cell in row] for row in inputs["table"]])
    return {"p_greater": greater, "p_two_sided": both}


def welch(inputs: Inputs) -> Result:
    """Welch's test."""
    found = effects.welch(floats(inputs["a"]), floats(inputs["b"]))
    return {"t": found.t, "df": found.df, "p": found.p, "ci95": list(found.ci95)}


def permutation(inputs: Inputs) -> Result:
    """Exact permutation test."""
    share, splits = effects.permutation(fractions(inputs["a"]), fractions(inputs["b"]))
    return {"p_two_sided": share, "permutations": splits, "min_possible_p": Fraction(2, splits)}


def price_screens(inputs: Inputs) -> Result:
    """Bid-rigging screens of one set of prices."""
    found = screens.price_screens(floats(inputs["bids"]))
    return {
        "CV": found.variation,
        "KURTO": found.kurtosis,
        "SKEW": found.skewness,
        "DIFFP": found.difference,
        "RD": found.relative_distance,
        "RDNOR": found.normalised_distance,
        "RDALT": found.alternative_distance,
        "SPD": found.spread,
    }


def cardinal_fence(inputs: Inputs) -> Result:
    """Tukey fence of a red flag."""
    side: Literal["low", "high"] = inputs["side"]
    value = _fence_value(inputs)
    found = screens.fence(fraction(inputs["Q1"]), fraction(inputs["Q3"]), value, side)
    return {"fence": found.fence, "value": found.value, "flag": found.flag}


def _fence_value(inputs: Inputs) -> Fraction:
    if inputs.get("value") is not None:
        return fraction(inputs["value"])
    winner, second = fraction(inputs["winner"]), fraction(inputs["second"])
    return (second - winner) / winner


def benford(inputs: Inputs) -> Result:
    """First digits against Benford's law."""
    found = screens.benford([int(count) for count in inputs["counts"]])
    return {"chi2": found.chi2, "p": found.p, "MAD": found.deviation}


FUNCTIONS = {
    function.__name__: function
    for function in (
        dea_scores, malmquist, sfa, krippendorff_alpha, icc, fleiss_kappa, evaluator_outlier, weight_sensitivity, smaa,
        topsis_vikor, ahp, icer, did, its_poisson, wilson, newcombe, fisher, welch, permutation, cardinal_fence,
        benford,
    )
}  # fmt: skip
FUNCTIONS["screens"] = price_screens
