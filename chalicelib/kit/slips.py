"""What a definition cannot mean, told by a code of its own and the place in the body where it stands."""

from __future__ import annotations

from pydantic_core import PydanticCustomError


def slip(code: str, sentence: str, param: str = "") -> PydanticCustomError:
    """For validators: `code` is one of the API's. `param`: the place, from what is validated down, where it is not all of that."""
    return PydanticCustomError(code, sentence, {"param": param} if param else None)
