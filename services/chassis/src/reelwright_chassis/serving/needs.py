"""What a service stands on. It is asked for the settings of these parts alone, and holds no other credentials."""

from enum import Enum


class Need(Enum):
    """The value is what the part is called in logs and in the answers of `/readyz`."""

    BUS = "the broker"
    STORE = "the tables"
    BLOBS = "the bucket"
    DIRECTOR = "the director"
