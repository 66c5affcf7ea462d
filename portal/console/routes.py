"""
The console put together: importing a part registers its pages, its records and its entries of the navigation.

The order of the navigation is that of the imports below.
"""

from portal.console import (  # noqa: F401 - imported for what they register
    bands,
    case_inquiries,
    case_ledger,
    case_readings,
    case_record,
    cases,
    delay,
    earlier,
    legal,
    letters,
    opinions,
    packs,
    policy,
    policy_demands,
    pools,
    pools_settlement,
    publications,
    publicity,
    queue,
    rechecks,
    records,
    recoveries,
    recovery_case,
    risks,
    seals,
    seals_of_many,
    searching,
    selfcheck,
    staff,
    timing,
    verbs,
    worklists,
)

# isort: split
from portal.console import admissions, counter, doubts, restrictions, review_tasks, reviews  # noqa: F401 - how a case comes in, after the queue  # noqa: F401 - what is looked at again, after the records
from portal.console.site import site

__all__ = ["site"]
