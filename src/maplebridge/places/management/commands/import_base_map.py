from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maplebridge.kernel.geo import Crs
from maplebridge.places import actions, queries
from maplebridge.places.domain.base_map import BaseMapRefused, read_base_map
from maplebridge.platform.audit import acting


class Command(BaseCommand):
    help = (
        "Draw streets, water, parks and houses of a GeoJSON file under every map; what was drawn before goes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--crs", choices=[one.value for one in Crs], default=Crs.WGS84.value)
        parser.add_argument("--dry-run", action="store_true", help="say what would be drawn, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            read = read_base_map(options["file"].read_bytes(), town=queries.extent(), crs=Crs(options["crs"]))
        except (OSError, BaseMapRefused) as error:
            raise CommandError(str(error)) from error
        if not options["dry_run"]:
            with acting(None, "command line"):
                actions.set_base_map(layers=read.layers)
        drawn = ", ".join(f"{count} of {name}" for name, count in read.counts.items())
        left_out = "".join(f"; left out: {count} {why}" for why, count in sorted(read.left_out.items()))
        self.stdout.write(f"{'would draw' if options['dry_run'] else 'drawn'}: {drawn}{left_out}")
