"""Where referrals and what became of friends (`owned`), and codes, invitations and what is known again (`codes`) are kept."""
