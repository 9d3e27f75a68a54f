# SPDX-License-Identifier: Apache-2.0
"""suwon_fleet: robot fleet orchestration on ROS 2 and Zenoh.

The generated interfaces (``suwon_fleet.msg``, ``.srv``, ``.action``) may be installed in another
folder than these sources; extending the path lets both meet in one import package.
"""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
__version__ = "0.1.0"
