"""What is pressed on a device without a signal and sent later: each act once."""
