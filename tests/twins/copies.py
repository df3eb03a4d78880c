"""Copies of twins: the same as they stand, and nobody knows what the other does from here on."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.table.memory import MemoryTable


def copied(table: MemoryTable) -> MemoryTable:
    """Items are never changed once they are stored, so only what holds them is copied."""
    copy = MemoryTable()
    copy._items = dict(table._items)
    for index, order in table._order.items():
        copy._order[index]._partitions = {name: list(places) for name, places in order._partitions.items()}
    return copy


def copied_files(files: MemoryFiles) -> MemoryFiles:
    copy = MemoryFiles()
    copy.objects = dict(files.objects)
    return copy


def copied_senders(senders: MemorySenders) -> MemorySenders:
    """Its phones, and nothing that they were sent."""
    return MemorySenders(senders.missing, set(senders.endpoints), set(senders.dead), set(senders.refusing))


def copied_outside(outside: MemoryOutside) -> MemoryOutside:
    """The same servers, which nobody has called."""
    return replace(outside, sent=[])
