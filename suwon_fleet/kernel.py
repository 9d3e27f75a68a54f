# SPDX-License-Identifier: Apache-2.0
"""`@kernel`: numba compilation whose cache can be trusted.

numba's own cache looks only at the file a function stands in, so a change to a structure or a callee in
another file leaves machine code behind that no longer fits. Here the kernels of one package share one
cache folder, named after a hash of its sources that hold kernels or their structures: any change there
compiles all of them anew. Kernels of one package do not call those of another.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

import numba
from llvmlite.binding import get_host_cpu_name

F = TypeVar("F", bound=Callable[..., object])
Tell = Callable[[str], None]
"""Takes a line for people about what will take a while."""

_MARKS = (b"kernel\ndef ", b"(NamedTuple)")


@cache
def cache_folder(package: Path) -> Path | None:
    """Where the kernels of a package, as it is now, are kept; None where nothing can be written."""
    made_for = (numba.__version__, sys.implementation.cache_tag, get_host_cpu_name())
    digest = hashlib.sha256(Path(__file__).read_bytes() + " ".join(map(str, made_for)).encode())
    for source in sorted(package.glob("*.py")):
        text = source.read_bytes()
        if any(mark in text for mark in _MARKS):
            digest.update(text)
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "suwon_fleet" / f"{package.name}-{digest.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


@contextmanager
def compiling(packages: Iterable[Path], tell: Tell) -> Iterator[None]:
    """A block that calls every kernel of some packages; `tell` is told when that will compile any.

    Once the block has ended well it only loads them, and nothing is told.
    """
    folders = {package.name: cache_folder(package) for package in packages}
    stamps = {name: folder / "all-compiled" if folder else None for name, folder in folders.items()}
    if new := [name for name, stamp in stamps.items() if stamp is None or not stamp.exists()]:
        names = ", ".join(new)
        tell(f"compiling the kernels of {names}: a minute or two, once after an installation")
    yield
    for stamp in filter(None, stamps.values()):
        stamp.touch()


def kernel(function: F) -> F:
    """Compile a function of arrays on first call, without the GIL, and keep the machine code."""
    return _compiled(function)


def inner_kernel(function: F) -> F:
    """A kernel that only other kernels call.

    It is compiled without the code that takes Python's arguments apart, which would double the time.
    """
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def lean_kernel(function: F) -> F:
    """An inner kernel that makes no arrays.

    numba counts the users of each array at each call; without that, calls that pass structures of
    arrays about take a tenth of the time.
    """
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)


def inlined_kernel(function: F) -> F:
    """A lean kernel that becomes a part of each that calls it.

    For small ones that are called for every robot in every step: handing over a large structure takes
    longer than what they do with it.
    """
    return _compiled(
        function, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, forceinline=True
    )


def _compiled(function: F, **options: bool) -> F:
    folder = cache_folder(Path(inspect.getfile(function)).parent)
    if folder is None:
        return numba.njit(nogil=True, **options)(function)  # type: ignore[no-any-return]
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)  # read when the function is decorated, not later
    try:
        return numba.njit(cache=True, nogil=True, **options)(function)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before
