"""The loop: observe, plan, apply, record.

Guarantees that a wish is in the store before Ray hears of it, that each pass
repairs whatever the last one left, and that an unreachable Ray changes no
status. Knows neither SQL nor HTTP; every decision is ``plan``'s.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from tasktui.config import Config
from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import ClusterState, ClusterView, Observed
from tasktui.domain.service import Ours, adopted
from tasktui.domain.task import Task
from tasktui.errors import EngineError, Rejected, StoreError
from tasktui.schedule.resolve import data_version
from tasktui.scheduler import asking, recall
from tasktui.scheduler.backoff import contact_delay
from tasktui.scheduler.clocksteps import span
from tasktui.scheduler.environment import at_hand, resolved
from tasktui.scheduler.guard import Memory
from tasktui.scheduler.pins import Pins
from tasktui.scheduler.plan import Plan, blind, plan, refusals
from tasktui.scheduler.ports import Contact, Engine, SchedulerStore, Stores, Update
from tasktui.scheduler.settings import Fenced, Settings
from tasktui.scheduler.sight import WAITING, seen, unseen
from tasktui.scheduler.timekeeper import Timekeeper
from tasktui.scheduler.zonedata import VERSION, recompute

T = TypeVar("T")

LOG = logging.getLogger(__name__)

TICK_S = 1.0
"""How often the store's version is looked at when nobody rings."""

BUSY_S = 0.3
"""How often Ray is looked at while something is in motion, in seconds."""

CALM_S = 3.0
"""How often Ray is looked at otherwise."""

HEARTBEAT_S = 5.0

_UNREAD = -1
"""No version of the store: its tasks are to be read."""


class Reconciler:
    """One leader's loop over one store and one cluster."""

    def __init__(
        self,
        stores: Stores,
        contact: Callable[[], Awaitable[Contact]],
        time: Timekeeper,
        config: Config,
        epoch: int,
        *,
        checkpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``checkpoint`` is called with the name of each step, for faults in tests."""
        self._stores = stores
        self._contact = contact
        self._clock = time.clock
        self._config = config
        self._epoch = epoch
        self._checkpoint = checkpoint
        self._time = time
        self._zones_known = False
        self._bell = asyncio.Event()
        self._owner = ""
        self._tasks: list[Task] = []
        """Those that do not rest: a plan without the others is the same."""
        self._next_awake: datetime | None = None
        self._version = _UNREAD
        self._memory: Memory | None = None
        """What the last pass tells the next one; None: what the store keeps of it."""
        self._pins = Pins()
        self._news: list[Event] = []
        self._view = ClusterView()
        self._failures = 0
        self._silent_since: datetime | None = None
        self._said = ""
        self._look_at: datetime | None = None
        self._beat_at: datetime | None = None

    def poke(self) -> None:
        """Something changed: look now."""
        self._look_at = None
        self._bell.set()

    @property
    def adopted(self) -> Mapping[str, str]:
        """Applications under names of their own that tasks run now, with the names of those."""
        return adopted(self._tasks)

    @property
    def _ours(self) -> Ours:
        return Ours(self._owner, frozenset(self.adopted))

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set (and ``poke`` called). Raises LeadershipLost."""
        while not stop.is_set():
            self._bell.clear()
            await self.tick()
            await self._clock.wait(self._bell, self._pause())

    async def tick(self) -> None:
        """One turn of the loop: a pass when something changed or is due, else nothing."""
        now = self._clock.now()
        try:
            told = await self._time.look(self._with_settings)
            await self._beat(now, at_once=bool(told))
            await self._tell(told)
            changed = await self._load(now)
            await self._check_zones(now)
            if changed or self._look_at is None or now >= self._look_at:
                await self._pass()
        except StoreError:  # said by whoever keeps the store, and not each second
            self._look_at = now + timedelta(seconds=TICK_S)

    def _pause(self) -> float:
        if self._look_at is None:
            return 0.0
        left = (self._look_at - self._clock.now()).total_seconds()
        return max(0.0, min(left, TICK_S))

    async def _beat(self, now: datetime, *, at_once: bool) -> None:
        if at_once or self._beat_at is None or now >= self._beat_at:
            await self._heartbeat(now)
            self._beat_at = now + timedelta(seconds=HEARTBEAT_S)

    async def _heartbeat(self, now: datetime) -> None:
        beat_s = self._clock.boot_s()
        await self._stores.run(lambda s: s.heartbeat(self._epoch, now, beat_s))

    async def _lead_still(self) -> None:
        """Ask right before each change of Ray; a read, which waits for nobody's write."""
        await self._stores.run(lambda s: s.fence(self._epoch))

    async def _with_settings(self, work: Callable[[Settings], T]) -> T:
        """Work on what is kept by name, as the leader that this one is."""
        return await self._stores.run(lambda s: work(Fenced(s, self._epoch)))

    async def _load(self, now: datetime) -> bool:
        """Read the tasks again if anybody changed them, or one rests no more; True when changed."""
        changed = await self._stores.run(lambda s: s.version()) != self._version
        if changed or (self._next_awake is not None and now >= self._next_awake):
            await self._read(now)
        return changed

    async def _read(self, now: datetime) -> None:
        def read(store: SchedulerStore) -> tuple[str, int, list[Task], datetime | None]:
            version = store.version()
            return store.owner(), version, store.awake_tasks(now), store.next_awake(now)

        self._owner, self._version, self._tasks, self._next_awake = await self._stores.run(read)

    async def _pass(self) -> None:
        try:
            contact = await self._contact()
        except EngineError as error:
            await self._unreachable(error, None)
            return
        try:
            observed = await contact.engine.observe()
        except EngineError as error:
            await self._unreachable(error, contact)
            return
        self._reached(contact, observed)
        tasks, missing = await resolved(self._tasks, observed.apps, self._owner)
        tasks = at_hand(tasks, embedded=contact.embedded)
        now = self._clock.now()
        if self._time.doubt:
            await self._stand_still(now)
            return
        allowed = await self._with_settings(asking.confirmed)
        if self._memory is None:
            self._memory = await self._with_settings(recall.recall)
        made = plan(
            now,
            tasks,
            observed,
            owner=self._owner,
            config=self._config,
            memory=self._memory,
            missing=missing,
            allowed=allowed,
        )
        await self._ask(made, allowed & observed.apps.keys())
        if recall.differs(self._memory, made.memory):
            await self._with_settings(lambda s: recall.keep(s, made.memory))
        self._memory = made.memory
        updates, failure = await self._carry_out(contact.engine, made, observed, now)
        self._checkpoint("before-record")
        await self._record(updates, failure)
        self._checkpoint("after-record")
        self._schedule(made, failed=failure is not None)

    async def _ask(self, made: Plan, going: frozenset[str]) -> None:
        """Ask before a removal that nobody asked for, until those that may go are gone."""
        if made.asks:
            self._view = replace(self._view, error=made.hold)
        if await self._with_settings(lambda s: asking.ask(s, made.asks or going)):
            self._news.append(self._notice(made.hold))

    async def _tell(self, texts: Sequence[str]) -> None:
        """Log what happened to the clock; moments noted by the one before count no more."""
        if not texts:
            return
        self._look_at, self._pins, self._memory = None, Pins(), None
        self._version = _UNREAD
        LOG.warning("%s", " ".join(texts))
        await self._record_view((), [self._notice(text) for text in texts])

    async def _check_zones(self, now: datetime) -> None:
        if self._zones_known or self._time.doubt:
            return
        self._zones_known = True
        known, version = await self._stores.run(lambda s: s.setting(VERSION)), data_version()
        if known and known != version:
            count = 0
            async for updates in recompute(self._stores, now, version):
                await self._record_view(updates, ())
                count += sum(bool(u.events) for u in updates)
            text = f"Timezone data {version} instead of {known}: {count} tasks move."
            await self._record_view((), [self._notice(text)])
        await self._with_settings(lambda s: s.set_setting(VERSION, version))

    async def _stand_still(self, now: datetime) -> None:
        """The clock is not believed: show what is, and change nothing."""
        self._view = replace(self._view, error=self._time.doubt)
        await self._record_view(blind(self._tasks, now, "waiting for a clock to believe"), ())
        self._look_at = now + timedelta(seconds=CALM_S)

    def _reached(self, contact: Contact, observed: Observed) -> None:
        if self._failures:
            self._again(contact.address)
        self._failures = 0
        self._view = seen(contact, observed, self._ours, self._clock.now())

    def _again(self, address: str) -> None:
        """Say that Ray answers again; as an event where its silence was one."""
        text = f"Ray at {address} answers again."
        LOG.info("%s", text)
        if self._silent_since is not None:
            silent = span(self._clock.now() - self._silent_since)
            self._news.append(self._notice(f"{text[:-1]}, after {silent}."))
        self._silent_since = None

    async def _carry_out(
        self, engine: Engine, made: Plan, observed: Observed, now: datetime
    ) -> tuple[Sequence[Update], EngineError | None]:
        """Do what the plan says; return the updates that are true after it."""
        if made.hold and made.hold != self._said:
            LOG.info("Not sent to Ray: %s", made.hold)
            self._said = made.hold
        kept = [u for u in made.updates if u.task not in made.starting | made.healing]
        try:
            await self._pins.renew(engine, self._stores, made, observed.session, now)
            if made.put:
                LOG.info("To Ray: %s", ", ".join(s.app for s in made.serve) or "no application")
                await self._heartbeat(now)
                self._checkpoint("before-put")
                told = await engine.apply(
                    self._ours, made.serve, made.keep, before_put=self._lead_still
                )
                self._news += [self._notice(text) for text in told]
                self._checkpoint("after-put")
            if made.kill:
                await self._lead_still()
                await engine.kill(made.kill)
        except Rejected as error:
            LOG.error("%s", error)  # noqa: TRY400 - a sentence, not a trace
            failed = refusals(made, self._tasks, now, str(error), self._config)
            return [*kept, *failed], error
        except EngineError as error:
            LOG.warning("%s", error)
            return kept, error
        return (made.updates if made.put or not made.starting else kept), None

    async def _record(self, updates: Sequence[Update], error: EngineError | None) -> None:
        events, self._news = self._news, []
        if error is not None and str(error) != self._said:
            # Once: the same refusal comes back with every pass until somebody mends it.
            self._said = str(error)
            events.append(self._notice(self._said))
        await self._record_view(updates, events)

    async def _record_view(self, updates: Sequence[Update], events: Sequence[Event]) -> None:
        view = self._view
        taken = await self._stores.run(lambda s: s.record(self._epoch, updates, events, view))
        if taken or updates:
            await self._read(self._clock.now())

    async def _unreachable(self, error: EngineError, contact: Contact | None) -> None:
        """Keep every status; say once that Ray does not answer, and when the next try is."""
        now = self._clock.now()
        self._failures += 1
        if self._failures == 1:
            LOG.warning("%s", error)
        retry_at = now + contact_delay(self._failures)
        events = []
        if self._failures == 1 and self._view.state is ClusterState.CONNECTED:
            self._silent_since = now
            events.append(self._notice(str(error)))
        self._view = unseen(self._view, contact, error, retry_at)
        await self._record_view(blind(self._tasks, now, WAITING[self._view.state]), events)
        self._look_at = retry_at

    def _notice(self, text: str) -> Event:
        return Event(
            at=self._clock.now(),
            task=None,
            kind=EventKind.NOTICE,
            actor="scheduler",
            reason=text[:1000],
        )

    def _schedule(self, made: Plan, *, failed: bool) -> None:
        pause = CALM_S if failed or not made.busy else BUSY_S
        look_at = self._clock.now() + timedelta(seconds=pause)
        # One may have come while Ray was answering: then the next turn is at once.
        moments = (look_at, made.wake_at, self._next_awake)
        self._look_at = min(at for at in moments if at is not None)
