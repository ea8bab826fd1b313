"""{DOC}"""

from ._{PACKAGE} import (
{IMPORTS})

__all__ = [
{NAMES}]
