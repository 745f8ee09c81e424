"""Aid lists: who a neighbourhood proposes for a programme, and what the kelurahan answers."""
