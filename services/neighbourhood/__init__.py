"""The book of a neighbourhood: who lives there, what its head reports, guests, boarding houses."""
