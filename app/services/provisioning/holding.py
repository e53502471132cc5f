"""The right to be at a panel, held by one process at a time and kept up while it is there.

Whoever loses it is broken off, and certainly before the lease ends for others: whatever hangs.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import structlog

from app.domain.errors import AppError
from app.domain.provisioning import PanelAccount
from app.store.panels import Lease, PanelLeases

_log = structlog.get_logger()


class Holding:
    """Leases, taken, kept up and given back."""

    def __init__(self, leases: PanelLeases, *, lease: timedelta, beat: timedelta) -> None:
        self._leases = leases
        self._lease = lease
        self._every = beat

    @asynccontextmanager
    async def held(self, account: PanelAccount) -> AsyncGenerator[Lease | None]:
        """The right to be there, kept up meanwhile; whoever loses it is broken off."""
        asked_at = asyncio.get_running_loop().time()
        lease = await self._leases.take(account, self._lease)
        if lease is None:
            yield None
            return
        beating = asyncio.create_task(self._beat(lease, asyncio.current_task(), since=asked_at))
        try:
            yield lease
        finally:
            beating.cancel()
            await self._leases.give(lease)

    async def _beat(self, lease: Lease, holder: "asyncio.Task[Any] | None", *, since: float) -> None:
        """Keep the lease up; a beat before it would end, whatever hangs, the holder is broken off."""
        now, beat = asyncio.get_running_loop().time, self._every.total_seconds()
        lasts = self._lease.total_seconds() - beat
        is_ours = True
        while is_ours:
            await asyncio.sleep(max(0.0, min(beat, since + lasts - now())))
            sent_at = now()
            is_kept = await self._kept(lease, within=since + lasts - sent_at)
            since = sent_at if is_kept else since
            is_ours = is_kept or (is_kept is None and now() < since + lasts)
        _log.warning("provisioning.lease_lost")
        if holder is not None:
            holder.cancel()

    async def _kept(self, lease: Lease, *, within: float) -> bool | None:
        """Whether the lease is still ours; None: the database did not say. What hangs there is not waited for."""
        asking = asyncio.create_task(self._leases.keep(lease, self._lease))
        try:
            done, _ = await asyncio.wait({asking}, timeout=max(0.0, within))
            return asking.result() if done else None
        except AppError:
            return None
        finally:
            asking.cancel()
            asking.add_done_callback(lambda over: over.cancelled() or over.exception())
