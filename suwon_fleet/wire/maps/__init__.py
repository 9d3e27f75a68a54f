# SPDX-License-Identifier: Apache-2.0
"""Site maps in and out: our YAML and GeoJSON, Open-RMF building files and MovingAI grids."""

from suwon_fleet.wire.maps.read import load_site, read_site
from suwon_fleet.wire.maps.write import to_geojson, write_site

__all__ = ["load_site", "read_site", "to_geojson", "write_site"]
