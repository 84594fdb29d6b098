"""What can go wrong with assets and files, with the codes of the wire contract (all of them status 400)."""

from __future__ import annotations

from greenroom.errors import GreenroomError


class AssetNotFoundError(GreenroomError):
    error_code = "MSS.10001001"

    def __init__(self, asset_id: str) -> None:
        super().__init__(f"no asset has the id {asset_id}: list the assets to find its id")


class FileTypeMissingError(GreenroomError):
    error_code = "MSS.10001003"


class AssetFileNotFoundError(GreenroomError):
    error_code = "MSS.10001004"


class AssetFailedError(GreenroomError):
    """The main file is not what the asset needs; the asset is FAILED and says so."""

    error_code = "MSS.10001006"
    keep_changes = True


class AssetFileTooLargeError(GreenroomError):
    error_code = "MSS.10001007"


class MainFileExistsError(GreenroomError):
    error_code = "MSS.10001008"


class CoverFileExistsError(GreenroomError):
    error_code = "MSS.10001009"


class AssetStateError(GreenroomError):
    """The asset's state does not allow this."""

    error_code = "MSS.10000003"


class TransferNotFoundError(GreenroomError):
    """No such transfer of this project. The contract states no code for it; this is a missing asset's."""

    error_code = "MSS.10001001"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no transfer has the id {job_id}: list the transfers to find its id")
