"""Orders: purchases and what came back of them.

Words       sale (document with lines), return (names its sale), order (the sale as kept: its credits and what is
            returned of each line), document number (unique in a tenant; returns are numbered within their sale), kept (of
            a sale that no member is known to have made: its journal is its own until it is assigned)
Laws        a number is recorded once: the same content again is the same order, other content is refused; of a line no
            more comes back than was bought, in quantity and in value; each credit of the sale is taken back in
            proportion to the returned value of its own lines, cumulatively: a full return takes back all of it; what
            was cancelled of it by hand counts as asked back
Operations  get_order, find_order, list_orders, list_orders_for_group, list_returns (the flows record_order and return_order
            write, simulate_order does not, assign_order gives what is kept to who made it, list_member_orders and list_group_orders ask whether there is such a one)
Facts       order.recorded, order.returned (in the account's stream); kept_order.recorded, .returned, .assigned (in the
            order's own)
File        file/: the orders import format, read as documents
"""
