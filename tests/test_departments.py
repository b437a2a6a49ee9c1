"""What departments are called in English: kind and place where every part is known, else nothing."""

import pytest

from fiscal_utils.departments import department_name, english_name
from fiscal_utils.language import set_language


@pytest.mark.parametrize(
    ("name", "code", "english"),
    [
        ("上海市普陀区财政局", "310107", "Finance Bureau, Putuo District, Shanghai"),
        ("景德镇市人民政府办公室", "360200", "General Office of the People's Government, Jingdezhen"),
        ("上海市财政局", "", "Finance Bureau, Shanghai"),
        ("上海市普陀区不知名局", "310107", ""),
        ("模拟市第一植树局", "", ""),
        ("<script>", "999999", ""),
    ],
)
def test_a_department_has_an_english_name_where_every_part_is_known(name: str, code: str, english: str) -> None:
    assert english_name(name, code) == english
    set_language("en")
    assert department_name(name, code) == (english or name)
    set_language("zh")
    assert department_name(name, code) == name
