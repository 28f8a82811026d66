"""Every table of the house is compared with acts, or says here why not."""

from __future__ import annotations

from django.apps import apps

from hienluong.ledger.guards import tables

OUTSIDE_ACTS = {
    "antivirus": {"Engine": "how the daemon is", "Sweep": "how far a sweep is"},
    "composing": {
        "Draft": "nothing was done yet: what is sent is an act",
        "DraftFile": "as its draft",
    },
    "deadlines": {
        "Clock": "reckoned from steps of deliveries, which are guarded",
        "AnswerDate": "read from the packet, which is kept sealed and whose digest is guarded",
        "Round": "that people were reminded on a day",
    },
    "directory": {
        "AdministrativeUnit": "a public list, loaded with each version of the program",
        "User_groups": "nothing asks for it",
        "User_user_permissions": "nothing asks for it",
    },
    "evidence": {
        "Look": "keeps the next request from being another look; the look itself is an entry",
        "CheckedFile": "what checking a file found, for a day; checked again it is the same",
    },
    "exchange": {"Scan": "work that is still to be done; gone once it is"},
    "files": {
        "SealedFile": "an act with a file writes its hash into a guarded row",
        "Holding": "a key, which opens or does not; deliveries say who has to have one",
    },
    "issuing": {
        "Run": "work to be done; each document is an act of its own",
        "RunItem": "as its run",
    },
    "ledger": {
        "QueuedEntry": "the queue of the log",
        "Entry": "the log itself",
        "Tile": "the log itself",
        "SignedCheckpoint": "the log itself",
        "Verification": "what was found, whenever somebody looks",
        "Guard": "what it says stands in the lines that the log seals",
        "QueuedChange": "the queue of changes",
        "Change": "sealed by the log",
        "Cosignature": "signed by the witness",
        "CosignedHead": "signed by us",
        "TimeStamp": "signed by the authority",
    },
    "identity": {
        "SignInSession": "changes with every look; signing in and out are acts",
        "SignOn": "the last post signed on in; signing on is an act",
    },
    "imports": {
        "AgencyImport": "the file and what it would change; agencies themselves are guarded",
        "AgencyImportChange": "as its import",
    },
    "monitoring": {
        "Hour": "counted from other tables",
        "DiskSample": "measured",
        "Limit": "when operators are told, not what happened",
        "Alarm": "raised and cleared by the clock",
        "Silence": "when operators are told, not what happened",
    },
    "notices": {
        "Notice": "what people were told; what they are told of is guarded",
        "Ways": "how a person wants to be told",
        "Subscription": "how a person wants to be told",
        "Push": "messages on their way",
    },
    "signing": {"RevocationSource": "signed by the authority; every validation checks that"},
    "systems": {
        "SystemTally": "counted without acts",
        "KeptAnswer": "gone after a day; the act it answers is guarded",
    },
    "takeover": {
        "Profile": "how columns are called",
        "AsideFile": "what was not taken over",
        "Comparison": "reckoned from a file and from guarded rows",
        "DayCount": "as its comparison",
        "Difference": "as its comparison",
    },
    "webhooks": {
        "Message": "on its way; what it tells of is guarded",
        "Attempt": "a log of the network",
    },
}
"""Tables that are not guarded, and why not."""


def test_table_is_guarded_or_says_why_not() -> None:
    guarded = set(tables())
    ours = {
        (model._meta.app_label, model.__name__): model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("hienluong.")
    }
    excused = {(app, name) for app, names in OUTSIDE_ACTS.items() for name in names}
    assert {one for one, table in ours.items() if table not in guarded} == excused


def test_credentials_of_libraries_are_guarded() -> None:
    assert {
        "allauth_idp_oidc_client",
        "mfa_authenticator",
        "socialaccount_socialaccount",
        "directory_user",
    } <= set(tables())
