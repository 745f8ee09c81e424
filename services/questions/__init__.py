"""The kinds of question a service may ask: one file a kind, one registry, loops everywhere else."""
