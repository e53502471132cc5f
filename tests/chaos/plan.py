"""How much of everything: the sizes of a run, and the settings that make it end soon."""

from dataclasses import dataclass, replace

CHANNELS = ("kommo", "whatsapp", "twilio", "bitrix24", "chatwoot")
# Waits of the simulated vendor (retries after minutes) pass this much faster.
TIME_SCALE = 600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `seconds` is how long customers write; `patience` how long we wait for the last answer after that."""

    messages: int = 10_000
    chats: int = 400
    kills: int = 100
    seconds: float = 780.0
    patience: float = 240.0
    apis: int = 2
    workers: int = 3
    seed: int = 1
    takeovers: float = 0.1  # share of the bursts in which a salesperson steps in
    trouble: float = 0.01
    reconcile_seconds: int = 30
    channels: tuple[str, ...] = CHANNELS
    bitrix24: str = "fetch"  # how its news come: fetch or push


LONG = Plan()
SHORT = Plan(
    messages=300,
    chats=30,
    kills=10,
    seconds=26.0,
    patience=35.0,
    takeovers=0.25,
    trouble=0.04,
    reconcile_seconds=5,
    channels=("kommo",),
)
# All channels at once. The portal calls us here and is asked in the long one, so that both ways are proved.
SHORT_ALL = replace(SHORT, messages=400, chats=50, seconds=40.0, patience=50.0, channels=CHANNELS, bitrix24="push")

# What every process of the run is told. The lease outlives the longest call (10 s) and the lag before it.
SETTINGS = {
    "KOMMO_RATE": "500",
    "WHATSAPP_RATE": "500",
    "TWILIO_RATE": "500",
    "CHATWOOT_RATE": "500",
    "B24_RATE": "500",
    "B24_POLL_SEC": "1",
    "BURST_SCALE": "0.1",
    "HEARTBEAT_SECONDS": "2",
    "SWEEP_SECONDS": "2",
    "SEND_LEASE_SECONDS": "11",
    "SECOND_LOOK_SECONDS": "1",
    "BRAIN_TIMEOUT": "5",
    "DRAIN_SECONDS": "3",
    "LOG_LEVEL": "WARNING",
}


def faults(plan: Plan) -> dict[str, object]:
    """All kinds of trouble; `plan.trouble` is the share of sends that each kind of broken call strikes."""
    send = {"path": "send_message", "probability": plan.trouble}
    return {
        "seed": plan.seed,
        "replace": True,
        "faults": [
            {"fault": "error_after", **send},
            {"fault": "lost", **send},
            {"fault": "hang", **send, "seconds": TIME_SCALE},
            {"fault": "error_500", **send},
            {"fault": "error_before", "probability": 0.005},
            {"fault": "lost", "probability": 0.005},
            {"fault": "rate_429", "probability": 0.002},
        ],
        "hooks": {"drop": 0.01, "duplicate": 0.1, "reorder": 0.1},
    }
