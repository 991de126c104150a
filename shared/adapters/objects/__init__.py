"""Things by key in a folder, in a bucket behind the S3 API, or in memory."""

from shared.adapters.objects.store import StoreObjects, open_objects

__all__ = ["StoreObjects", "open_objects"]
