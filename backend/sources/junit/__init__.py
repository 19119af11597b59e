"""Reports of automated tests in JUnit's XML, which has no one definition: what the tools write is what is read.

Of a report enter names, outcomes and durations. Output, failure texts and properties are passed over as they are read.
"""

from backend.sources.junit.reading import Accept, read_report
from backend.sources.junit.refusals import Refused

__all__ = ["Accept", "Refused", "read_report"]
