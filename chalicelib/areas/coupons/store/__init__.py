"""Where coupons (`owned`), their codes and what is counted (`codes`) and their series (`series`) are kept."""
