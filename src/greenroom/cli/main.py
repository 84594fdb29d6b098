"""`greenroom`: finds the command's module and loads only that one, so that every command starts fast.

A command module below `greenroom.cli` defines `app` (a typer.Typer: a group), or a function called `command`
or like the command itself. `COMMANDS` names each with the line that `greenroom --help` shows.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec

import typer

from greenroom.cli.errors import UserError

COMMANDS = {
    "serve": "Run the API and its worker.",
    "worker": "Run the jobs of a data folder without the API.",
    "credentials": "Make access keys for a tenant.",
    "admin": "Tenants, users, groups, policies, keys, rates, audit.",
    "avatar": "Check footage, train an avatar, list avatars.",
    "voice": "List the voices.",
    "video": "Make a video from a text.",
    "demo": "Footage and a text become a video, in one go.",
    "models": "Fetch and check the model weights.",
    "bench": "Measure quality and speed.",
    "verify": "Where a file comes from, and what was changed since.",
    "doctor": "What this machine has, and what is missing.",
    "ops": "The catalogue: each operation, and where it is done.",
}


def build_app(only: str | None = None) -> typer.Typer:
    """The command line application: with the one command `only`, or with all of them."""
    app = typer.Typer(
        name="greenroom",
        help="Self-hosted digital humans: train an avatar from footage, then make it say any text.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback()
    def _root() -> None:
        """Keeps the commands named even where there is only one."""

    for name in [only] if only in COMMANDS else COMMANDS:
        if name is not None and find_spec(f"greenroom.cli.{name}") is not None:
            _add(app, name)
    return app


def _add(app: typer.Typer, name: str) -> None:
    module = importlib.import_module(f"greenroom.cli.{name}")
    if hasattr(module, "app"):
        app.add_typer(module.app, name=name, help=COMMANDS[name])
    else:
        app.command(name, help=COMMANDS[name])(getattr(module, "command", None) or getattr(module, name))


def main() -> None:
    """Entry point. An error of the user is one sentence and exit code 2; Ctrl-C is exit code 130."""
    arguments = sys.argv[1:]
    first = next((argument for argument in arguments if not argument.startswith("-")), None)
    try:
        build_app(first)()
    except UserError as error:
        print(f"greenroom: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
