"""The OpenAPI document: what FastAPI derives, made whole for readers and for generated clients."""

from reelwright_gateway.openapi.document import describe, document

__all__ = ["describe", "document"]
