# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import sys

from numba.extending import is_jitted

from suwon_fleet.resources import resource_path
from suwon_fleet.service.warm_up import warm_up
from suwon_fleet.wire.kinds import load_kinds


def test_afterwards_every_kernel_that_python_calls_is_compiled() -> None:
    for kind in load_kinds(resource_path("config/robots")).values():
        warm_up(kind)
    kernels = {
        f"{module}.{name}": function
        for module in list(sys.modules)
        if module.startswith(("suwon_fleet.dispatch.", "suwon_fleet.traffic."))
        for name, function in vars(sys.modules[module]).items()
        if is_jitted(function) and not function.targetoptions.get("no_cpython_wrapper")
    }
    assert len(kernels) > 5
    assert not [name for name, function in kernels.items() if not function.signatures]
