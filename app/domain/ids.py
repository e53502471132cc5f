"""Names for the numbers and strings that travel between rooms, so that two of them cannot be mixed up."""

from typing import NewType

AccountId = NewType("AccountId", int)
ConversationId = NewType("ConversationId", int)
# The channel's own ids: opaque text, even where a vendor uses numbers.
ChatId = NewType("ChatId", str)
ContactId = NewType("ContactId", str)
LeadId = NewType("LeadId", str)
ExternalId = NewType("ExternalId", str)
