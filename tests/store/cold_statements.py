"""Statements that are seldom run: what a person asks for, what runs once a day, what reads no big table."""

COLD = {
    "erasures": {"*"},
    "dead": {"*"},
    "checkup": {"*"},
    "members": {"*"},
    "agenda": {"coming", "save_hours"},
    "reports": {"*"},
    "accounts": {"*"},
    "templates": {"*"},
    "control": {"set_pause", "lift_ended", "lift_all"},
    "governor": {"*"},
    "grants": {"*"},
    "inbox": {"drop_old_bodies", "prune_deliveries", "prune_inbox"},
    "knowledge": {"*"},
    "upkeep": {"prune_queue_log", "prune_queue_statistics"},
    "notices": {"sent_by", "delivered_notice", "undeliverable"},
    "owners": {"forget_old_owners"},
    "sellers": {"*"},
    "overview": {"all_ids", "counts", "turn_counts", "latency", "queue", "worker_seen"},
}
COLD["faq"] = {
    "page", "approve", "forget", "forget_all", "judge", "doubt", "days_kept", "last_day", "log", "prune_faq_answers",
}  # fmt: skip
COLD["feedback"] = {"last_day"}
COLD["overview"] |= {"brain_counts", "refused_callbacks", "execution_counts"}
COLD["tool_calls"] = {"prune_tool_calls"}
COLD["errands"] = {"prune_errands", "forget_phones"}
COLD["profiles"] = {"hold_chats", "met", "named", "log"}
COLD["panel_sessions"] = {"*"}
COLD["panels"] = {"*"}
COLD["sheets"] = {"*"}
COLD["sheet_rows"] = {"horizon", "mirrored", "prune_sheet_rows"}
COLD["knocks"] = {"last_knocks"}
COLD["rotation"] = {"*"}
COLD["provisioning"] = {
    "given_since", "day_began", "locale", "home", "forget_old_secrets", "prune_provisionings"
}  # fmt: skip
COLD["n8n_errors"] = {"prune_n8n_errors"}
COLD["broadcasts"] = {
    "add_broadcast", "broadcasts", "audience", "add_recipients", "begun_since", "recipient_counts", "recipients",
    "log_broadcast", "due_broadcasts", "claim_broadcast", "rest_broadcast", "close_broadcast", "cancel_broadcast",
    "cancel_recipients", "broadcast", "broadcast_of_key",
}  # fmt: skip
COLD["outreach"] = {"listing", "end_card", "cancel_ladder", "follow_ups"}
COLD["volume"] = {"volume", "volume_begun", "breaker", "trip", "reset_breaker"}
COLD |= {file: {"*"} for file in ("inboxes", "replay", "retention", "sessions")}
COLD["names"] = {"join_opt_outs", "tell_joined"}
