"""The services behind the routes. By themselves, so that what serves no HTTP need not load the web."""

from dataclasses import dataclass

from app.services.accounts.admission import Admission
from app.services.accounts.checks import Checks
from app.services.accounts.dead import Dead
from app.services.accounts.directory import Directory
from app.services.accounts.doctor import Doctor
from app.services.accounts.health import Health
from app.services.accounts.keyring import Keyring
from app.services.accounts.preferences import Preferences
from app.services.accounts.reports import Reporting
from app.services.accounts.rotating import Rotating
from app.services.agenda.assembly import Scheduling
from app.services.conversation.attachments import Attachments
from app.services.conversation.callbacks import Callbacks
from app.services.conversation.executions import Executions
from app.services.conversation.explain import Explaining
from app.services.conversation.faq import FaqDesk
from app.services.conversation.feedback import Feedback
from app.services.conversation.steering import Steering
from app.services.conversation.webhooks import Webhooks
from app.services.erasure.erasing import Erasing
from app.services.inbox_mirror.assembly import InboxMirroring
from app.services.mirroring.assembly import Mirroring
from app.services.proactive.assembly import Proactive
from app.services.profiles.knowing import Knowing
from app.services.provisioning.assembly import Provisioners
from app.services.registration.sessions import SessionDesk
from app.services.retention.purging import Retaining
from app.services.tools.admittance import Admittance
from app.services.vendedores.staff import Staff
from app.services.workflows.library import Library


@dataclass(frozen=True)
class Doors:
    """The services behind the routes."""

    directory: Directory
    staff: Staff
    scheduling: Scheduling
    preferences: Preferences
    keyring: Keyring
    rotating: Rotating
    webhooks: Webhooks
    steering: Steering
    callbacks: Callbacks
    executions: Executions
    explaining: Explaining
    attachments: Attachments
    reporting: Reporting
    health: Health
    admission: Admission
    checks: Checks
    doctor: Doctor
    erasing: Erasing
    profiles: Knowing
    retention: Retaining
    dead: Dead
    proactive: Proactive
    workflows: Library
    admittance: Admittance
    provisioning: Provisioners
    mirroring: Mirroring
    inboxes: InboxMirroring
    faq: FaqDesk
    feedback: Feedback
    sessions: SessionDesk
