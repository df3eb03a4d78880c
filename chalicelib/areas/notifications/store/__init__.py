"""Where templates (`templates`), the devices of members (`devices`), and what they are told (`notices`) are kept."""
