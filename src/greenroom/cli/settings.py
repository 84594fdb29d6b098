"""Settings of a command: the environment, overridden by the command's options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from greenroom.cli.errors import UserError

if TYPE_CHECKING:
    from greenroom.settings import Settings


def load_settings(**options: Any) -> Settings:
    """The settings; options that are None are left to the environment and the defaults.

    Raises:
        UserError: a value that cannot be used, or a data folder that cannot be written.
    """
    from pydantic import ValidationError

    from greenroom.settings import Settings

    try:
        settings = Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(part) for part in fault["loc"])
        raise UserError(
            f"the setting {name} (--{name.replace('_', '-')} or GREENROOM_{name.upper()}) cannot be "
            f"{fault['input']!r}: {fault['msg']}"
        ) from None
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the data folder {settings.data_dir} cannot be made ({error.strerror}): "
            "choose another with --data"
        ) from None
    return settings
