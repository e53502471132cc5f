"""Every sentence that Ponte itself says to customers and salespeople, in pt-BR, es and en.

Each phrase has all three languages, in the order of LOCALES, with the same placeholders (a test holds it). Notes get
their "[Ponte] " from the engine. What a brain writes is not here.
"""

from app.services.conversation.phrases import Phrase
from app.services.conversation.sentences.about_commands import ABOUT_COMMANDS
from app.services.conversation.sentences.in_notes import IN_NOTES
from app.services.conversation.sentences.to_customers import TO_CUSTOMERS

SENTENCES: dict[Phrase, tuple[str, str, str]] = TO_CUSTOMERS | ABOUT_COMMANDS | IN_NOTES
