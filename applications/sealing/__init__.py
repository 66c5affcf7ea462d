"""
电子签章: puts the seal of an authority on a finished PDF, and says whose seal a PDF carries.

`SEALER` names who seals. The one that ships signs with a PKCS#12 file of the authority; a national seal service is
another class with the same three methods (see `base.Sealer`).
"""

from applications.sealing.base import Description, Place, Sealer, SealFailed, sealer
from applications.sealing.place import place_of

__all__ = ["Description", "Place", "SealFailed", "Sealer", "place_of", "sealer"]
