"""Read, load, check and chart China's departmental final accounts (部门决算公开).

The names are those of `__init__.pyi`; each is imported when it is first used, so that a command that draws nothing does
not wait for the plotting libraries.
"""

import lazy_loader

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
