"""Figures of the narrative that agree with the books: totals, shares, budgets, changes, counts, procurement, grades."""

from collections.abc import Mapping, Sequence
from random import Random

from fiscal_utils.parse.narrative import Figure
from fiscal_utils.parse.performance import Form
from fiscal_utils.simulate.amounts import VEHICLES, Books
from fiscal_utils.simulate.evaluation import evaluated, managed
from fiscal_utils.simulate.flows import FISCAL, Year, spent_as
from fiscal_utils.simulate.telling import Amount, Teller
from fiscal_utils.simulate.words import Template

_REVENUE = ("fiscal_appropriation", "business", "operating", "superior_subsidy", "affiliated_remittance", "other")
_EXPENDITURE = ("basic", "project", "operating", "remitted_to_superior", "subsidy_to_affiliates")
_SANGONG = ("overseas", "vehicles", "vehicle_purchase", "vehicle_operation", "hospitality")
_COUNTED = {
    "overseas": {"overseas_groups": "个", "overseas_persons": "人次"},
    "vehicle_purchase": {"vehicles_purchased": "辆"},
    "vehicle_operation": {"vehicles_held": "辆"},
    "hospitality": {"domestic_receptions": "批", "domestic_guests": "人次"},
}
_AGAIN = {
    "overseas": {"overseas_groups": "个", "overseas_persons": "人次"},
    "hospitality": {"domestic_receptions": "批次", "domestic_guests": "人次"},
}
"""What the account of an item's purposes states again."""
_KINDS = ("goods", "works", "services")
_RESERVED = ("sme_reserved", "micro_reserved")


def figures(rng: Random, books: Books, template: Template, unit: str, forms: Sequence[Form]) -> list[Figure]:
    """Every figure of the narrative in the order in which the template tells them."""
    teller = Teller(rng, books, unit)
    if template.prose == "numbered":
        _numbered(teller, forms)
    else:
        _itemised(teller)
    return teller.told


def _numbered(teller: Teller, forms: Sequence[Form]) -> None:
    """Nine sections: revenue, expenditure, appropriation by class, economic classes, 三公, and the rest."""
    _revenue(teller, grand=True)
    _expenditure(teller, grand=True)
    _appropriation_by_class(teller)
    _basic_by_class(teller)
    _sangong(teller, "adjusted_budget", counted=True)
    _running(teller)
    _bought_from_small_firms(teller)
    _assets(teller)
    evaluated(teller, forms)


def _itemised(teller: Teller) -> None:
    """Totals first, then the appropriation by class and by each 项."""
    teller.section = "overall"
    teller.changed("grand_total", _balance)
    _revenue(teller, grand=False)
    _expenditure(teller, grand=False)
    teller.section = "appropriation_overall"
    teller.changed("grand_total", lambda year: year.total(lambda flow: flow.balance, FISCAL))
    _appropriation_by_item(teller)
    _basic_by_group(teller)
    _sangong(teller, "initial_budget", counted=False)
    _funds(teller)
    managed(teller)
    _running(teller)
    _bought_in_reserve(teller)
    _assets(teller)


def _balance(year: Year) -> int:
    return year.total(lambda flow: flow.balance)


def _received(year: Year) -> int:
    return year.total(lambda flow: flow.revenue)


def _spent(year: Year) -> int:
    return year.total(lambda flow: flow.spent)


def _revenue(teller: Teller, grand: bool) -> None:
    teller.section = "revenue"
    if grand:
        teller.money("grand_total", _balance(teller.books))
        teller.changed("opening_balance", lambda year: year.total(lambda flow: flow.opening))
        teller.changed("nonfiscal_surplus_used", lambda year: year.total(lambda flow: flow.used))
        teller.changed("year_total", _received)
    else:
        teller.money("year_total", _received(teller.books))
    for item in _REVENUE:
        sources = FISCAL if item == "fiscal_appropriation" else (item,)
        teller.part(item, teller.books.total(lambda flow: flow.revenue, sources), _received(teller.books))


def _expenditure(teller: Teller, grand: bool) -> None:
    teller.section = "expenditure"
    if grand:
        teller.money("grand_total", _balance(teller.books))
        teller.changed("year_total", _spent)
        teller.changed("surplus_distribution", lambda year: year.total(lambda flow: flow.distributed))
        teller.changed("closing_balance", lambda year: year.total(lambda flow: flow.closing))
    else:
        teller.money("year_total", _spent(teller.books))
    for kind in _EXPENDITURE:
        teller.part(kind, teller.books.total(spent_as(kind)), _spent(teller.books))


def _by_code(books: Year, length: int, sources: Sequence[str]) -> dict[str, int]:
    """Functional code of so many digits (or fewer where there are none below) → what was spent."""
    found: dict[str, int] = {}
    for flow in books.flows:
        if flow.source in sources:
            code = flow.function[:length]
            found[code] = found.get(code, 0) + flow.spent
    return found


def _planned(rng: Random, finals: Mapping[str, int]) -> dict[str, int]:
    """Initial budgets for outturns: some met to the fen, the others in round hundreds of yuan."""
    return {
        code: final if rng.random() < 0.2 else int(final * rng.uniform(0.75, 1.25)) // 10_000 * 10_000
        for code, final in finals.items()
    }


def _appropriation_by_class(teller: Teller) -> None:
    teller.section = "appropriation"
    finals = _by_code(teller.books, 3, FISCAL)
    budgets = _planned(teller.rng, finals)
    teller.outturn("total", sum(budgets.values()), sum(finals.values()))
    for code, final in finals.items():
        teller.outturn(code, budgets[code], final, why=True)


def _appropriation_by_item(teller: Teller) -> None:
    """The general public budget: its share of all expenditure, by class, and the budget of every 项."""
    teller.section = "appropriation"
    classes, leaves = (_by_code(teller.books, length, FISCAL[:1]) for length in (3, 7))
    spent = sum(classes.values())
    teller.part("total", spent, _spent(teller.books))
    teller.change("total", lambda year: year.total(lambda flow: flow.spent, FISCAL[:1]))
    for code, final in classes.items():
        teller.part(code, final, spent)
    budgets = _planned(teller.rng, leaves)
    teller.outturn("total", sum(budgets.values()), spent, why=True)
    for leaf, final in leaves.items():
        if len(leaf) == 7:
            teller.outturn(leaf, budgets[leaf], final, why=True)


def _basic_by_class(teller: Teller) -> None:
    teller.section = "basic"
    teller.money("total", teller.books.by_economic())
    for code in ("301", "302", "303", "310"):
        teller.changed(code, _economic(code))


def _economic(code: str) -> Amount:
    return lambda year: year.by_economic(code)


def _basic_by_group(teller: Teller) -> None:
    teller.section = "basic"
    total, operating = teller.books.by_economic(), teller.books.operating()
    teller.money("total", total)
    teller.money("personnel", total - operating)
    teller.money("operating", operating)


def _sangong(teller: Teller, measure: str, counted: bool) -> None:
    teller.section = "sangong"
    for item in ("total", *_SANGONG):
        row = teller.books.sangong_rows[item]
        teller.outturn(item, row["adjusted_budget"], row["final"], measure)
        if item != "vehicles":
            teller.change(item, _of_sangong(item))
        for stated in (_COUNTED, _AGAIN) if counted else ():
            for name, unit in stated.get(item, {}).items():
                teller.count(name, teller.books.counts[name], unit)


def _of_sangong(item: str) -> Amount:
    return lambda year: year.sangong(item)


def _running(teller: Teller) -> None:
    teller.section = "operating_costs"
    teller.changed("total", lambda year: year.operating())


def _bought(teller: Teller) -> None:
    teller.section = "procurement"
    for item in ("total", *_KINDS):
        teller.money(item, teller.books.procurement[item])


def _bought_from_small_firms(teller: Teller) -> None:
    """Procurement by kind, what small firms won of it, and their share of each kind."""
    _bought(teller)
    bought = teller.books.procurement
    teller.part("sme", bought["sme"], bought["total"])
    teller.part("micro", bought["micro"], bought["sme"])
    for kind in _KINDS:
        teller.share(f"{kind}_sme", bought[f"{kind}_sme"], bought[kind])


def _bought_in_reserve(teller: Teller) -> None:
    """Procurement by kind, what was reserved for small firms, and what they won of it and of the rest."""
    _bought(teller)
    bought = teller.books.procurement
    for item in _RESERVED:
        teller.money(item, bought[item], "adjusted_budget")
    for item in (*_RESERVED, "sme_other"):
        teller.money(f"{item}_awarded", bought[f"{item}_awarded"])


def _funds(teller: Teller) -> None:
    """Income and spending of the two budgets that few departments have."""
    for source in FISCAL[1:]:
        if any(flow.source == source for flow in teller.books.flows):
            teller.section = source
            teller.money("revenue", teller.books.total(lambda flow: flow.revenue, [source]))
            teller.money("total", teller.books.total(lambda flow: flow.spent, [source]))


def _assets(teller: Teller) -> None:
    teller.section = "assets"
    for item in ("vehicles", *VEHICLES):
        teller.count(item, teller.books.assets[item], "辆")
    teller.count("equipment_1m", teller.books.assets["equipment_1m"], "台（套）")
