"""Acts of the ledger, and who acted, in words for people; an act without words here is shown by its name.

The names of acts are those in the entries; a test looks that every act which the code records stands here.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import all_permissions, purpose_title

_Text = str | Promise

EXCHANGE: Mapping[str, _Text] = {
    "exchange.packet-accepted": _("The axis accepted the packet"),
    "exchange.packet-refused": _("The axis refused the packet"),
    "exchange.packet-delivered": _("Put into the recipient’s mailbox"),
    "exchange.packet-fetched": _("The recipient fetched the packet"),
    "exchange.packet-confirmed": _("The recipient confirmed the packet"),
    "exchange.packet-rejected": _("The recipient’s system rejected the packet"),
    "exchange.packet-quarantined": _("Taken out: it may be a state secret"),
    "exchange.packet-destroyed": _("Destroyed everywhere as a state secret"),
    "exchange.part-read": _("An attachment was read"),
    "exchange.delivery-failed": _("The delivery failed for good"),
    "exchange.delivery-retried": _("The delivery was tried again"),
    "exchange.delivery-given-again": _("The packet was given to the recipient again"),
    "exchange.delivery-withdrawn": _("Taken back before anybody fetched it"),
    "exchange.document-updated": _("A later document updated it"),
    "exchange.document-replaced": _("A later document replaced it"),
    "exchange.document-revoked": _("A later document revoked it"),
    "exchange.document-removed": _("It is no longer for this recipient"),
    "exchange.recipients-added": _("Recipients were added"),
    "exchange.group-addressed": _("Sent to a group of recipients"),
    "exchange.receipt-key-renewed": _("The key that signs receipts was renewed"),
    "corrections.document-asked-back": _("The sender asked the document back"),
    "corrections.document-revoked": _("The sender revoked the document"),
    "corrections.recipient-corrected": _("Sent to the right recipient"),
    "corrections.change-settled": _("What a document changes was settled"),
    "corrections.refused": _("A change of a sent document was refused"),
    "composing.document-refused": _("A document was refused before it was sent"),
    "composing.draft-begun": _("A draft was begun"),
    "composing.draft-discarded": _("A draft was discarded"),
    "composing.drafts-cleared": _("Old drafts were cleared away"),
    "mailbox.inbox-exported": _("The inbox was exported as a table"),
    "mailbox.sent-exported": _("The list of sent documents was exported as a table"),
    "deadlines.announce_document": _("An announcement of a deadline was made"),
    "deadlines.cancel_announcement": _("An announcement was called off"),
    "deadlines.people_reminded": _("People were reminded of deadlines"),
    "deadlines.urgent_overdue": _("An urgent document was overdue"),
    "deadlines.reckoned": _("Deadlines were reckoned again"),
    "retention.period-set": _("A retention period was set"),
    "retention.period-ended": _("A retention period was ended"),
    "retention.hold-placed": _("A legal hold was placed"),
    "retention.hold-lifted": _("A legal hold was lifted"),
    "retention.copy-destroyed": _("An agency’s copy was destroyed"),
    "retention.copy-kept": _("An agency’s copy was kept"),
    "retention.disposal-proposed": _("A disposal was proposed"),
    "retention.disposal-approved": _("A disposal was approved"),
    "retention.disposal-declined": _("A disposal was declined"),
    "retention.disposal-taken-back": _("A disposal was taken back"),
    "retention.disposal-done": _("A disposal was carried out"),
    "retention.approval-refused": _("The approval of a disposal was refused"),
    "antivirus.packet-clean": _("No malware was found"),
    "antivirus.packet-infected": _("Malware was found"),
    "antivirus.packet-unscannable": _("The packet could not be scanned"),
    "antivirus.packet-released": _("Released although malware was reported"),
    "antivirus.packet-refused": _("Sent back because of malware"),
    "antivirus.released": _("Released although malware was reported"),
    "antivirus.refused": _("Sent back because of malware"),
    "antivirus.scan-asked": _("A scan for malware was asked for"),
    "antivirus.stored-asked": _("A scan of stored packets was asked for"),
    "antivirus.rescan": _("A packet was scanned again"),
    "antivirus.restart_sweep": _("The scan of stored packets was begun anew"),
    "antivirus.stored-swept": _("All stored packets were scanned"),
    "antivirus.engine-silent": _("The antivirus does not answer"),
    "sandbox.purged": _("Old packets of the sandbox were deleted"),
    "copies.copy-prepared": _("A document was handed in to be copied"),
    "copies.copy-numbered": _("A copy was given its number"),
    "copies.copy-sealed": _("A copy was signed by the agency"),
    "copies.copy-given-up": _("A copy was given up"),
    "copies.register-exported": _("The register of copies was taken as a table"),
    "copies.stamps-renewed": _("The time-stamp of a copy was renewed"),
    "issuing.document-prepared": _("A document was handed in to be issued"),
    "issuing.document-numbered": _("A document was given its number and date"),
    "issuing.document-signed": _("A document was signed by the person"),
    "issuing.document-sealed": _("A document was signed by the agency"),
    "issuing.document-issued": _("A document was issued"),
    "issuing.document-returned": _("A document was returned to who prepared it"),
    "issuing.document-given-up": _("A document to be issued was given up"),
    "issuing.place-moved": _("The place of a signature on the page was moved"),
    "issuing.run-begun": _("The sealing of several documents was begun"),
    "issuing.stamps-renewed": _("The time-stamp of a document was renewed"),
    "takeover.apply_intake": _("Documents of an earlier system were taken over"),
    "takeover.check_intake": _("A file of an earlier system was checked"),
    "takeover.compared": _("Both systems were compared"),
    "takeover.comparison-exported": _("A comparison was exported"),
    "takeover.aside-read": _("A file that was put aside was read"),
    "takeover.part-read": _("An attachment of an earlier system was read"),
    "takeover.book-continued": _("A register was continued"),
    "takeover.number-given": _("A number of a register was given"),
    "takeover.documents-taken": _("Documents of a folder were taken over"),
    "takeover.folder-begun": _("The taking over of a folder was begun"),
    "takeover.folder-taken": _("A folder of packets was taken over"),
}
PEOPLE: Mapping[str, _Text] = {
    "evidence.person-seen": _("Somebody’s data was looked at"),
    "evidence.signatures-checked": _("The signatures of what a packet carries were checked"),
    "evidence.bundle-exported": _("Evidence was taken along as a file"),
    "evidence.request-answered": _("A written request was answered: who looked at the data"),
    "access.confirm_alert": _("A change of rights was confirmed"),
    "access.dispute_alert": _("A change of rights was reported as wrong"),
    "access.close_case": _("A reported change was looked into"),
    "access.open_review": _("An access review was opened"),
    "access.decide_review": _("Rights were decided in an access review"),
    "access.carry_out_review": _("An access review was carried out"),
    "access.finish_review": _("An access review was finished"),
    "access.request_glass": _("Break-glass was asked for"),
    "access.approve_glass": _("Break-glass was approved"),
    "access.decline_glass": _("Break-glass was declined"),
    "access.end_glass": _("Break-glass was ended"),
    "access.settle_glass": _("Break-glass ran out"),
    "access.look_by_glass": _("Looked at by break-glass"),
    "directory.assign_post": _("A post was given"),
    "directory.end_post": _("A post was ended"),
    "directory.switch_post": _("Another post was acted in"),
    "directory.create_person": _("A person was recorded"),
    "directory.change_person": _("A person’s particulars were changed"),
    "directory.deactivate_person": _("A person’s service was ended"),
    "directory.open_account": _("An account was opened"),
    "directory.set_password": _("A password was set for somebody"),
    "directory.create_test_agency": _("A test agency was made"),
    "directory.load_reference_data": _("Reference data was loaded"),
    "directory.import_agency_codes": _("Codes of agencies were imported"),
    "directory.set_calendar_day": _("A day of the calendar was set"),
    "directory.remove_calendar_day": _("A day of the calendar was taken away"),
    "directory.set_working_hours": _("Working hours were set"),
    "directory.create_agency": _("An agency was made"),
    "directory.change_agency": _("An agency was changed"),
    "directory.rename_agency": _("An agency was renamed"),
    "directory.move_agency": _("An agency was moved"),
    "directory.merge_agencies": _("Agencies were merged"),
    "directory.split_agency": _("An agency was split"),
    "directory.end_agency": _("An agency was ended"),
    "directory.add_agency_code": _("A code was given to an agency"),
    "staff.import_people": _("People were imported from a table"),
    "staff.enter_leave": _("A leave was entered"),
    "staff.end_leave": _("A leave was ended"),
    "staff.grant_delegation": _("A delegation of the right to sign was entered"),
    "staff.revoke_delegation": _("A delegation was revoked"),
    "staff.hand_over_post": _("A post was handed over"),
    "identity.sign_in": _("Signed in"),
    "identity.sign_in_with": _("Signed in with an account of elsewhere"),
    "identity.sign_out": _("Signed out"),
    "identity.use_second_factor": _("A second factor was shown"),
    "identity.add_second_factor": _("A second factor was added"),
    "identity.remove_second_factor": _("A second factor was removed"),
    "identity.reset_second_factor": _("Somebody’s second factors were taken away"),
    "identity.change_own_password": _("The own password was changed"),
    "identity.ask_for_password_link": _("A link to a new password was asked for"),
    "identity.mail_password_link": _("A link to a new password was mailed"),
    "identity.create_one_time_sign_in": _("A one-time sign-in was handed out"),
    "identity.use_one_time_sign_in": _("A one-time sign-in was used"),
    "identity.close_account": _("An account was closed"),
    "identity.reopen_account": _("An account was opened again"),
    "identity.unlock_account": _("An account was unlocked"),
    "identity.end_own_sessions": _("Own sessions were ended"),
    "identity.end_sessions": _("Somebody’s sessions were ended"),
    "identity.link_identity": _("An account of elsewhere was linked"),
    "identity.unlink_identity": _("An account of elsewhere was unlinked"),
    "identity.set_own_ways": _("The way of being reminded was chosen"),
    "identity.subscribe_own_browser": _("A browser was allowed to remind"),
    "identity.remove_own_browser": _("A browser no longer reminds"),
    "identity.sign_on": _("Signed on to another system"),
    "identity.register_sign_on_client": _("A system for single sign-on was registered"),
    "identity.end_sign_on_client": _("A system for single sign-on was ended"),
    "identity.rotate_sign_on_secret": _("A secret for single sign-on was renewed"),
    "identity.renew_signing_key": _("The key of single sign-on was renewed"),
    "identity.sweep_one_time_sign_ins": _("One-time sign-ins that nobody used were deleted"),
    "identity.idle_warning": _("Warned that an unused account is closed"),
}
HOUSE: Mapping[str, _Text] = {
    "config.restore": _("A backup was restored"),
    "ledger.rows": _("Changes of rows were sealed"),
    "ledger.guard": _("A table came under guard"),
    "ledger.end-guard": _("A table is no longer under guard"),
    "ledger.suspend-guard": _("The guard of a table was suspended for a change of its columns"),
    "ledger.explain-changes": _("Changes made by hand were explained"),
    "ledger.key-changed": _("The key of the log was changed"),
    "ledger.witness-added": _("A witness was added"),
    "ledger.witness-removed": _("A witness was removed"),
    "ledger.quorum-set": _("The number of witnesses required was set"),
    "ledger.log-watched": _("Another log is witnessed"),
    "ledger.log-unwatched": _("Another log is no longer witnessed"),
    "ledger.checkpoint-cosigned": _("A checkpoint of another log was cosigned"),
    "ledger.contradiction-seen": _("Two histories of a log were seen"),
    "ledger.contradiction-settled": _("Two histories of a log were looked into"),
    "signing.document-signed": _("A file was signed"),
    "signing.signature-prepared": _("A file was made ready for a signature"),
    "signing.prepared-swept": _("Files that waited for a signature too long were forgotten"),
    "signing.authority-added": _("An authority was put into the trust list"),
    "signing.authority-ended": _("An authority was taken out of the trust list"),
    "signing.certificate-registered": _("A signing certificate was registered"),
    "signing.certificate-proved": _("A device showed that it holds the key of a certificate"),
    "signing.certificate-image-set": _("The image of a signature or a seal was set"),
    "signing.certificate-ended": _("A signing certificate was ended"),
    "signing.warned-of-ends": _("Told that certificates end soon"),
    "signing.warned-of-old-revocations": _("Told that revocations are no longer known"),
    "signing.revocations-fetched": _("Lists of revoked certificates were fetched"),
    "imports.stage_import": _("A file of agencies was handed in"),
    "imports.check_import": _("A file of agencies was checked"),
    "imports.confirm_import": _("An import of agencies was confirmed"),
    "imports.apply_import": _("An import of agencies was carried out"),
    "imports.undo_import": _("An import of agencies was undone"),
    "monitoring.alarm-raised": _("An alarm was raised"),
    "monitoring.alarm-cleared": _("An alarm was over"),
    "monitoring.silence_condition": _("An alarm was silenced"),
    "monitoring.end_silence": _("An alarm is no longer silenced"),
    "monitoring.set_limit": _("The limit of an alarm was set"),
    "monitoring.retry_failures": _("Failed deliveries were tried again"),
    "monitoring.give_again": _("Packets were given to a recipient again"),
    "monitoring.make_metrics_token": _("A token for metrics was made"),
    "reasons.add_reason": _("A reason was added to the list"),
    "reasons.add_standard_reasons": _("The standard reasons were added"),
    "reasons.change_reason": _("A reason was changed"),
    "reasons.end_reason": _("A reason was ended"),
    "recipients.create_group": _("A group of recipients was made"),
    "recipients.change_group": _("A group of recipients was changed"),
    "recipients.end_group": _("A group of recipients was ended"),
    "systems.register_system": _("A system was registered"),
    "systems.end_system": _("A system was ended"),
    "systems.set_system_networks": _("The networks of a system were set"),
    "systems.rotate_system_secret": _("A secret of a system was renewed"),
    "systems.end_system_secret": _("A secret of a system was ended"),
    "systems.grant_sending_right": _("The right to send for others was given"),
    "systems.end_sending_right": _("The right to send for others was ended"),
    "systems.issue_token": _("A system asked for a token"),
    "systems.call_from_network": _("A system called from another network"),
    "systems.tell_of_ending_secrets": _("Told that secrets end soon"),
    "systems.open_sandbox": _("A sandbox was opened"),
    "webhooks.register_webhook": _("A webhook was registered"),
    "webhooks.verify_webhook": _("A webhook was asked to prove itself"),
    "webhooks.webhook-verified": _("A webhook proved itself"),
    "webhooks.webhook-stopped": _("A webhook that failed was stopped"),
    "webhooks.change_webhook": _("A webhook was changed"),
    "webhooks.enable_webhook": _("A webhook was put to use again"),
    "webhooks.end_webhook": _("A webhook was ended"),
    "webhooks.rotate_webhook_secret": _("The secret of a webhook was renewed"),
    "webhooks.replay_messages": _("Messages of a webhook were sent again"),
}
ACTIONS: Mapping[str, _Text] = {**EXCHANGE, **PEOPLE, **HOUSE}

KINDS: Mapping[str, _Text] = {
    "review": _("Access review"),
    "change": _("Change of rights"),
    "disposal": _("Disposal"),
    "intake": _("Intake of an earlier system"),
    "import": _("Import of agencies"),
    "delegation": _("Delegation"),
    "webhook": _("Webhook"),
    "group": _("Group of recipients"),
    "reason": _("Reason"),
    "day": _("Day of the calendar"),
    "draft": _("Draft"),
    "alarm": _("Alarm"),
    "condition": _("Alarm"),
    "comparison": _("Comparison of both systems"),
    "period": _("Retention period"),
    "sign-on-client": _("System for single sign-on"),
    "provider": _("Provider of accounts"),
    "file": _("File"),
    "rows": _("Rows from change"),
    "table": _("Table"),
    "witness": _("Witness"),
    "log": _("Log"),
    "installation": _("This installation"),
}
"""Kinds of subjects that have no names of their own."""

DETAILS: Mapping[str, _Text] = {
    "sha256": _("SHA-256 of the file"),
    "digest": _("Digest of the document"),
    "size": _("Size, bytes"),
    "sender": _("Sender"),
    "recipient": _("Recipient"),
    "recipients": _("Number of recipients"),
    "recipients_sha256": _("SHA-256 of the list of recipients"),
    "transmission": _("Transmission"),
    "delivery": _("Delivery"),
    "purpose": _("Purpose"),
    "reason": _("Reason"),
    "request": _("Letter"),
    "entries": _("Number of entries"),
    "checkpoint": _("Checkpoint over so many entries"),
    "document": _("Document taken along"),
    "where": _("Where it was asked for"),
    "agency": _("Agency"),
    "role": _("Role"),
    "person": _("Person"),
    "post": _("Post"),
    "hold": _("Legal hold"),
    "outcome": _("Outcome"),
    "code": _("Code"),
    "name": _("Name"),
    "position": _("Attachment"),
    "group": _("Group of recipients"),
    "method": _("Way of signing in"),
    "address": _("Address"),
    "what": _("What was looked at"),
    "actor": _("By whom"),
    "action": _("What was done"),
    "since": _("First day"),
    "until": _("Last day"),
}
"""Facts of entries by their names; others are shown as they are called there."""


DONE_TO_ROWS: Mapping[str, _Text] = {
    "I": pgettext_lazy("row", "added"),
    "U": pgettext_lazy("row", "changed"),
    "D": pgettext_lazy("row", "deleted"),
    "B": pgettext_lazy("row", "was there when its guard began"),
}
"""What is done to a row, by the letter in the line of its change."""


def detail_words(name: str) -> str:
    """Returns what a fact of an entry is called."""
    return str(DETAILS.get(name, name))


def detail_value(name: str, value: object) -> str:
    """Returns what a fact says, in words where it is a code."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
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
    return (
        gettext("Refused: %(act)s") % {"act": words} if refused else str(words)[:1].upper() + str(words)[1:]
    )


def actor_words(actor: Mapping[str, str]) -> str:
    """Returns who acted, by the name of that time."""
    name = actor.get("name") or gettext("unknown")
    kind = actor.get("kind")
    if kind == "platform":
        return gettext("the platform: %(part)s") % {"part": name}
    return gettext("the system %(name)s") % {"name": name} if kind == "system" else name
