"""What an account decides: pure, from its state and the terms given, answering facts. `apply` makes them true."""
