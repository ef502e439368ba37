"""Pictures of chapters 4, 5 and 7 in two parts, read or drawn; how networks learn is in `seeded`.

What is drawn where no pictures are given is in `easel`.
"""
from dataclasses import dataclass
from typing import Any
@dataclass(frozen=True)
class Photos:
    X: Any
    y: Any
    X_test: Any
    y_test: Any
