"""What our clients call themselves towards AWS.

Without a name of ours botocore puts one together anew for every request, from some twenty parts that never change: a
seventh of the CPU that a request costs. CloudTrail shows this one in its place.
"""

from __future__ import annotations

USER_AGENT = "stampbook"
