"""
The console put together: importing a part registers its pages, its records and its entries of the navigation.

The order of these imports is the order of the navigation.
"""

from portal.console import (  # noqa: F401 - imported for what they register
    case_inquiries,
    case_record,
    cases,
    earlier,
    opinions,
    policy,
    policy_demands,
    queue,
    records,
    staff,
    verbs,
)
from portal.console.site import site

__all__ = ["site"]
