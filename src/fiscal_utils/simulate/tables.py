"""Rows of the statutory tables to printed tables, by layout."""

from collections.abc import Sequence

from fiscal_utils import specs
from fiscal_utils.parse import Accounts
from fiscal_utils.parse.rows import Row
from fiscal_utils.simulate.model import sides
from fiscal_utils.simulate.sheets import Canvas, Cell, Sheet
from fiscal_utils.simulate.words import Layout, mark

_SPENDING = ("total", "basic", "project")
_VEHICLES = {"vehicles": "小计", "vehicle_purchase": "公务用车购置费", "vehicle_operation": "公务用车运行维护费"}
_WIDE = {
    "total": "合计",
    "overseas": "因公出国（境）费",
    "vehicles": "公务用车购置及运行维护费",
    "hospitality": "公务接待费",
}
_NUMBER, _CODE, _LINE = 8.0, 6.0, 3.0


def sheets(accounts: Accounts, layout: Layout) -> list[Sheet]:
    """The statutory tables of the accounts in their printed order."""
    return [
        _sheet(accounts, table, [row for row in accounts.rows if row.table == table], layout, number)
        for number, table in enumerate(dict.fromkeys(row.table for row in accounts.rows), 1)
    ]


def _sheet(accounts: Accounts, table: str, rows: list[Row], layout: Layout, number: int) -> Sheet:
    spec = specs.tables()[table]
    if spec.rows == "function":
        canvas, header, widths, aligns = _functions(table, rows, layout)
    elif spec.rows == "economic":
        canvas, header, widths, aligns = _economic(rows, layout)
    elif len(spec.sides) > 1:
        canvas, header, widths, aligns = _two_sided(rows, layout)
    elif layout.sangong != "list" and not any(row.item == "statistics" for row in rows) and table == "sangong":
        canvas, header, widths, aligns = _wide_sangong(rows, paired=layout.sangong == "pairs")
    else:
        canvas, header, widths, aligns = _listed(rows, layout)
    title = layout.title(table)
    return Sheet(
        title="　".join(title) if layout.spaced else title,
        above=_above(accounts, table, layout),
        rows=canvas.frozen(),
        header=header,
        spans=canvas.spans,
        widths=tuple(widths),
        aligns=aligns,
        note=mark("note" if any(row.cells for row in rows) else "empty"),
        number=f"公开{number:02}表" if layout.numbered else "",
    )


Drawn = tuple[Canvas, int, list[float], str]
"""The cells, the height of the header, and the widths and alignments of the columns."""


def _above(accounts: Accounts, table: str, layout: Layout) -> tuple[str, ...]:
    counted = table == "assets"
    unit = "单位：台、辆、套" if counted else f"{'金额' if layout.numbered else ''}单位：{accounts.unit}"
    if not layout.named:
        return ("", "", unit)
    return (f"部门：{accounts.department}", f"{accounts.year}年度", unit)


def _header_text(table: str, column: str) -> str:
    return specs.tables()[table].columns[column][0]


def _functions(table: str, rows: Sequence[Row], layout: Layout) -> Drawn:
    columns, codes = rows[0].columns, layout.codes[0]
    names = codes + 1
    canvas = Canvas(names + len(columns))
    in_header = layout.total_in_header and table not in layout.total_last
    height = 4 if codes == 3 else 2
    canvas.put(0, 0, "项目", 1, names)
    if codes == 3:
        canvas.put(1, 0, "支出功能分类", 1, 3)
        canvas.put(2, 0, "科目编码", 1, 3)
        canvas.put(1, 3, "科目名称", 2 if in_header else 3)
        for i, level in enumerate("类款项"):
            canvas.put(3, i, level)
    else:
        canvas.put(1, 0, "科目编码")
        canvas.put(1, 1, "科目名称")
    _value_headers(canvas, table, columns, names, height - in_header)
    if layout.numbered:
        canvas.add(["栏次", *[""] * codes, *map(str, range(1, len(columns) + 1))], names)
    header = len(canvas.rows) - in_header
    total, *coded = rows
    if in_header:
        canvas.rows[3][3:] = ["合计", *_values(total)]
    elif table not in layout.total_last:
        canvas.add(["合计", *[""] * codes, *_values(total)], names)
    for row in coded:
        indent = "" if layout.ruled else "　" * ((len(row.code) - 3) // 2)
        canvas.add([*_code_cells(row.code, codes), indent + row.label, *_values(row)])
    if table in layout.total_last:
        canvas.add(["合计", *[""] * codes, *_values(total)], names)
    widths = [*[_CODE if codes == 1 else _LINE] * codes, layout.label, *[_NUMBER] * len(columns)]
    return canvas, header, widths, ("l" if codes == 1 else "ccc") + "l" + "r" * len(columns)


def _value_headers(canvas: Canvas, table: str, columns: Sequence[str], start: int, height: int) -> None:
    """The headers of the value columns; where balances stand around it, 本年支出 is above what was spent."""
    grouped = "opening" in columns
    for i, column in enumerate(columns, start):
        if not grouped or column not in _SPENDING:
            canvas.put(0, i, _header_text(table, column), height)
            continue
        if column == "total":
            canvas.put(0, i, "本年支出", 1, len(_SPENDING))
        text = "小计" if column == "total" else _header_text(table, column)
        canvas.put(1, i, text, height - 1)


def _code_cells(code: str, columns: int) -> list[str]:
    """The code in so many columns (类 款 项)."""
    if columns == 1:
        return [code]
    parts = [code[:3], code[3:5], code[5:7]]
    return parts[:columns]


def _values(row: Row) -> list[Cell]:
    return [row.cells.get(column, "") for column in row.columns]


def _two_sided(rows: Sequence[Row], layout: Layout) -> Drawn:
    pairs = sides(rows)
    halves = [next(row for row in rows if (row.columns[0] == "revenue_final") is first) for first in (True, False)]
    names = 1 + layout.numbered
    starts = (0, names + len(halves[0].columns))
    canvas = Canvas(starts[1] + names + len(halves[1].columns))
    numbers = iter(range(1, canvas.width))
    for start, half, text in zip(starts, halves, ("收入", "支出"), strict=True):
        width = names + len(half.columns)
        canvas.put(0, start, text, 1, width)
        canvas.put(1, start, "项目（按功能分类）" if start and layout.numbered else "项目")
        if layout.numbered:
            canvas.put(1, start + 1, "行次")
            canvas.put(2, start, "栏次")
        for i, column in enumerate(half.columns, start + names):
            canvas.put(1, i, _header_text(half.table, column))
            if layout.numbered:
                canvas.put(2, i, str(next(numbers)))
    header = len(canvas.rows)
    for line, pair in enumerate(pairs, 1):
        cells: list[Cell] = []
        for side, (row, half) in enumerate(zip(pair, halves, strict=True)):
            cells.append(row.label if row else "")
            cells += [str(line + side * len(pairs))] if layout.numbered else []
            cells += _values(row) if row else [""] * len(half.columns)
        canvas.add(cells)
    widths = [w for half in halves for w in (layout.label, *[_LINE] * layout.numbered, *[_NUMBER] * len(half.columns))]
    aligns = "".join("l" + "c" * layout.numbered + "r" * len(half.columns) for half in halves)
    return canvas, header, widths, aligns


def _economic(rows: Sequence[Row], layout: Layout) -> Drawn:
    codes = layout.codes[1]
    width, blocks = codes + 2, _blocks(rows, layout)
    canvas = Canvas(width * len(blocks))
    if codes == 1:
        canvas.put(0, 0, "人员经费", 1, width)
        canvas.put(0, width, "公用经费", 1, canvas.width - width)
    for start in range(0, canvas.width, width):
        if codes == 1:
            canvas.put(1, start, "科目编码")
        else:
            canvas.put(0, start, "经济分类", 1, codes)
            canvas.put(1, start, "科目编码", 1, codes)
            canvas.put(2, start, "类")
            canvas.put(2, start + 1, "款")
        top, height = (1, 1) if codes == 1 else (0, 3)
        canvas.put(top, start + codes, "科目名称", height)
        canvas.put(top, start + codes + 1, layout.amount, height)
    header = len(canvas.rows)
    for i in range(max(map(len, blocks))):
        cells: list[Cell] = []
        for block in blocks:
            row = block[i] if i < len(block) else None
            cells += [*_code_cells(row.code, codes), row.label, *_values(row)] if row else [""] * width
        canvas.add(cells)
    totals = {row.item: row for row in rows if row.item}
    last, end = len(canvas.rows), canvas.width - 1
    for start, stop, item in ((0, width - 1, "personnel"), (width, end, "operating")):
        canvas.put(last, start, totals[item].label, 1, stop - start)
        canvas.put(last, stop, _values(totals[item])[0])
    widths = [*[_CODE if codes == 1 else _LINE] * codes, layout.label - 3, _NUMBER] * len(blocks)
    return canvas, header, widths, ("l" * codes + "lr") * len(blocks)


def _blocks(rows: Sequence[Row], layout: Layout) -> list[list[Row]]:
    """The coded rows of each block, the last with the classes that none names."""
    named = [code for block in layout.economic for code in block]
    coded = [row for row in rows if row.code]
    blocks = [[row for code in block for row in coded if row.code.startswith(code)] for block in layout.economic]
    blocks[-1] += [row for row in coded if row.code[:3] not in named]
    return [block for block in blocks if block]


def _listed(rows: Sequence[Row], layout: Layout) -> Drawn:
    table, columns = rows[0].table, rows[0].columns
    names = 1 + layout.numbered
    canvas = Canvas(names + len(columns))
    headers = [_header_text(table, column) for column in columns]
    if columns == ("adjusted_budget", "final"):
        headers[0] = "预算数"
    canvas.add(["项目", *["行次"] * layout.numbered, *headers])
    if layout.numbered:
        canvas.add(["栏次", "", *map(str, range(1, len(columns) + 1))])
    header = len(canvas.rows)
    for line, row in enumerate(rows, 1):
        canvas.add([row.label, *[str(line)] * layout.numbered, *_values(row)])
    widths = [2 * layout.label, *[_LINE] * layout.numbered, *[1.5 * _NUMBER] * len(columns)]
    return canvas, header, widths, "l" + "c" * layout.numbered + "r" * len(columns)


def _wide_sangong(rows: Sequence[Row], paired: bool) -> Drawn:
    """One row of numbers under a header of items and, beside or above them, 预算数 and 决算数."""
    by_item = {row.item: row for row in rows}
    items = ["total", "overseas", *_VEHICLES, "hospitality"]
    budget = rows[0].columns[-2]
    measures = {budget: "预算数", "final": "决算数"}
    canvas = Canvas(2 * len(items))
    if paired:
        _items_header(canvas, 0, 0, each=2)
        for i in range(canvas.width):
            canvas.put(2, i, list(measures.values())[i % 2])
        order = [(item, measure) for item in items for measure in measures]
    else:
        for half, text in enumerate(measures.values()):
            canvas.put(0, half * len(items), text, 1, len(items))
            _items_header(canvas, 1, half * len(items), each=1)
        order = [(item, measure) for measure in measures for item in items]
    header = len(canvas.rows)
    canvas.add([by_item[item].cells.get(measure, "") for item, measure in order])
    return canvas, header, [_NUMBER] * canvas.width, "r" * canvas.width


def _items_header(canvas: Canvas, top: int, start: int, each: int) -> None:
    """Two rows that name the items, each over `each` columns; vehicles have their parts below them."""
    column = start
    for item, text in _WIDE.items():
        if item != "vehicles":
            canvas.put(top, column, text, 2, each)
            column += each
            continue
        canvas.put(top, column, text, 1, each * len(_VEHICLES))
        for part in _VEHICLES.values():
            canvas.put(top + 1, column, part, 1, each)
            column += each
