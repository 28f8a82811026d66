"""Acts of the ledger, and who acted, in words for people; an act without words here is shown by its name.

The names of acts are those in the entries; a test looks that every act which the code records stands here.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hienluong.directory.service import all_permissions, purpose_title

_Text = str | Promise
_t = gettext_lazy

EXCHANGE: Mapping[str, _Text] = {
    "exchange.packet-accepted": _t("The axis accepted the packet"),
    "exchange.packet-refused": _t("The axis refused the packet"),
    "exchange.packet-delivered": _t("Put into the recipient’s mailbox"),
    "exchange.packet-fetched": _t("The recipient fetched the packet"),
    "exchange.packet-confirmed": _t("The recipient confirmed the packet"),
    "exchange.packet-rejected": _t("The recipient’s system rejected the packet"),
    "exchange.packet-quarantined": _t("Taken out: it may be a state secret"),
    "exchange.packet-destroyed": _t("Destroyed everywhere as a state secret"),
    "exchange.part-read": _t("An attachment was read"),
    "exchange.delivery-failed": _t("The delivery failed for good"),
    "exchange.delivery-retried": _t("The delivery was tried again"),
    "exchange.delivery-given-again": _t("The packet was given to the recipient again"),
    "exchange.delivery-withdrawn": _t("Taken back before anybody fetched it"),
    "exchange.document-updated": _t("A later document updated it"),
    "exchange.document-replaced": _t("A later document replaced it"),
    "exchange.document-revoked": _t("A later document revoked it"),
    "exchange.document-removed": _t("It is no longer for this recipient"),
    "exchange.recipients-added": _t("Recipients were added"),
    "exchange.group-addressed": _t("Sent to a group of recipients"),
    "exchange.receipt-key-renewed": _t("The key that signs receipts was renewed"),
    "corrections.document-asked-back": _t("The sender asked the document back"),
    "corrections.document-revoked": _t("The sender revoked the document"),
    "corrections.recipient-corrected": _t("Sent to the right recipient"),
    "corrections.change-settled": _t("What a document changes was settled"),
    "corrections.refused": _t("A change of a sent document was refused"),
    "composing.document-refused": _t("A document was refused before it was sent"),
    "composing.draft-begun": _t("A draft was begun"),
    "composing.draft-discarded": _t("A draft was discarded"),
    "composing.drafts-cleared": _t("Old drafts were cleared away"),
    "mailbox.inbox-exported": _t("The inbox was exported as a table"),
    "mailbox.sent-exported": _t("The list of sent documents was exported as a table"),
    "deadlines.announce_document": _t("An announcement of a deadline was made"),
    "deadlines.cancel_announcement": _t("An announcement was called off"),
    "deadlines.people_reminded": _t("People were reminded of deadlines"),
    "deadlines.urgent_overdue": _t("An urgent document was overdue"),
    "deadlines.reckoned": _t("Deadlines were reckoned again"),
    "retention.period-set": _t("A retention period was set"),
    "retention.period-ended": _t("A retention period was ended"),
    "retention.hold-placed": _t("A legal hold was placed"),
    "retention.hold-lifted": _t("A legal hold was lifted"),
    "retention.copy-destroyed": _t("An agency’s copy was destroyed"),
    "retention.copy-kept": _t("An agency’s copy was kept"),
    "retention.disposal-proposed": _t("A disposal was proposed"),
    "retention.disposal-approved": _t("A disposal was approved"),
    "retention.disposal-declined": _t("A disposal was declined"),
    "retention.disposal-taken-back": _t("A disposal was taken back"),
    "retention.disposal-done": _t("A disposal was carried out"),
    "retention.approval-refused": _t("The approval of a disposal was refused"),
    "antivirus.packet-clean": _t("No malware was found"),
    "antivirus.packet-infected": _t("Malware was found"),
    "antivirus.packet-unscannable": _t("The packet could not be scanned"),
    "antivirus.packet-released": _t("Released although malware was reported"),
    "antivirus.packet-refused": _t("Sent back because of malware"),
    "antivirus.released": _t("Released although malware was reported"),
    "antivirus.refused": _t("Sent back because of malware"),
    "antivirus.rescan": _t("A packet was scanned again"),
    "antivirus.restart_sweep": _t("The scan of stored packets was begun anew"),
    "antivirus.stored-swept": _t("All stored packets were scanned"),
    "antivirus.engine-silent": _t("The antivirus does not answer"),
    "sandbox.purged": _t("Old packets of the sandbox were deleted"),
    "takeover.apply_intake": _t("Documents of an earlier system were taken over"),
    "takeover.check_intake": _t("A file of an earlier system was checked"),
    "takeover.compared": _t("Both systems were compared"),
    "takeover.comparison-exported": _t("A comparison was exported"),
    "takeover.aside-read": _t("A file that was put aside was read"),
    "takeover.part-read": _t("An attachment of an earlier system was read"),
    "takeover.book-continued": _t("A register was continued"),
    "takeover.number-given": _t("A number of a register was given"),
    "takeover.folder-taken": _t("A folder of packets was taken over"),
}
PEOPLE: Mapping[str, _Text] = {
    "evidence.person-seen": _t("Somebody’s data was looked at"),
    "evidence.bundle-exported": _t("Evidence was taken along as a file"),
    "evidence.request-answered": _t("A written request was answered: who looked at the data"),
    "access.confirm_alert": _t("A change of rights was confirmed"),
    "access.dispute_alert": _t("A change of rights was reported as wrong"),
    "access.close_case": _t("A reported change was looked into"),
    "access.open_review": _t("An access review was opened"),
    "access.decide_review": _t("Rights were decided in an access review"),
    "access.carry_out_review": _t("An access review was carried out"),
    "access.finish_review": _t("An access review was finished"),
    "access.request_glass": _t("Break-glass was asked for"),
    "access.approve_glass": _t("Break-glass was approved"),
    "access.decline_glass": _t("Break-glass was declined"),
    "access.end_glass": _t("Break-glass was ended"),
    "access.settle_glass": _t("Break-glass ran out"),
    "access.look_by_glass": _t("Looked at by break-glass"),
    "directory.assign_post": _t("A post was given"),
    "directory.end_post": _t("A post was ended"),
    "directory.switch_post": _t("Another post was acted in"),
    "directory.create_person": _t("A person was recorded"),
    "directory.change_person": _t("A person’s particulars were changed"),
    "directory.deactivate_person": _t("A person’s service was ended"),
    "directory.open_account": _t("An account was opened"),
    "directory.set_password": _t("A password was set for somebody"),
    "directory.create_test_agency": _t("A test agency was made"),
    "directory.load_reference_data": _t("Reference data was loaded"),
    "directory.import_agency_codes": _t("Codes of agencies were imported"),
    "directory.set_calendar_day": _t("A day of the calendar was set"),
    "directory.remove_calendar_day": _t("A day of the calendar was taken away"),
    "directory.set_working_hours": _t("Working hours were set"),
    "directory.create_agency": _t("An agency was made"),
    "directory.change_agency": _t("An agency was changed"),
    "directory.rename_agency": _t("An agency was renamed"),
    "directory.move_agency": _t("An agency was moved"),
    "directory.merge_agencies": _t("Agencies were merged"),
    "directory.split_agency": _t("An agency was split"),
    "directory.end_agency": _t("An agency was ended"),
    "directory.add_agency_code": _t("A code was given to an agency"),
    "staff.import_people": _t("People were imported from a table"),
    "staff.enter_leave": _t("A leave was entered"),
    "staff.end_leave": _t("A leave was ended"),
    "staff.grant_delegation": _t("A delegation of the right to sign was entered"),
    "staff.revoke_delegation": _t("A delegation was revoked"),
    "staff.hand_over_post": _t("A post was handed over"),
    "identity.sign_in": _t("Signed in"),
    "identity.sign_in_with": _t("Signed in with an account of elsewhere"),
    "identity.sign_out": _t("Signed out"),
    "identity.use_second_factor": _t("A second factor was shown"),
    "identity.add_second_factor": _t("A second factor was added"),
    "identity.remove_second_factor": _t("A second factor was removed"),
    "identity.reset_second_factor": _t("Somebody’s second factors were taken away"),
    "identity.change_own_password": _t("The own password was changed"),
    "identity.ask_for_password_link": _t("A link to a new password was asked for"),
    "identity.mail_password_link": _t("A link to a new password was mailed"),
    "identity.create_one_time_sign_in": _t("A one-time sign-in was handed out"),
    "identity.use_one_time_sign_in": _t("A one-time sign-in was used"),
    "identity.close_account": _t("An account was closed"),
    "identity.reopen_account": _t("An account was opened again"),
    "identity.unlock_account": _t("An account was unlocked"),
    "identity.end_own_sessions": _t("Own sessions were ended"),
    "identity.end_sessions": _t("Somebody’s sessions were ended"),
    "identity.link_identity": _t("An account of elsewhere was linked"),
    "identity.unlink_identity": _t("An account of elsewhere was unlinked"),
    "identity.set_own_ways": _t("The way of being reminded was chosen"),
    "identity.subscribe_own_browser": _t("A browser was allowed to remind"),
    "identity.remove_own_browser": _t("A browser no longer reminds"),
    "identity.sign_on": _t("Signed on to another system"),
    "identity.register_sign_on_client": _t("A system for single sign-on was registered"),
    "identity.end_sign_on_client": _t("A system for single sign-on was ended"),
    "identity.rotate_sign_on_secret": _t("A secret for single sign-on was renewed"),
    "identity.renew_signing_key": _t("The key of single sign-on was renewed"),
    "identity.idle_warning": _t("Warned that an unused account is closed"),
}
HOUSE: Mapping[str, _Text] = {
    "imports.stage_import": _t("A file of agencies was handed in"),
    "imports.check_import": _t("A file of agencies was checked"),
    "imports.confirm_import": _t("An import of agencies was confirmed"),
    "imports.apply_import": _t("An import of agencies was carried out"),
    "imports.undo_import": _t("An import of agencies was undone"),
    "monitoring.alarm-raised": _t("An alarm was raised"),
    "monitoring.alarm-cleared": _t("An alarm was over"),
    "monitoring.silence_condition": _t("An alarm was silenced"),
    "monitoring.end_silence": _t("An alarm is no longer silenced"),
    "monitoring.set_limit": _t("The limit of an alarm was set"),
    "monitoring.retry_failures": _t("Failed deliveries were tried again"),
    "monitoring.give_again": _t("Packets were given to a recipient again"),
    "monitoring.make_metrics_token": _t("A token for metrics was made"),
    "reasons.add_reason": _t("A reason was added to the list"),
    "reasons.add_standard_reasons": _t("The standard reasons were added"),
    "reasons.change_reason": _t("A reason was changed"),
    "reasons.end_reason": _t("A reason was ended"),
    "recipients.create_group": _t("A group of recipients was made"),
    "recipients.change_group": _t("A group of recipients was changed"),
    "recipients.end_group": _t("A group of recipients was ended"),
    "systems.register_system": _t("A system was registered"),
    "systems.end_system": _t("A system was ended"),
    "systems.set_system_networks": _t("The networks of a system were set"),
    "systems.rotate_system_secret": _t("A secret of a system was renewed"),
    "systems.end_system_secret": _t("A secret of a system was ended"),
    "systems.grant_sending_right": _t("The right to send for others was given"),
    "systems.end_sending_right": _t("The right to send for others was ended"),
    "systems.issue_token": _t("A system asked for a token"),
    "systems.call_from_network": _t("A system called from another network"),
    "systems.tell_of_ending_secrets": _t("Told that secrets end soon"),
    "systems.open_sandbox": _t("A sandbox was opened"),
    "webhooks.register_webhook": _t("A webhook was registered"),
    "webhooks.verify_webhook": _t("A webhook was asked to prove itself"),
    "webhooks.webhook-verified": _t("A webhook proved itself"),
    "webhooks.webhook-stopped": _t("A webhook that failed was stopped"),
    "webhooks.change_webhook": _t("A webhook was changed"),
    "webhooks.enable_webhook": _t("A webhook was put to use again"),
    "webhooks.end_webhook": _t("A webhook was ended"),
    "webhooks.rotate_webhook_secret": _t("The secret of a webhook was renewed"),
    "webhooks.replay_messages": _t("Messages of a webhook were sent again"),
}
ACTIONS: Mapping[str, _Text] = {**EXCHANGE, **PEOPLE, **HOUSE}

KINDS: Mapping[str, _Text] = {
    "review": _t("Access review"),
    "change": _t("Change of rights"),
    "disposal": _t("Disposal"),
    "intake": _t("Intake of an earlier system"),
    "import": _t("Import of agencies"),
    "delegation": _t("Delegation"),
    "webhook": _t("Webhook"),
    "group": _t("Group of recipients"),
    "reason": _t("Reason"),
    "day": _t("Day of the calendar"),
    "draft": _t("Draft"),
    "alarm": _t("Alarm"),
    "condition": _t("Alarm"),
    "comparison": _t("Comparison of both systems"),
    "period": _t("Retention period"),
    "sign-on-client": _t("System for single sign-on"),
    "provider": _t("Provider of accounts"),
    "file": _t("File"),
    "installation": _t("This installation"),
}
"""Kinds of subjects that have no names of their own."""

DETAILS: Mapping[str, _Text] = {
    "sha256": _t("SHA-256 of the file"),
    "digest": _t("Digest of the document"),
    "size": _t("Size, bytes"),
    "sender": _t("Sender"),
    "recipient": _t("Recipient"),
    "recipients": _t("Number of recipients"),
    "recipients_sha256": _t("SHA-256 of the list of recipients"),
    "transmission": _t("Transmission"),
    "delivery": _t("Delivery"),
    "purpose": _t("Purpose"),
    "reason": _t("Reason"),
    "request": _t("Letter"),
    "entries": _t("Number of entries"),
    "checkpoint": _t("Checkpoint over so many entries"),
    "document": _t("Document taken along"),
    "where": _t("Where it was asked for"),
    "agency": _t("Agency"),
    "role": _t("Role"),
    "person": _t("Person"),
    "post": _t("Post"),
    "hold": _t("Legal hold"),
    "outcome": _t("Outcome"),
    "code": _t("Code"),
    "name": _t("Name"),
    "position": _t("Attachment"),
    "group": _t("Group of recipients"),
    "method": _t("Way of signing in"),
    "address": _t("Address"),
    "what": _t("What was looked at"),
    "actor": _t("By whom"),
    "action": _t("What was done"),
    "since": _t("From"),
    "until": _t("To"),
}
"""Facts of entries by their names; others are shown as they are called there."""


def detail_words(name: str) -> str:
    """Returns what a fact of an entry is called."""
    return str(DETAILS.get(name, name))


def detail_value(name: str, value: object) -> str:
    """Returns what a fact says, in words where it is a code."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if value in (None, ""):
        return "–"
    return str(purpose_title(str(value))) if name == "purpose" else str(value)


def action_words(action: str, *, refused: bool = False) -> str:
    """Returns an act in words; of a refused one, what was asked for."""
    words = ACTIONS.get(action)
    if words is None:
        titles = {one.name: one.title for one in all_permissions()}
        words = titles.get(action, action)
    return _("Refused: %(act)s") % {"act": words} if refused else str(words)[:1].upper() + str(words)[1:]


def actor_words(actor: Mapping[str, str]) -> str:
    """Returns who acted, by the name of that time."""
    name = actor.get("name") or _("unknown")
    kind = actor.get("kind")
    if kind == "platform":
        return _("the platform: %(part)s") % {"part": name}
    return _("the system %(name)s") % {"name": name} if kind == "system" else name
