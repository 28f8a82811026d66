"""What can go wrong with signatures."""

from hienluong.kit.errors import Conflict, HienluongError, InvalidInput, NotFound, TooLarge, TooManyRequests
from hienluong.kit.errors import gettext_noop as _


class KeyUnusable(InvalidInput):
    """A key or its certificate cannot sign documents."""

    code = "signing.key-unusable"
    title = _("The key cannot be used")
    detail = _("The key or its certificate cannot sign: {reason}.")
    kept = _("Nothing was signed.")
    todo = _("Check the file, its password and the certificate that belongs to the key.")


class KeyUnavailable(HienluongError):
    """The module that holds the key does not let us use it."""

    code = "signing.key-unavailable"
    status = 503
    retryable = True
    title = _("The key is not available")
    detail = _("The module that holds the key does not let us use it: {reason}.")
    kept = _("Nothing was signed.")
    todo = _("See to the module, its token and the file with the PIN, then sign again.")


class DocumentUnsignable(InvalidInput):
    """The file cannot take a signature."""

    code = "signing.document-unsignable"
    title = _("The file cannot be signed")
    detail = _("The file cannot be signed: {reason}.")
    kept = _("The file is unchanged.")
    todo = _("Make the PDF anew from its source, without a password, and sign that one.")


class ImageUnfit(InvalidInput):
    """An image of a signature or seal is not what the decree asks for."""

    code = "signing.image-unfit"
    title = _("The image does not fit")
    detail = _("The image cannot be used: {reason}.")
    kept = _("Nothing was signed.")
    todo = _("Give a PNG with a transparent ground (Decree 30/2020, Appendix I), smaller than 2 MB.")


class HolderUnknown(NotFound):
    """Nobody who signs for the agency is meant by what was given."""

    code = "signing.holder-unknown"
    title = _("Person unknown")
    detail = _("Nobody who signs for {agency} today is known as “{holder}”.")
    kept = _("Nothing was registered.")
    todo = _("Take somebody who has a post of the agency that signs; leave it out for the agency’s own.")


class DocumentTooLarge(TooLarge):
    """The file is larger than signing and validation take."""

    code = "signing.document-too-large"
    title = _("The file is too large")
    detail = _("The file has {size} bytes; at most {limit} are signed or checked at once.")
    kept = _("Nothing was signed or checked.")
    todo = _("Split the document, or ask the operators to raise the limit.")


class TimestampUnavailable(HienluongError):
    """No time-stamp could be had although the level asks for one."""

    code = "signing.timestamp-unavailable"
    status = 503
    retryable = True
    title = _("No time-stamp")
    detail = _("The authority for time-stamps gave none that holds: {reason}.")
    kept = _("Nothing was signed; the file is unchanged.")
    todo = _("Try again later, or sign at the level B-B, which has no time-stamp.")


class EvidenceMissing(Conflict):
    """What shows that the certificates were not revoked is not at hand, so the level cannot be reached."""

    code = "signing.evidence-missing"
    title = _("The status of a certificate is not known")
    detail = _(
        "The level {level} needs proof that no certificate was revoked, and it is not at hand: {reason}."
    )
    kept = _("The file is unchanged.")
    todo = _("Fetch the lists of revoked certificates, check the trust list, and try again.")
    retryable = True


class SignatureWrong(InvalidInput):
    """What came back from the signer's device does not fit the hash and the certificate."""

    code = "signing.signature-wrong"
    title = _("The signature does not fit")
    detail = _("The signature was not made over this hash with the key of this certificate.")
    kept = _("The prepared document waits until {until}; send the right signature.")
    todo = _("Sign the hash as given, with the key that belongs to the certificate.")


class PreparationNotFound(NotFound):
    """There is no such prepared signature, it is another agency's, or its time is over."""

    code = "signing.preparation-not-found"
    title = _("No such prepared signature")
    detail = _("Nothing that you prepared has the id {id}, or its time is over.")
    todo = _("Prepare the document again.")


class AlreadyCompleted(Conflict):
    """The prepared document was completed with another signature."""

    code = "signing.already-completed"
    title = _("Already signed")
    detail = _("The document was completed with another signature at {at}.")
    kept = _("The first signature stands.")
    todo = _("Fetch the signed document; prepare it again to add another signature.")


class AuthorityUnreadable(InvalidInput):
    """A file of certificates cannot be read."""

    code = "signing.authority-unreadable"
    title = _("The certificates cannot be read")
    detail = _("The file holds no certificates that can be read: {reason}.")
    kept = _("The trust list is unchanged.")
    todo = _("Give certificates as PEM, DER or PKCS#7 (.p7b).")


class AuthorityUnfit(InvalidInput):
    """A certificate is none of an authority."""

    code = "signing.authority-unfit"
    title = _("Not an authority")
    detail = _("The certificate of {name} cannot be put into the trust list: {reason}.")
    kept = _("The trust list is unchanged.")
    todo = _("Give the certificate of the authority itself, as it publishes it.")


class DemonstrationRefused(InvalidInput):
    """The demonstration's authority is refused by a real installation, always."""

    code = "signing.demonstration-refused"
    title = _("A demonstration has no legal force")
    detail = _("{name} belongs to a demonstration; a real installation never trusts it.")
    kept = _("The trust list is unchanged.")
    todo = _("Give the certificate of a real authority.")


class NotDemonstration(Conflict):
    """The demonstration authority is asked for in a real installation."""

    code = "signing.not-a-demonstration"
    title = _("Not a demonstration")
    detail = _("The demonstration authority exists in a demonstration only.")
    kept = _("Nothing was made.")
    todo = _("Run the demonstration (make run), and ask there.")


class AuthorityNotFound(NotFound):
    """The trust list has no such authority."""

    code = "signing.authority-not-found"
    title = _("No such authority")
    detail = _("No authority in force has the fingerprint {fingerprint}.")
    todo = _("Look at the trust list, and give the SHA-256 fingerprint or its beginning.")


class SignaturesNotValid(Conflict):
    """All signatures were required to hold, and they do not."""

    code = "signing.signatures-not-valid"
    title = _("The signatures do not all hold")
    detail = _("{name}: {verdict} ({reasons}).")
    todo = _("Run the command without --require-valid to read what was found.")


class SigningCertificateNotFound(NotFound):
    """There is no such certificate that the actor may sign with, or see."""

    code = "signing.certificate-not-found"
    title = _("No such certificate")
    detail = _(
        "No certificate that you may use now has the id {id}: it is another's, has ended, or is not of today."
    )
    kept = _("Nothing was signed or changed.")
    todo = _("Look at your certificates, and register the one that you sign with.")


class KeyNotSet(Conflict):
    """The file of keys names no such key, or one that is not the certificate's."""

    code = "signing.key-not-set"
    title = _("The key is not set")
    detail = _("The key {name} cannot be used: {reason}.")
    kept = _("Nothing was signed.")
    todo = _("Ask the operators to set the key in the file of keys (HIENLUONG_SIGNING_KEYS_FILE).")


class KeyElsewhere(Conflict):
    """The key is at another place than the way of signing that was asked for."""

    code = "signing.key-elsewhere"
    title = _("The key is elsewhere")
    detail = _("The key of {name} is elsewhere: {place}.")
    kept = _("Nothing was signed.")
    todo = _("Sign with the device where the key is on one, and here where it is a key of this installation.")


class CertificateUnfit(InvalidInput):
    """A certificate cannot be registered for signing documents."""

    code = "signing.certificate-unfit"
    title = _("The certificate cannot be used")
    detail = _("The certificate of {name} cannot be registered.")
    kept = _("Nothing was registered.")
    todo = _("Give the certificate that your authority issued for signing documents (PEM, DER or PKCS#7).")


class CertificateRegistered(Conflict):
    """The certificate is registered already."""

    code = "signing.certificate-registered"
    title = _("Registered already")
    detail = _("The certificate of {name} is registered already.")
    kept = _("What is registered stands.")
    todo = _("End the earlier entry first, if it should stand somewhere else.")


class ChallengeOver(Conflict):
    """What the device was to sign is too old, or belongs to another certificate."""

    code = "signing.challenge-over"
    title = _("The test is over")
    detail = _("What the device was to sign is no longer good.")
    kept = _("Nothing was changed.")
    todo = _("Begin the test again.")


class PossessionNotShown(InvalidInput):
    """The device did not sign with the key of the certificate."""

    code = "signing.possession-not-shown"
    title = _("The device has another key")
    detail = _("The signature was not made with the key that belongs to the certificate.")
    kept = _("Nothing was changed.")
    todo = _("Choose the device that holds this certificate, and test again.")


class TooManyChecks(TooManyRequests):
    """Somebody without an account had many files checked within a minute."""

    code = "signing.too-many-checks"
    title = _("Too many files at once")
    detail = _("{limit} files were checked from your address within a minute, as many as without an account.")
    kept = _("This file was not checked, and nothing of it was kept.")
    todo = _("Wait a minute and send it again, or sign in to check more.")
