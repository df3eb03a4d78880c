"""Where templates (`templates`), the devices of members (`devices`), their favourite places (`favourites`), and what they are told (`notices`) are kept."""
