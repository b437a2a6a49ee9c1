"""The same work on more than one machine: a Dask cluster, given by its scheduler's address, or one of this machine.

The workers see this machine's folders of data and notebooks under the same paths (a shared folder), and have this
package installed in the same version; what they make comes back over the network. Dask runs a task anew whose worker
dies, and gives up on it after it has cost three workers.
"""

import multiprocessing
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from fiscal_utils.errors import ClusterError, FiscalError
from fiscal_utils.reports import forks

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"
"""The address that stands for a cluster of this machine's own, made for the run."""

TO_CONNECT = 10
"""Seconds within which the scheduler has to answer."""

Item = TypeVar("Item")
Done = TypeVar("Done")


def run(
    items: Sequence[Item],
    work: Callable[[Item], Done],
    address: str,
    *,
    processes: int,
    seconds: float,
    prepare: Callable[[], object] = lambda: None,
) -> Generator[tuple[Item, Done | FiscalError]]:
    """Each item with what `work` makes of it on the cluster, or the error, in the order in which they end.

    Each is done in a process of its own, for so many seconds at most; `prepare` is called before, in the process that
    it starts from. A cluster of this machine's own has so many `processes`.
    """
    with _client(address, processes) as client:
        from distributed import as_completed

        futures = {client.submit(_done, item, work, seconds, prepare, pure=False): item for item in items}
        for future in as_completed(list(futures)):
            item = futures.pop(future)
            try:
                yield item, future.result()
            except Exception as error:
                yield item, ClusterError("cluster_failed", type=type(error).__name__, problem=str(error))


def _done(
    item: Item, work: Callable[[Item], Done], seconds: float, prepare: Callable[[], object]
) -> Done | FiscalError | None:
    """What `work` makes of the item, in a process of its own; this is the task of a worker."""
    prepare()
    # Dask's workers are daemons, which may start no process as it could outlive them; these die with their parent.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    return next(outcome[1] for outcome in forks.run([item], work, 1, seconds) if outcome)


def _client(address: str, processes: int) -> "Client":
    """A connection to the cluster, which ends the cluster with it if that is this machine's own."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError("cluster_not_installed") from error
    if address == LOCAL:
        own: dict[str, Any] = {"n_workers": processes, "threads_per_worker": 1, "dashboard_address": ":0"}
        return Client(**own)
    try:
        return Client(address, timeout=TO_CONNECT)
    except (OSError, ValueError) as error:
        raise ClusterError("cluster_unreachable", address=address, problem=str(error)) from error
