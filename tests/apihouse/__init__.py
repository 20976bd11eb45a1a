"""The API over a whole embedded director, for tests."""

from apihouse.house import BASE, MP3, VIDEO, House, house
from apihouse.issuer import SETTINGS, Issuer

__all__ = ["BASE", "MP3", "SETTINGS", "VIDEO", "House", "Issuer", "house"]
