"""The sandbox put together: one world, its limits and faults, its hooks and its record."""

from dataclasses import dataclass, field
from pathlib import Path

from app.sandbox.authapi.world import AuthWorld
from app.sandbox.bitrix24.hooks import Hooks as Bitrix24Hooks
from app.sandbox.bitrix24.world import Portal
from app.sandbox.chatwoot.hooks import Hooks as ChatwootHooks
from app.sandbox.chatwoot.world import World as Chatwoot
from app.sandbox.clock import Clock
from app.sandbox.faults import Faults
from app.sandbox.gate import Gate
from app.sandbox.grants import Grants, Integration
from app.sandbox.hooks import Hooks
from app.sandbox.limits import Limits
from app.sandbox.panel.panel import Panel
from app.sandbox.panel.sessions import ADMIN_NAME, ADMIN_PASSWORD
from app.sandbox.record import Record
from app.sandbox.sheets.world import Google
from app.sandbox.twilio.hooks import Hooks as TwilioHooks
from app.sandbox.twilio.world import Twilio
from app.sandbox.whatsapp.hooks import Hooks as WhatsAppHooks
from app.sandbox.whatsapp.world import WhatsApp
from app.sandbox.world import World


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How to run it: `time_scale` 60 makes five minutes five seconds; `rate` 0 lifts the limit of calls a second."""

    host: str = "127.0.0.1"
    port: int = 0
    fd: int | None = None
    time_scale: float = 1.0
    rate: int = 7
    token: str | None = None
    ready_json: bool = False
    lives: Path | None = None
    client_id: str | None = None
    client_secret: str = ""
    public_url: str = ""
    panel_user: str = ADMIN_NAME
    panel_password: str = ADMIN_PASSWORD
    ponte_url: str = ""
    ponte_key: str = field(default="", repr=False)


def _next_life(lives: Path | None) -> int:
    """How often a sandbox with this file has started before; counts this start."""
    if lives is None:
        return 0
    before = int(lives.read_text(encoding="ascii")) if lives.exists() else 0
    lives.write_text(str(before + 1), encoding="ascii")
    return before


class Sandbox:
    """Everything that one running sandbox holds, all of it in memory."""

    def __init__(self, options: SandboxOptions) -> None:
        self.options = options
        self.clock = Clock(options.time_scale)
        self.record = Record()
        self.faults = Faults()
        self.limits = Limits(self.clock, rate=options.rate)
        self.hooks = Hooks(self.clock, self.faults, self.record)
        self.world = World(self.clock, token=options.token, emit=self.hooks.fire, life=_next_life(options.lives))
        self.grants = Grants(self.clock)
        self.google = Google(self.clock)
        self.authapi = AuthWorld(self.clock)
        self.whatsapp = WhatsApp(self.clock)
        self.whatsapp_hooks = WhatsAppHooks(self.clock)
        self.twilio = Twilio(self.clock)
        self.twilio_hooks = TwilioHooks(self.clock)
        self.bitrix24 = Portal(self.clock)
        self.bitrix24_hooks = Bitrix24Hooks()
        self.bitrix24.tell = self.bitrix24_hooks.tell
        self.chatwoot = Chatwoot(self.clock)
        self.chatwoot_hooks = ChatwootHooks(self.chatwoot)
        self.chatwoot.happens = self.chatwoot_hooks.happens
        self.panel = Panel(self.clock, options.panel_user, options.panel_password)
        self._register()
        self.gate = Gate(self.world, self.limits, self.grants, faults=self.faults, record=self.record)

    def reset(self, *, everything: bool) -> None:
        """The default state, an empty record, no faults, nobody blocked."""
        self.hooks.forget_all()
        self.world.reset(everything=everything)
        self.grants.clear()
        self._register()
        self.faults.clear()
        self.panel.reset()
        self.google.reset()
        self.authapi.reset()
        self.bitrix24.reset()
        self.bitrix24_hooks.reset()
        self.whatsapp.reset()
        self.whatsapp_hooks.reset()
        self.twilio.reset()
        self.twilio_hooks.reset()
        self.chatwoot_hooks.reset()
        self.chatwoot.reset()
        self.limits.forgive()
        self.record.clear()

    def _register(self) -> None:
        """The integration that this sandbox was started with is there from the beginning, whatever is forgotten."""
        options = self.options
        if options.client_id is not None:
            base = f"{options.public_url.rstrip('/')}/oauth/kommo"
            hooks = {"redirect_uri": f"{base}/callback", "uninstall_uri": f"{base}/uninstall"}
            self.grants.register(Integration(options.client_id, options.client_secret, **hooks))

    def stop_waiting(self) -> None:
        """The end is near: answer every long poll and let go of every caller that is kept hanging."""
        self.gate.stopping.set()
        for account in self.world.accounts.values():
            account.wake()
