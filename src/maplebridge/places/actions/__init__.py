"""Everything that changes territory. Nothing is deleted: what ends gets a last day and perhaps a successor."""

from maplebridge.places.actions.importing import ImportRefused, Taken, import_sheet
from maplebridge.places.actions.laying_out import (
    NewBuilding,
    add_beat,
    add_estate,
    add_grid,
    add_key_site,
    add_many_buildings,
    add_many_entrances,
    add_sector,
    set_base_map,
)
from maplebridge.places.actions.uploads import (
    accept_upload,
    check_upload,
    drop_upload,
    keep_upload,
    take_over_upload,
)

__all__ = [
    "ImportRefused",
    "NewBuilding",
    "Taken",
    "accept_upload",
    "add_beat",
    "add_estate",
    "add_grid",
    "add_key_site",
    "add_many_buildings",
    "add_many_entrances",
    "add_sector",
    "check_upload",
    "drop_upload",
    "import_sheet",
    "keep_upload",
    "set_base_map",
    "take_over_upload",
]
