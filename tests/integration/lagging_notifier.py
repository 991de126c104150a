"""The notifier, but that it reads of shops later than of all else, as happens while a fetch waits."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest import mock

from services.notifier.main import main
from shared.adapters.kafka.table import KafkaTable

LAG_S = 0.5
_read = KafkaTable._read


async def _late(table: KafkaTable[Any], timeout_ms: int) -> None:
    await asyncio.sleep(LAG_S)
    await _read(table, timeout_ms)


if __name__ == "__main__":
    with mock.patch.object(KafkaTable, "_read", _late):
        main()
