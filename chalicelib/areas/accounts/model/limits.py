"""How much one account may hold. No limit loses points: what goes beyond one is refused, or gets a later last day."""

MAX_WALLETS = 32  # a program's units
MAX_LOTS = 400  # of a wallet: past it a credit joins a lot that expires later, where there is one
MAX_LOTS_IN_ALL = 800  # of a wallet: past it a credit that no lot can take is refused
MAX_HOLDS = 64
MAX_PENDINGS = 400  # promises of one instant and last day count as one
MAX_PERIODS = 31  # of a cap by period, in which something counts: past it the one that began first is forgotten
MAX_COUNTED_RULES = 64  # whose uses are counted: past it one gives nothing that is limited for each account
MAX_COUNTED_PERIODS = 4  # of one length, of one rule: past it the one that began first is forgotten
MAX_PAST_NAMES = 64  # by which something is counted for whoever asks: past it those of which nobody does are forgotten
MAX_PAST_DAYS = 366  # that anybody can ask back
MAX_TAKEN_PIECES = 2_000  # of one operation: what its entry can tell
MAX_ACCOUNT_BYTES = 140_000  # of its item: what passes at once must be told by one entry, at more than twice the length
