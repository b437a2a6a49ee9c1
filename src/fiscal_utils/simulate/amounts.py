"""The books of an invented department: its flows, and what is kept beside them of 三公, procurement, assets, staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from fiscal_utils import specs
from fiscal_utils.simulate.flows import (
    FISCAL,
    SANGONG,
    Flow,
    Year,
    draw,
    earlier,
    is_appropriated_basic,
    spent_as,
    split,
    staff_functions,
)
from fiscal_utils.simulate.words import Size, Template

VEHICLES = (
    "vehicles_ministerial", "vehicles_principal", "vehicles_confidential", "vehicles_emergency",
    "vehicles_law_enforcement", "vehicles_specialised", "vehicles_retired_cadres", "vehicles_other",
)  # fmt: skip
_WEIGHTS = {"301": 60, "302": 12, "303": 6, "310": 4}
_LEAVES = tuple(item for item, codes in SANGONG.items() if len(codes) == 1)


@dataclass(frozen=True)
class Books(Year):
    """All exact amounts (fen) and counts of a department in a year, and the amounts of the year before."""

    last: Year
    sangong_rows: Mapping[str, Mapping[str, int]]
    """Item → column → amount."""
    counts: Mapping[str, int]
    """Groups, persons, vehicles and receptions of the 三公 table."""
    procurement: Mapping[str, int]
    """Kind, or kind and what was done with it (`goods_sme`, `sme_reserved_awarded`) → amount."""
    projects: tuple[int, ...]
    """The budget of each project that has a self-evaluation form."""
    assets: Mapping[str, int]
    staff: Mapping[str, int]


def books(rng: Random, size: Size, template: Template) -> Books:
    """The books of an invented department."""
    flows = tuple(draw(rng, size))
    year = Year(flows, _economic(rng, flows, template.economic))
    sangong = _sangong(rng, {item: year.sangong(item) for item in _LEAVES})
    counts = _counts(rng, {item: columns["final"] for item, columns in sangong.items()})
    in_service = max(3, year.by_economic() // (rng.randint(15, 30) * 1_000_000))
    staff = {
        "in_service": in_service, "retired": rng.randint(0, 3), "retired_pension_fund": rng.randint(0, in_service),
        "other": rng.randint(0, 5),
    }  # fmt: skip
    projects = year.total(spent_as("project"), FISCAL[:1])
    return Books(
        flows, year.economic, earlier(rng, year), sangong, counts, _procurement(rng, projects),
        _budgets(rng, projects, size.forms), _assets(rng, counts["vehicles_held"]), staff,
    )  # fmt: skip


def _economic(rng: Random, flows: Sequence[Flow], classes: Sequence[str]) -> dict[str, int]:
    """Basic expenditure of the general public budget by economic code, the staff functions as they are booked."""
    basic = {flow.function: flow.spent for flow in flows if is_appropriated_basic(flow)}
    booked: dict[str, int] = {}
    for function, codes in staff_functions().items():
        spent = sum(amount for leaf, amount in basic.items() if leaf.startswith(function))
        booked |= zip(codes, split(rng, spent, [1] * len(codes)), strict=True)
    leaves = [code for code in specs.classification("economic") if len(code) == 5 and code[:3] in classes]
    free = [code for code in leaves if (code not in booked and rng.random() < 0.6) or code == "30101"]
    weights = [1 if (code,) in SANGONG.values() else _WEIGHTS.get(code[:3], 1) for code in free]
    rest = sum(basic.values()) - sum(booked.values())
    booked |= zip(free, split(rng, rest, weights), strict=True)
    return {code: booked.get(code, 0) for code in leaves}


def _sangong(rng: Random, final: Mapping[str, int]) -> dict[str, dict[str, int]]:
    rows = {item: _planned(rng, amount) for item, amount in final.items()}
    rows["vehicles"] = _added(rows["vehicle_purchase"], rows["vehicle_operation"])
    rows["total"] = _added(rows["overseas"], rows["vehicles"], rows["hospitality"])
    abroad = final["hospitality"] // 5 if rng.random() < 0.2 else 0
    domestic = final["hospitality"] - abroad
    rows["hospitality_domestic"] = {"final": domestic}
    rows["hospitality_foreign_affairs"] = {"final": domestic // 4 if rng.random() < 0.3 else 0}
    rows["hospitality_abroad"] = {"final": abroad}
    return rows


def _planned(rng: Random, final: int) -> dict[str, int]:
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


def _procurement(rng: Random, projects: int) -> dict[str, int]:
    """What was bought by kind, what small and medium firms (sme) and very small ones (micro) won of it."""
    found = {kind: int(projects * rng.uniform(0, 0.2)) for kind in ("goods", "works", "services")}
    found["works"] *= rng.random() < 0.6
    won = {f"{kind}_sme": int(fen * rng.choice([1, rng.random()])) for kind, fen in found.items()}
    small = sum(won.values())
    awarded, very_small = int(small * rng.random()), int(small * rng.random())
    return found | won | {
        "total": sum(found.values()), "sme": small, "micro": very_small,
        "sme_reserved": _round(int(awarded * rng.uniform(1, 1.2))), "sme_reserved_awarded": awarded,
        "micro_reserved": _round(very_small), "micro_reserved_awarded": very_small,
        "sme_other_awarded": small - awarded,
    }  # fmt: skip


def _round(fen: int) -> int:
    """At least the amount, in round hundreds of yuan."""
    return -(-fen // 10_000) * 10_000


def _budgets(rng: Random, projects: int, count: int) -> tuple[int, ...]:
    """What is budgeted for the projects that are evaluated, in round hundreds of yuan: at most what all spent."""
    parts = split(rng, int(projects * rng.uniform(0.3, 1)), [1] * count)
    return tuple(fen // 10_000 * 10_000 for fen in parts if fen >= 10_000)


def _assets(rng: Random, held: int) -> dict[str, int]:
    """Vehicles by use, at least those whose costs the appropriation bears, and large equipment."""
    by_use = dict.fromkeys(VEHICLES, 0)
    for _ in range(held + rng.randint(0, 3)):
        by_use[rng.choice(VEHICLES[1:])] += 1
    return {"vehicles": sum(by_use.values()), **by_use, "equipment_1m": rng.randint(0, 9)}
