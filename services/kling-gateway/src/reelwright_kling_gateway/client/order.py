"""What is bought: one clip or one picture, in terms that both dialects are built from."""

from dataclasses import dataclass
from enum import StrEnum


class Product(StrEnum):
    """What an order makes; each belongs to one dialect and is paid from one family of packs."""

    CLIP = "clip"
    STILL = "still"


class Family(StrEnum):
    """The vendor's kinds of resource packs. Balances and concurrency slots are counted per family."""

    VIDEO = "video"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Order:
    """One paid task.

    `resolution` is "720p" and its like for clips, "1k" or "2k" for pictures; `duration_s` is 0 for pictures.
    `external_task_id` is ours, unique per account: the name by which a lost task is found again.
    """

    product: Product
    model: str
    prompt: str
    aspect: str
    resolution: str
    duration_s: int
    external_task_id: str

    @property
    def family(self) -> Family:
        return Family.VIDEO if self.product is Product.CLIP else Family.IMAGE
