"""A process that answers as payment providers do, for the local start and the tests."""
