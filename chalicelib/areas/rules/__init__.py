"""Rules: what a purchase earns and what comes off a cart, as data that a shop writes and the platform judges.

Words
    rule        when … then: a trigger, a window, an audience, conditions, a line filter, and one to twenty effects
    state       draft, active, paused or ended: only active ones are judged
    trigger     what sets it off: a purchase (`order`), a cart at a checkout (`cart`: the only one of discounts), the first purchase, what
                happens to a profile once, a birthday, an anniversary, an event, a check-in, a scan, being near, a schedule, a
                threshold of a metric that is reached or fallen back from
    occasion    by what rules are filed: the kind of the trigger, with the event's name or the code; of one on schedule with its id
    occurrence  a moment at which a rule on schedule runs; what comes next is planned beside the rule
    audience    members, tiers, the member's labels, places; fields narrow each other, values within a field are alternatives
    condition   a tree of `all`, `any`, `not` over questions: a subject compared, labels, lines; how often something
                happened before, what it came to, which share was such (`past`)
    own lines   the lines that pass the rule's line filter; what it gives belongs to them and falls with their return
    credit      per_value, per_product, fixed, cashback, multiply: rounded once, split over its own lines by value
    lane        base → multiply → bonus, over all rules. Base credits are multiplied, bonus credits are not
    discount    percent_off, amount_off, fixed_price, buy_get, cheapest_free, free_delivery, pay_with_points
    follow      what is given beside points: perks, stamps, a tier, coupons, segments; and which webhooks are told
    redeemable  what the customer could still pay with points; they pay as much as they ask for
    limits      so often, or so much, for each account in a period; in all; and a budget of points or money. Of a rule on anything,
                and of whatever it gives: a use is one time that it gave something
    group       the first rule of it whose conditions hold keeps the others out, on carts and on orders apart
    skipped     a rule that gave nothing, with the first reason why

Laws
    - Conditions are asked of the purchase as it was sent. Then discounts come off by priority, each of what the one before has
      left; then credits are counted of what is left to pay.
    - Rules go by priority (lower first), then rule id. The order of an order's lines changes nothing.
    - No discount makes a line negative; the parts over lines sum to the whole, of discounts as of credits.
    - No credit is of amount 0. Every rule of the occasion either gives something or is skipped, once.
    - Multipliers add up on the base: ×2 and ×3 on one line give 4 times its base credits, whichever is judged first.
      A multiplier sees base credits of its own unit only, and of a credit the share of its lines by value.
    - `stop` keeps later rules of the same unit and lane from crediting, and later ones from discounting, once this one gave.
    - What is no purchase is judged as one without goods: what is counted of goods is refused in such a rule.
    - What a limit leaves is given, never more; what is given is counted and taken with it. Limits are asked as conditions are,
      before groups; amounts are cut where they are given, before multipliers see them.
    - Nobody pays with a point twice, with one that they have not, or with one that comes to no money.
    - What has no answer passes no question. A rule for others is never looked at, and looking would change nothing.
    - What never holds is refused where it is written.
    - Money is compared at face value: "20.00" is 20.00 of whatever currency the order is in.
    - Integers and fractions only: no float ever counts anything.

Operations
    list_rules, get_rule (the flow look_at_rule tells what is left of it besides; define_rule writes: it asks the program for
    its units and tiers)

Facts
    config.changed (kind `rule`) in the journal of each rule

Modules
    model       Rule by its parts, with every error of definition: words, triggers, subjects, conditions, effects, rule; `possible`:
                what could ever hold; `names`: what of its program it names; `earlier`: rules as the first version kept them
    purchase    what a rule sees of an order (`Purchase`, `PurchaseLine`), of its member and of the moment (`Context`)
    basket      the lines of one order as rules see them, as sent and as paid, and the line filters compiled
    answers     what a subject is
    conditions  questions compiled to closures, and the sentence for whoever asks why
    credits     how much an effect gives for own lines
    schedule    when a rule runs that is on schedule, and what is planned of it
    limits      what limits leave of a gift, and what of a rule is counted
    discounts   how much an effect takes off them
    past        what accounts count because a question asks for it, and the questions about that
    criteria    who belongs to a segment, by the same conditions, and when time alone makes it otherwise
    filings     what of a rule can be asked once for all rules
    index       which rules a purchase could be for
    reasons     why the others give nothing, worded ahead
    compile     `compile_rules`: all of it once, in judging order
    evaluate    `evaluate`: the outcome of one purchase or cart; simulation and recording run this same code
    outcome     Credit, Off, Redeemable, Skipped with its reasons, Outcome
    replayed    what orders of the past come to under rules: sums by rule and tier; `limited_replay`: what limits for all
                leave of them, by date of purchase; `replay_report`: the same to be read
"""
