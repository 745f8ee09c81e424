from tests.dues.conftest import as_, cast, posts

__all__ = ["as_", "cast", "posts"]
