"""The handlers of the native API: from a call to an operation or flow, and back to the wire. No rules, no storage."""
