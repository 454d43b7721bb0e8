"""The `maplebridge` command: the product's verbs, with dashes as people type them."""

import os
import signal
import sys
from types import FrameType


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


# Commands of the framework that an operator has a use for.
_OTHERS = {"migrate": "Bring the database up to date.", "changepassword": "Give an account a new password."}
_OF_THE_PRODUCT_ITSELF = "work_on_"  # which pages start


def overview() -> str:
    """Return what an operator can do with the command, a line each."""
    import django  # noqa: PLC0415 -- settings are named first
    from django.core.management import get_commands, load_command_class  # noqa: PLC0415 -- as above

    django.setup()
    own = {
        name: str(load_command_class(app, name).help)
        for name, app in get_commands().items()
        if app.startswith("maplebridge.") and not name.startswith(_OF_THE_PRODUCT_ITSELF)
    }
    lines = [f"  {name.replace('_', '-'):<18} {told}" for name, told in sorted((own | _OTHERS).items())]
    return "\n".join(
        [
            "What maplebridge can do; maplebridge COMMAND --help says more:",
            *lines,
            "",
            "docs/operations.md explains.",
        ]
    )


def main() -> None:
    # A polite stop ends as the program's own end does: the last to leave stops the embedded database too.
    signal.signal(signal.SIGTERM, _leave)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maplebridge.config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- settings are named first

    words = sys.argv[:]
    if words[1:] in ([], ["help"], ["--help"], ["-h"]):
        sys.stdout.write(overview() + "\n")
        return
    if len(words) > 1:
        words[1] = words[1].replace("-", "_") if not words[1].startswith("-") else words[1]
    execute_from_command_line(words)


if __name__ == "__main__":
    main()
