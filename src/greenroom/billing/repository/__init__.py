"""Every query of billing: `rows` on resources, orders, quotas and notices, `ledger` on the ledger."""
