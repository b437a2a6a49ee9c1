"""Figures of the narrative that agree with the books: totals, shares, budgets, changes from an invented last year."""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from fiscal_utils.normalise import Number
from fiscal_utils.parse.narrative import Figure
from fiscal_utils.simulate.amounts import FISCAL, VEHICLES, Books, Flow
from fiscal_utils.simulate.model import printed
from fiscal_utils.simulate.words import Template, words

_REVENUE = ("fiscal_appropriation", "business", "operating", "superior_subsidy", "affiliated_remittance", "other")
_EXPENDITURE = ("basic", "project", "operating", "remitted_to_superior", "subsidy_to_affiliates")
_SANGONG = ("overseas", "vehicles", "vehicle_purchase", "vehicle_operation", "hospitality")
_COUNTED = {
    "overseas": {"overseas_groups": "个", "overseas_persons": "人次"},
    "vehicle_purchase": {"vehicles_purchased": "辆"},
    "vehicle_operation": {"vehicles_held": "辆"},
    "hospitality": {"domestic_receptions": "批", "domestic_guests": "人次"},
}


def figures(rng: Random, books: Books, template: Template, unit: str, forms: Sequence[int]) -> list[Figure]:
    """Every figure of the narrative in the order in which the template tells them.

    `forms` has what each project with a self-evaluation form spent, in fen.
    """
    teller = _Teller(rng, books, unit)
    if template.prose == "numbered":
        teller.numbered(forms)
    else:
        teller.itemised()
    return teller.told


def ratio(part: int, whole: int) -> Number:
    """The percentage to two decimals, rounded half up."""
    return Number((Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP), 2)


def _spent_as(kind: str) -> Callable[[Flow], int]:
    return lambda flow: flow.spent if flow.kind == kind else 0


class _Teller:
    """Tells figures one after the other; keeps the section that it is in."""

    def __init__(self, rng: Random, books: Books, unit: str) -> None:
        self.rng, self.books, self.unit = rng, books, unit
        self.section = ""
        self.told: list[Figure] = []

    def numbered(self, forms: Sequence[int]) -> None:
        """Nine sections: revenue, expenditure, appropriation by class, economic classes, 三公, and the rest."""
        self._revenue(grand=True)
        self._expenditure(grand=True)
        self._appropriation_by_class()
        self._basic(["301", "302", "303", "310"])
        self._sangong("adjusted_budget", counted=True)
        self._other_matters()
        self._assets()
        self.section = "performance"
        self._count("projects", len(forms), "个")
        self._money("funds", "final", sum(forms))

    def itemised(self) -> None:
        """Totals first, then the appropriation by class and by each 项."""
        total = self.books.total
        self.section = "overall"
        self._money("grand_total", "final", total(lambda flow: flow.revenue + flow.opening + flow.used))
        self._change("grand_total")
        self._revenue(grand=False)
        self._expenditure(grand=False)
        self.section = "appropriation_overall"
        self._money("grand_total", "final", total(lambda flow: flow.revenue + flow.opening, FISCAL))
        self._change("grand_total")
        self._appropriation_by_item()
        self._basic([])
        self._sangong("initial_budget", counted=False)
        self._other_matters()

    def _tell(self, item: str, measure: str, value: Number, unit: str, direction: str = "", reason: str = "") -> None:
        self.told.append(Figure(self.section, item, measure, value, unit, direction, reason, None))

    def _money(self, item: str, measure: str, fen: int) -> None:
        self._tell(item, measure, printed(fen, self.unit), self.unit)
        self._last = fen

    def _count(self, item: str, value: int, unit: str) -> None:
        self._tell(item, "count", Number(Decimal(value), 0), unit)

    def _share(self, item: str, part: int, whole: int) -> None:
        if whole:
            self._tell(item, "share_pct", ratio(part, whole), "%")

    def _part(self, item: str, part: int, whole: int) -> None:
        self._money(item, "final", part)
        self._share(item, part, whole)

    def _change(self, item: str) -> None:
        """The change of the amount told last from an invented one of last year, with a reason."""
        final = self._last
        prior = int(final * self.rng.uniform(0.6, 1.5)) if final else self.rng.choice([0, 0, 3_000_000])
        if prior == final or self.rng.random() < 0.1:
            self._tell(item, "prior_change", Number(Decimal(0), 0), "万元", "flat")
            return
        direction, reason = "increase" if final > prior else "decrease", self.rng.choice(words("reasons"))
        self._tell(item, "prior_change", printed(abs(final - prior), self.unit), self.unit, direction, reason)
        if prior:
            self._tell(item, "prior_change_pct", ratio(abs(final - prior), prior), "%", direction, reason)

    def _outturn(self, item: str, measure: str, budget: int, final: int) -> None:
        """Budget, outturn, and how far the budget was carried out."""
        self._money(item, measure, budget)
        self._money(item, "final", final)
        if budget:
            self._tell(item, "completion_pct", ratio(final, budget), "%")

    def _initial(self, final: int) -> int:
        """An initial budget for an outturn."""
        return int(final * self.rng.uniform(0.75, 1.25)) // 10_000 * 10_000

    def _revenue(self, grand: bool) -> None:
        total = self.books.total
        self.section = "revenue"
        revenue, opening, used = (
            total(amount) for amount in (lambda flow: flow.revenue, lambda flow: flow.opening, lambda flow: flow.used)
        )
        if grand:
            self._money("grand_total", "final", revenue + opening + used)
            for item, fen in {"opening_balance": opening, "nonfiscal_surplus_used": used}.items():
                self._money(item, "final", fen)
                self._change(item)
        self._money("year_total", "final", revenue)
        if grand:
            self._change("year_total")
        for item in _REVENUE:
            sources = FISCAL if item == "fiscal_appropriation" else (item,)
            self._part(item, total(lambda flow: flow.revenue, sources), revenue)

    def _expenditure(self, grand: bool) -> None:
        total = self.books.total
        self.section = "expenditure"
        spent = total(lambda flow: flow.spent)
        if grand:
            self._money("grand_total", "final", total(lambda flow: flow.revenue + flow.opening + flow.used))
        self._money("year_total", "final", spent)
        if grand:
            self._change("year_total")
            left_over: Mapping[str, Callable[[Flow], int]] = {
                "surplus_distribution": lambda flow: flow.distributed, "closing_balance": lambda flow: flow.closing,
            }  # fmt: skip
            for item, amount in left_over.items():
                self._money(item, "final", total(amount))
                self._change(item)
        for kind in _EXPENDITURE:
            self._part(kind, total(_spent_as(kind)), spent)

    def _by_code(self, length: int, sources: Sequence[str]) -> dict[str, int]:
        """Functional code of so many digits (or fewer where there are none below) → what was spent."""
        found: dict[str, int] = {}
        for flow in self.books.flows:
            if flow.source in sources:
                code = flow.function[:length]
                found[code] = found.get(code, 0) + flow.spent
        return found

    def _appropriation_by_class(self) -> None:
        self.section = "appropriation"
        finals = self._by_code(3, FISCAL)
        budgets = {code: self._initial(final) for code, final in finals.items()}
        self._outturn("total", "initial_budget", sum(budgets.values()), sum(finals.values()))
        for code, final in finals.items():
            self._outturn(code, "initial_budget", budgets[code], final)

    def _appropriation_by_item(self) -> None:
        """The general public budget: its share of all expenditure, by class, and the budget of every 项."""
        self.section = "appropriation"
        classes, leaves = self._by_code(3, FISCAL[:1]), self._by_code(7, FISCAL[:1])
        spent = sum(classes.values())
        self._part("total", spent, self.books.total(lambda flow: flow.spent))
        self._change("total")
        for code, final in classes.items():
            self._part(code, final, spent)
        budgets = {leaf: self._initial(final) for leaf, final in leaves.items()}
        self._outturn("total", "initial_budget", sum(budgets.values()), spent)
        for leaf, final in leaves.items():
            if len(leaf) == 7:
                self._outturn(leaf, "initial_budget", budgets[leaf], final)

    def _basic(self, classes: Sequence[str]) -> None:
        self.section = "basic"
        economic = self.books.economic
        self._money("total", "final", sum(economic.values()))
        for code in classes:
            self._money(code, "final", sum(fen for leaf, fen in economic.items() if leaf.startswith(code)))
            self._change(code)

    def _sangong(self, measure: str, counted: bool) -> None:
        self.section = "sangong"
        for item in ("total", *_SANGONG):
            row = self.books.sangong[item]
            self._outturn(item, measure, row["adjusted_budget"], row["final"])
            if item != "vehicles":
                self._change(item)
            for name, unit in _COUNTED.get(item, {}).items() if counted else ():
                self._count(name, self.books.counts[name], unit)

    def _other_matters(self) -> None:
        """The cost of running the office, and procurement."""
        economic = self.books.economic
        self.section = "operating_costs"
        running = sum(fen for leaf, fen in economic.items() if not leaf.startswith(("301", "303")))
        self._money("total", "final", running)
        self._change("total")
        self.section = "procurement"
        projects = self.books.total(lambda flow: flow.spent if flow.kind == "project" else 0, FISCAL)
        bought = {item: int(projects * self.rng.uniform(0, 0.2)) for item in ("goods", "works", "services")}
        total = sum(bought.values())
        self._money("total", "final", total)
        for item, fen in bought.items():
            self._money(item, "final", fen)
        small = int(total * self.rng.uniform(0, 1))
        self._part("sme", small, total)
        self._part("micro", int(small * self.rng.uniform(0, 1)), small)

    def _assets(self) -> None:
        self.section = "assets"
        for item in ("vehicles", *VEHICLES):
            self._count(item, self.books.assets[item], "辆")
        self._count("equipment_1m", self.books.assets["equipment_1m"], "台（套）")
