"""Invented flows of money of two years, exact in fen (0.01 yuan), of which every table and figure is an aggregate."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from fiscal_utils import specs
from fiscal_utils.simulate.words import Size

FISCAL = ("general_public_budget", "government_fund", "state_capital")
OWN = ("superior_subsidy", "business", "operating", "affiliated_remittance", "other")
SANGONG = {
    "overseas": ("30212",), "vehicles": ("31013", "30231"), "vehicle_purchase": ("31013",),
    "vehicle_operation": ("30231",), "hospitality": ("30217",), "total": ("30212", "31013", "30231", "30217"),
}  # fmt: skip
"""The item of 三公 → the economic codes that it is booked under."""
PERSONNEL = ("301", "303")
_FUND_FUNCTIONS = ("212", "2299999")
_CAPITAL_FUNCTION = "223"
_RUNNING = "2010301"
_OWN_KINDS = ("basic", "project", "operating", "remitted_to_superior", "subsidy_to_affiliates")
_SMALL = 3_000_000


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

    @property
    def balance(self) -> int:
        """总计: what came in and what was there before, which is what was spent, distributed or left over."""
        return self.revenue + self.opening + self.used


@dataclass(frozen=True)
class Year:
    """The exact amounts (fen) of a year."""

    flows: tuple[Flow, ...]
    economic: Mapping[str, int]
    """Basic expenditure of the general public budget by economic code of five digits."""

    def total(self, amount: Callable[[Flow], int], sources: Iterable[str] = FISCAL + OWN) -> int:
        """The sum of an amount over the flows of some sources."""
        return sum(amount(flow) for flow in self.flows if flow.source in sources)

    def by_economic(self, *codes: str) -> int:
        """Basic expenditure under the economic codes, all of it where none is given."""
        return sum(fen for leaf, fen in self.economic.items() if leaf.startswith(codes or ("",)))

    def operating(self) -> int:
        """公用经费: what basic expenditure is not for personnel."""
        return self.by_economic() - self.by_economic(*PERSONNEL)

    def sangong(self, item: str) -> int:
        """The expenditure on an item of 三公."""
        return self.by_economic(*SANGONG[item])


def spent_as(kind: str) -> Callable[[Flow], int]:
    """What a flow spent, if it is of this kind."""
    return lambda flow: flow.spent if flow.kind == kind else 0


def split(rng: Random, total: int, weights: Sequence[int]) -> list[int]:
    """The total in parts of about the given weights, each at least 0."""
    drawn = [weight * rng.uniform(0.3, 1.7) for weight in weights]
    parts = [int(total * weight / sum(drawn)) for weight in drawn]
    return [parts[0] + total - sum(parts), *parts[1:]]


def draw(rng: Random, size: Size) -> list[Flow]:
    """The flows of an invented department."""
    apart = (*_FUND_FUNCTIONS, _CAPITAL_FUNCTION)
    staffed = [leaf for leaf in _leaves() if any(leaf.startswith(code) for code in staff_functions())]
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


def earlier(rng: Random, year: Year) -> Year:
    """The year before: what it left over is what this year began with."""
    economic = {code: _before(rng, fen) for code, fen in year.economic.items()}
    basic = [flow.spent for flow in year.flows if is_appropriated_basic(flow)]
    shares = iter(split(rng, sum(economic.values()), basic))
    flows = []
    for flow in year.flows:
        spent = next(shares) if is_appropriated_basic(flow) else _before(rng, flow.spent)
        opening, used = (rng.randint(0, spent // 3) if there else 0 for there in (flow.opening, flow.used))
        distributed = _before(rng, flow.distributed) if flow.distributed else 0
        flows.append(
            replace(flow, spent=spent, opening=opening, closing=flow.opening, used=used, distributed=distributed)
        )
    return Year(tuple(flows), economic)


def is_appropriated_basic(flow: Flow) -> bool:
    """Whether the flow is basic expenditure of the general public budget."""
    return flow.source == FISCAL[0] and flow.kind == "basic"


def staff_functions() -> dict[str, list[str]]:
    """The function that pays a staff cost → the economic codes that it is booked under."""
    rows = specs.read_csv("staff_functions.csv")
    return {row["function"]: row["economic"].split() for row in rows if row["economic"]}


def _leaves() -> list[str]:
    """The functional codes that have none below them."""
    codes = list(specs.classification("functions"))
    return [code for code in codes if not any(other != code and other.startswith(code) for other in codes)]


def _before(rng: Random, fen: int) -> int:
    """What an amount was a year before: about as much, rarely the same, or nothing where there is something now."""
    kind = rng.random()
    if kind < 0.1:
        return fen
    if not fen or kind < 0.14:
        return 0 if fen or kind < 0.8 else _SMALL
    return int(fen * rng.uniform(0.6, 1.5))


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
