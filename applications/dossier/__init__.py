"""卷宗: one case as one ZIP that can be read and proven without the portal. `verify.py` travels inside it."""

from applications.dossier.making import KEPT, drop_old, make, write

__all__ = ["KEPT", "drop_old", "make", "write"]
