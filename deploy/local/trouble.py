"""What stops a start, in words for whoever typed the command."""


class Trouble(Exception):
    """Carries a plain Indonesian message of one or more lines; shown without a traceback."""
