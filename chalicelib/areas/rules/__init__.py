"""Rules: what a purchase earns, as data that a shop writes and the platform judges.

Words
    rule        when … then: conditions, one effect, one unit; may be switched off, never half applied
    condition   active, window, tiers, place, order labels, first purchase, minimum order value, line filter; all must hold
    own lines   the lines of the order that pass the rule's line filter; a credit belongs to them and falls with their return
    effect      per_value (points per value), per_product, per_order (fixed), multiply (factor on what the base stage earned)
    stage       base → multiply → bonus. Base credits are multiplied, bonus credits are not
    credit      what one rule gives for one order, rounded once, split over its own lines in proportion to their value
    skipped     a rule that gave nothing, with the first reason why

Laws
    - A rule gives at most one credit per order, never of amount 0; every rule is in the outcome once: credit or skipped.
    - Rules go by stage, then priority (lower first), then rule id. The order of an order's lines changes nothing.
    - A line filter's fields narrow each other; the values within one field are alternatives. An empty field asks nothing.
    - Multipliers add up on the base: ×2 and ×3 on one line give 4 times its base credits, whichever is judged first.
      A multiplier sees base credits of its own unit only, and of a credit the share of its lines by value.
    - `stop` keeps later rules of the same unit and stage from crediting, once this rule has credited.
    - Money is compared at face value: "20.00" is 20.00 of whatever currency the order is in.
    - Integers and fractions only: no float ever counts anything.

Operations
    list_rules, get_rule (the flow define_rule writes: it asks the program for its units and tiers)

Facts
    config.changed (kind `rule`) in the journal of each rule

Modules
    model       Rule and its parts, with every error of definition
    purchase    what a rule sees of an order (`Purchase`, `PurchaseLine`), and of its circumstances (`Context`)
    outcome     Credit, Skipped with its reasons, Outcome
    lines       the lines of one order as rules see them, and the line filters compiled
    compile     `compile_rules`: conditions to closures, in order
    evaluate    `evaluate`: the outcome of one purchase; simulation and recording run this same code
"""
