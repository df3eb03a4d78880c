"""Words with no area: ids, clock, amounts, periods, paging, caller, and the base of all frozen values."""
