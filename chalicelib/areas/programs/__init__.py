"""Programs: what a tenant offers. A program names its units, how they are earned, kept and returned, and its zone.

Words       tenant (settings shared by its programs), program (1 to 1,023 in a tenant), unit (points, cashback …: code,
            name, decimals), unit policy (in force from a day on), enrolment policy (may an order enrol a stranger?)
Laws        a unit is never removed and its decimals never change; a policy is chosen by the local day of the purchase,
            so changing one moves nothing that was earned; policies of a unit differ in their first day; of a unit that
            was ever used those in force until today stay as they are
Operations  get_tenant, put_tenant, list_programs, get_program, create_program; replace_program is a flow
Facts       config.changed (kinds `tenant` and `program`) in the journal of each aggregate
"""
