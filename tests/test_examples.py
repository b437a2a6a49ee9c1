"""The examples of scheduling: each is what its program reads, and calls `fiscal` as it is."""

import ast
import configparser
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
import yaml
from conftest import ROOT

from fiscal_utils import cli
from fiscal_utils.reports import jobs, runs
from fiscal_utils.reports.runs import Report, Run

EXAMPLES = ROOT / "examples" / "scheduling"
COMMAND = re.compile(r"(?<![\w-])(?:\S*/bin/)?(fiscal (?:extract|report)[^\n>&`;·#]*)")
FIELD = r"(?:\*|\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)(?:/\d+)?"
CRON = re.compile(rf"({FIELD}) ({FIELD}) ({FIELD}) ({FIELD}) ({FIELD})")
HIGHEST = (59, 23, 31, 12, 7)


def is_cron(expression: str) -> bool:
    """Whether cron takes the five fields."""
    fields = CRON.fullmatch(expression)
    return bool(fields) and all(
        int(number) <= highest
        for text, highest in zip(fields.groups(), HIGHEST, strict=True)
        for number in re.findall(r"\d+", text)
    )


def parse(command: str) -> dict[str, object]:
    """What the command line makes of a call of `fiscal`, without doing it; unknown options raise."""
    _, name, *arguments = shlex.split(command)
    return cli.main.commands[name].make_context(name, arguments).params


def crontab_lines() -> list[str]:
    lines = (EXAMPLES / "crontab").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(EXAMPLES / name, "utf-8")
    return parser


@pytest.fixture
def workflow() -> dict:
    return yaml.load((EXAMPLES / "github-actions.yml").read_text("utf-8"), yaml.BaseLoader)


@pytest.fixture
def by_jupyter() -> ModuleType:
    spec = importlib.util.spec_from_file_location("example", EXAMPLES / "jupyter_scheduler.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("expression", ["61 5 * * *", "17 5 * *", "17 5 * * mon 1"])
def test_what_cron_does_not_take_is_seen(expression):
    assert not is_cron(expression)


@pytest.mark.parametrize("name", ["crontab", "fiscal.service", "github-actions.yml", "README.md"])
def test_commands_are_those_of_the_command_line(name):
    commands = COMMAND.findall((EXAMPLES / name).read_text("utf-8"))
    assert commands
    for command in commands:
        hook = parse(command).get("on_finish")
        assert hook is None or os.access(ROOT / str(hook), os.X_OK)


def test_the_crontab_has_a_time_and_a_command():
    (line,) = crontab_lines()
    assert is_cron(" ".join(line.split()[:5]))
    assert line.split()[5:8] == ["cd", "/srv/fiscal", "&&"]
    assert "%" not in line, "cron makes a newline of it"


def test_the_timer_starts_the_service():
    service, timer = unit("fiscal.service"), unit("fiscal.timer")
    assert service["Service"]["Type"] == "oneshot"
    assert service["Service"]["ExecStart"].startswith(
        f"{service['Service']['WorkingDirectory']}/.venv/bin/fiscal report"
    )
    assert "Unit" not in timer["Timer"], "the timer starts the service of its own name"
    assert timer["Install"]["WantedBy"] == "timers.target"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_takes_the_units(tmp_path):
    program = tmp_path / ".venv" / "bin" / "fiscal"
    program.parent.mkdir(parents=True)
    program.symlink_to(Path(sys.executable).with_name("fiscal"))
    names = ("fiscal.service", "fiscal.timer")
    for name in names:
        (tmp_path / name).write_text(
            (EXAMPLES / name).read_text("utf-8").replace("/srv/fiscal", str(tmp_path)), "utf-8"
        )
    said = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in names)], capture_output=True, text=True
    )
    assert (said.returncode, [line for line in said.stderr.splitlines() if "fiscal" in line]) == (0, [])


def test_the_workflow_is_scheduled_and_keeps_the_reports(workflow):
    assert is_cron(workflow["on"]["schedule"][0]["cron"])
    steps = workflow["jobs"]["reports"]["steps"]
    uses = {step["uses"].split("@")[0]: step.get("with", {}) for step in steps if "uses" in step}
    assert (ROOT / uses["actions/setup-python"]["cache-dependency-path"]).is_file()
    assert uses["actions/cache"]["path"] == str(parse("fiscal report")["output"])
    assert uses["actions/upload-artifact"]["path"] == uses["actions/upload-pages-artifact"]["path"] == "site"
    assert workflow["jobs"]["pages"]["needs"] in workflow["jobs"]
    assert {"pages", "id-token"} <= set(workflow["jobs"]["pages"]["permissions"])


def test_the_shell_takes_the_steps_of_the_workflow(workflow):
    for step in workflow["jobs"]["reports"]["steps"]:
        subprocess.run(["sh", "-n"], input=step.get("run", ""), text=True, check=True)


def test_parameters_for_jupyter_scheduler_are_literals_that_the_notebook_takes(by_jupyter, tmp_path):
    pasted = by_jupyter.job("python")["parameters"]
    assert {name: ast.literal_eval(value) for name, value in pasted.items()} == by_jupyter.PARAMETERS
    notebook = ROOT / by_jupyter.NOTEBOOK
    given = dict(by_jupyter.PARAMETERS)
    chosen = {"documents": [given.pop("document")], "languages": [given.pop("language")]}
    (job,) = jobs.plan(notebook.parent, ROOT / "data", tmp_path, names=[notebook.stem], **chosen, values=given)
    assert job.notebook.path == notebook


def test_jupyter_scheduler_gets_a_schedule(by_jupyter):
    assert is_cron(by_jupyter.SCHEDULE["schedule"])
    assert ZoneInfo(by_jupyter.SCHEDULE["timezone"])


@pytest.fixture
def record(tmp_path) -> Path:
    """The record of a run in which one report was made and one failed."""
    made = Report("a", "zh", "overview", "概览", "局", runs.now(), "r", 1.0)
    failed = Report("b", "en", "overview", "Overview", "局", runs.now(), "r", 1.0, error="ValueError: '合计' \"$(id)\"")
    run = Run(runs.new_id(), runs.now(), runs.now(), "failed", 2, "fiscal", reports=(made, failed), fresh=7)
    runs.write_run(tmp_path, run)
    return runs.record(tmp_path, run)


@pytest.fixture
def programs(tmp_path) -> Path:
    """A folder of programs `mail` and `curl` that write down what they are given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("mail", "curl"):
        program = folder / name
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >"{tmp_path}/{name}.arguments"\ncat >"{tmp_path}/{name}"\n')
        program.chmod(0o755)
    return folder


def notify(record: Path, programs: Path, **settings: str) -> str:
    """What the hook prints in an environment as bare as cron's."""
    environment = {"PATH": f"{programs}:{Path(sys.executable).parent}:/usr/bin:/bin", "FISCAL_STATUS": "failed"}
    command = [EXAMPLES / "notify.sh", record]
    return subprocess.run(command, env=environment | settings, capture_output=True, check=True).stdout.decode()


SUMMARY = "fiscal report failed: 1 made, 1 failed, 7 were up to date\nb en overview: ValueError: '合计' \"$(id)\""


def test_the_hook_prints_what_failed(record, programs, tmp_path):
    assert notify(record, programs) == SUMMARY + "\n"
    assert not (tmp_path / "mail").exists()
    assert not (tmp_path / "curl").exists()


def test_the_hook_tells_by_mail_and_to_a_chat(record, programs, tmp_path):
    notify(record, programs, MAIL_TO="office@example.org", CHAT_URL="https://chat.example.org/hook")
    assert (tmp_path / "mail").read_text("utf-8") == SUMMARY + "\n"
    assert (tmp_path / "mail.arguments").read_text().split("\n")[:3] == [
        "-s",
        "fiscal report: failed",
        "office@example.org",
    ]
    assert json.loads((tmp_path / "curl").read_text("utf-8")) == {"msgtype": "text", "text": {"content": SUMMARY}}
    assert "https://chat.example.org/hook" in (tmp_path / "curl.arguments").read_text().split("\n")
