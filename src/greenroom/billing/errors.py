"""What can go wrong with resources, quotas and orders."""

from __future__ import annotations

from greenroom.errors import GreenroomError, InvalidParameterError, NotFoundError


class InsufficientResourcesError(GreenroomError):
    """There is no package, allocation or pay-per-use for it, or the balance is used up.

    The contract names the code for dialogs beyond what was bought; it has none for the others.
    """

    error_code = "MSS.20010135"


class UserQuotaError(InsufficientResourcesError):
    """A user has made as much as the tenant allows that user."""


class ResourceNotFoundError(NotFoundError):
    def __init__(self, resource_id: str) -> None:
        super().__init__(f"no resource has the id {resource_id}: list the resources to find its id")


class OrderNotFoundError(NotFoundError):
    def __init__(self, order_id: str) -> None:
        super().__init__(f"no order has the id {order_id}: list the orders to find its id")


class UserQuotaNotFoundError(NotFoundError):
    def __init__(self, user_id: str) -> None:
        super().__init__(f"the user {user_id} has no quota: create_user_quotas sets one")


class OrderError(InvalidParameterError):
    """The order cannot be placed, paid or cancelled like this."""


class ResourceStateError(InvalidParameterError):
    """The resource's state does not allow what was asked."""
