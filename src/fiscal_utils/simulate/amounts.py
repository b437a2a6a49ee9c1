"""Invented flows of money, exact in fen (0.01 yuan), of which every table is an aggregate."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from fiscal_utils import specs
from fiscal_utils.simulate.words import Size, Template

FISCAL = ("general_public_budget", "government_fund", "state_capital")
OWN = ("superior_subsidy", "business", "operating", "affiliated_remittance", "other")
SANGONG = {
    "overseas": "30212", "vehicle_purchase": "31013", "vehicle_operation": "30231", "hospitality": "30217",
}  # fmt: skip
"""The item of 三公 → the economic code that it is booked under."""
VEHICLES = (
    "vehicles_ministerial", "vehicles_principal", "vehicles_confidential", "vehicles_emergency",
    "vehicles_law_enforcement", "vehicles_specialised", "vehicles_retired_cadres", "vehicles_other",
)  # fmt: skip
_FUND_FUNCTIONS = ("212", "2299999")
_CAPITAL_FUNCTION = "223"
_RUNNING = "2010301"
_OWN_KINDS = ("basic", "project", "operating", "remitted_to_superior", "subsidy_to_affiliates")
_WEIGHTS = {"301": 60, "302": 12, "303": 6, "310": 4}


@dataclass(frozen=True)
class Flow:
    """What the department took in and spent for one function from one source; all amounts in fen."""

    function: str
    source: str
    kind: str
    spent: int
    opening: int = 0
    closing: int = 0
    used: int = 0
    distributed: int = 0

    @property
    def revenue(self) -> int:
        """What came in this year: what was spent, distributed or left over, less what was there before."""
        return self.spent + self.distributed + self.closing - self.opening - self.used


@dataclass(frozen=True)
class Books:
    """All exact amounts (fen) and counts of a department in a year."""

    flows: tuple[Flow, ...]
    economic: Mapping[str, int]
    """Basic expenditure of the general public budget by economic code of five digits."""
    sangong: Mapping[str, Mapping[str, int]]
    """Item → column → amount."""
    counts: Mapping[str, int]
    """Groups, persons, vehicles and receptions of the 三公 table."""
    assets: Mapping[str, int]
    staff: Mapping[str, int]

    def total(self, amount: Callable[[Flow], int], sources: Iterable[str] = FISCAL + OWN) -> int:
        """The sum of an amount over the flows of some sources."""
        return sum(amount(flow) for flow in self.flows if flow.source in sources)


def books(rng: Random, size: Size, template: Template) -> Books:
    """The books of an invented department."""
    flows = tuple(_flows(rng, size))
    economic = _economic(rng, flows, template.economic)
    sangong = _sangong(rng, {item: economic.get(code, 0) for item, code in SANGONG.items()})
    counts = _counts(rng, {item: columns["final"] for item, columns in sangong.items()})
    basic = sum(economic.values())
    in_service = max(3, basic // (rng.randint(15, 30) * 1_000_000))
    staff = {
        "in_service": in_service, "retired": rng.randint(0, 3), "retired_pension_fund": rng.randint(0, in_service),
        "other": rng.randint(0, 5),
    }  # fmt: skip
    return Books(flows, economic, sangong, counts, _assets(rng, counts["vehicles_held"]), staff)


def split(rng: Random, total: int, weights: Sequence[int]) -> list[int]:
    """The total in parts of about the given weights, each at least 0."""
    drawn = [weight * rng.uniform(0.3, 1.7) for weight in weights]
    parts = [int(total * weight / sum(drawn)) for weight in drawn]
    return [parts[0] + total - sum(parts), *parts[1:]]


def _leaves() -> list[str]:
    """The functional codes that have none below them."""
    codes = list(specs.classification("functions"))
    return [code for code in codes if not any(other != code and other.startswith(code) for other in codes)]


def _staff_functions() -> dict[str, list[str]]:
    """The function that pays a staff cost → the economic codes that it is booked under."""
    return {row["function"]: row["economic"].split() for row in specs.read_csv("staff_functions.csv")}


def _flows(rng: Random, size: Size) -> list[Flow]:
    apart = (*_FUND_FUNCTIONS, _CAPITAL_FUNCTION)
    staffed = [leaf for leaf in _leaves() if any(leaf.startswith(code) for code in _staff_functions())]
    rest = [leaf for leaf in _leaves() if leaf not in (*staffed, *apart, _RUNNING)]
    few = rng.sample(staffed, min(len(staffed), max(2, size.functions // 4)))
    chosen = [_RUNNING, *few, *rng.sample(rest, min(len(rest), size.functions - len(few) - 1))]
    flows = []
    for leaf in sorted(chosen):
        flows += _appropriated(rng, leaf, size, basic_only=leaf in staffed)
        if rng.random() < 0.3:
            flows.append(_own(rng, leaf, size))
    if rng.random() < 0.4:
        flows += [_project(rng, leaf, "government_fund", size) for leaf in _FUND_FUNCTIONS if rng.random() < 0.7]
    if rng.random() < 0.25:
        flows.append(_project(rng, _CAPITAL_FUNCTION, "state_capital", size))
    return flows


def _appropriated(rng: Random, leaf: str, size: Size, basic_only: bool) -> list[Flow]:
    """The general public budget's flows for a function: basic expenditure, a project, or both."""
    running = leaf == _RUNNING
    flows = []
    if running or basic_only or rng.random() < 0.4:
        most = size.yuan if running else size.yuan // 5
        flows.append(Flow(leaf, FISCAL[0], "basic", _amount(rng, most, least=most // 4 if running else 0)))
    if not basic_only and (not flows or rng.random() < 0.5):
        flows.append(_project(rng, leaf, FISCAL[0], size))
    return flows


def _project(rng: Random, leaf: str, source: str, size: Size) -> Flow:
    spent = _amount(rng, size.yuan)
    opening = rng.randint(0, spent // 2) if rng.random() < 0.3 else 0
    closing = rng.randint(0, spent) if rng.random() < 0.3 else 0
    return Flow(leaf, source, "project", spent, opening, closing)


def _own(rng: Random, leaf: str, size: Size) -> Flow:
    """Expenditure from what is no appropriation."""
    source = rng.choice(OWN)
    kind = "operating" if source == "operating" else rng.choice([k for k in _OWN_KINDS if k != "operating"])
    spent = _amount(rng, size.yuan // 10)
    parts = [rng.randint(0, spent // 3) if rng.random() < 0.4 else 0 for _ in range(4)]
    return Flow(leaf, source, kind, spent, *parts)


def _amount(rng: Random, most: int, least: int = 0) -> int:
    """An amount in fen, of any order of magnitude up to `most` yuan."""
    return 100 * least + int(100 * (most - least) * 10 ** rng.uniform(-3, 0))


def _economic(rng: Random, flows: Sequence[Flow], classes: Sequence[str]) -> dict[str, int]:
    """Basic expenditure of the general public budget by economic code, the staff functions as they are booked."""
    basic = {flow.function: flow.spent for flow in flows if flow.source == FISCAL[0] and flow.kind == "basic"}
    booked: dict[str, int] = {}
    for function, codes in _staff_functions().items():
        spent = sum(amount for leaf, amount in basic.items() if leaf.startswith(function))
        booked |= zip(codes, split(rng, spent, [1] * len(codes)), strict=True)
    leaves = [code for code in specs.classification("economic") if len(code) == 5 and code[:3] in classes]
    free = [code for code in leaves if (code not in booked and rng.random() < 0.6) or code == "30101"]
    weights = [1 if code in SANGONG.values() else _WEIGHTS.get(code[:3], 1) for code in free]
    rest = sum(basic.values()) - sum(booked.values())
    booked |= zip(free, split(rng, rest, weights), strict=True)
    return {code: booked.get(code, 0) for code in leaves}


def _sangong(rng: Random, final: Mapping[str, int]) -> dict[str, dict[str, int]]:
    rows = {item: _budgets(rng, amount) for item, amount in final.items()}
    rows["vehicles"] = _added(rows["vehicle_purchase"], rows["vehicle_operation"])
    rows["total"] = _added(rows["overseas"], rows["vehicles"], rows["hospitality"])
    abroad = final["hospitality"] // 5 if rng.random() < 0.2 else 0
    domestic = final["hospitality"] - abroad
    rows["hospitality_domestic"] = {"final": domestic}
    rows["hospitality_foreign_affairs"] = {"final": domestic // 4 if rng.random() < 0.3 else 0}
    rows["hospitality_abroad"] = {"final": abroad}
    return rows


def _budgets(rng: Random, final: int) -> dict[str, int]:
    """An outturn with budgets that it does not exceed, in round hundreds of yuan."""
    adjusted = final if rng.random() < 0.3 else -(-int(final * rng.uniform(1, 1.4)) // 10_000) * 10_000
    initial = int(adjusted * rng.uniform(0.7, 1.3)) // 10_000 * 10_000
    return {"initial_budget": initial, "adjusted_budget": adjusted, "final": final}


def _added(*rows: Mapping[str, int]) -> dict[str, int]:
    return {column: sum(row[column] for row in rows) for column in rows[0]}


def _counts(rng: Random, final: Mapping[str, int]) -> dict[str, int]:
    """Counts that are 0 where nothing was spent."""

    def drawn(item: str, most: int) -> int:
        return rng.randint(1, most) if final[item] else 0

    groups, domestic, foreign, abroad = (
        drawn(item, most)
        for item, most in (
            ("overseas", 4), ("hospitality_domestic", 90), ("hospitality_foreign_affairs", 3), ("hospitality_abroad", 2)
        )
    )  # fmt: skip
    domestic += foreign
    return {
        "overseas_groups": groups,
        "overseas_persons": groups * rng.randint(1, 5),
        "vehicles_purchased": drawn("vehicle_purchase", 3),
        "vehicles_held": drawn("vehicle_operation", 25),
        "domestic_receptions": domestic,
        "foreign_affairs_receptions": foreign,
        "domestic_guests": domestic * rng.randint(4, 12),
        "foreign_affairs_guests": foreign * 3,
        "abroad_receptions": abroad,
        "abroad_guests": abroad * 2,
    }


def _assets(rng: Random, held: int) -> dict[str, int]:
    """Vehicles by use, at least those whose costs the appropriation bears, and large equipment."""
    by_use = dict.fromkeys(VEHICLES, 0)
    for _ in range(held + rng.randint(0, 3)):
        by_use[rng.choice(VEHICLES[1:])] += 1
    return {"vehicles": sum(by_use.values()), **by_use, "equipment_1m": rng.randint(0, 9)}
