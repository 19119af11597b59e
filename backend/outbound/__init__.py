"""The outbound ledger: every request that leaves the appliance, by destination, and what was asked with it.

Whoever sends one goes through `Ledger.request`. It holds no address, no parameter and no name: templates and fields.
"""
