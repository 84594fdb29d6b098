"""The administration over HTTP: what `greenroom admin` does, at /admin/v1, signed like everything else.

The operator's tenant (GREENROOM_OPERATOR_TENANT) administers the installation; every tenant its own users,
groups, policies, keys and quotas, and it sees its freezes, invoices, ledger and audit record.
"""
