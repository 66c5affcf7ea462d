"""
The console put together: importing a part registers its pages, its records and its entries of the navigation.

The order of these imports is the order of the navigation.
"""

from portal.console import case_record, cases, earlier, policy, queue, records, staff, verbs  # noqa: F401 - imported for what they register

# isort: split
from portal.console import admissions, counter, restrictions  # noqa: F401 - how a case comes in, after the queue
from portal.console.site import site

__all__ = ["site"]
