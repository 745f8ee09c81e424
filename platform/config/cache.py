"""How values lie in the cache: as JSON. Unpickling would run what somebody put there."""

import json
from typing import Any


class JSONSerializer:
    """For Django's Redis cache. Whole numbers stay plain, so that they can be counted up."""

    def dumps(self, value: Any) -> bytes | int:
        """Raises TypeError for what JSON cannot hold."""
        if type(value) is int:
            return value
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)
