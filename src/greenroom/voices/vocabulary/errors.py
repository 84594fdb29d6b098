"""The errors of vocabularies."""

from __future__ import annotations

from greenroom.errors import InvalidParameterError, NotFoundError


class VocabularyError(InvalidParameterError):
    """An entry, a group or a switch cannot be as it is asked for."""


class TakenMeanwhileError(VocabularyError):
    """Another request has written the same key or name at the same moment, and was first."""

    def __init__(self) -> None:
        super().__init__("another request has changed the same at the same moment: send this one again")


class EntryNotFoundError(NotFoundError):
    """No entry of the project has one of these ids."""

    def __init__(self, *ids: str) -> None:
        super().__init__(
            f"no vocabulary entry has the id {', '.join(ids[:5])}: list_ttsc_vocabulary_configs shows those "
            "there are"
        )


class GroupNotFoundError(NotFoundError):
    """No group of the project has this id."""

    def __init__(self, group_id: str) -> None:
        super().__init__(
            f"group_id: no vocabulary group has the id {group_id}: list_ttsc_vocabulary_groups shows those "
            "there are"
        )
