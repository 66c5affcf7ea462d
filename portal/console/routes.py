"""
The console put together: importing a part registers its pages, its records and its entries of the navigation.

The order of the navigation is that of the imports below.
"""

from portal.console import case_record, cases, earlier, policy, queue, records, selfcheck, staff, verbs, worklists  # noqa: F401 - imported for what they register
from portal.console.site import site

__all__ = ["site"]
