"""Finding people of the register by what somebody types."""
