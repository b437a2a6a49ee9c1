"""Schedules a notebook with jupyter-scheduler on a running JupyterLab: once now, and every morning.

JUPYTER_TOKEN=... python examples/scheduling/jupyter_scheduler.py http://localhost:8888
"""

import json
import os
import sys
from urllib.request import Request, urlopen

NOTEBOOK = "notebooks/overview.ipynb"
"""Relative to the folder in which JupyterLab was started."""

PARAMETERS = {"document": "putuo-finance-bureau-2024", "language": "zh"}

SCHEDULE = {"schedule": "17 5 * * *", "timezone": "Asia/Shanghai"}


def job(environment: str) -> dict[str, object]:
    """The job as jupyter-scheduler wants it: it pastes `name = value` as code, so that values go as Python literals."""
    return {
        "name": "overview",
        "input_uri": NOTEBOOK,
        "runtime_environment_name": environment,
        "output_formats": ["ipynb", "html"],
        "parameters": {name: repr(value) for name, value in PARAMETERS.items()},
    }


def call(url: str, body: dict[str, object] | None = None):
    """The server's answer to a GET, or to a POST of the body."""
    headers = {"Authorization": f"token {os.environ['JUPYTER_TOKEN']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, headers), timeout=30) as answer:
        return json.load(answer)


def main(server: str) -> None:
    """Sends the job and its definition; prints their ids."""
    environment = call(f"{server}/scheduler/runtime_environments")[0]["name"]
    print(call(f"{server}/scheduler/jobs", job(environment)))
    print(call(f"{server}/scheduler/job_definitions", job(environment) | SCHEDULE))


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
