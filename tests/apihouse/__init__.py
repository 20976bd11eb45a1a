"""The API over a whole embedded director, for tests."""

from apihouse.house import BASE, MP3, VIDEO, House, house

__all__ = ["BASE", "MP3", "VIDEO", "House", "house"]
