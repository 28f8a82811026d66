"""The errors of installing, starting, stopping and keeping copies.

Each becomes ONE line on the terminal; the exit code is 2.
"""

from hienluong.kit.errors import HienluongError
from hienluong.kit.errors import gettext_noop as _


class OperationRefused(HienluongError):
    """The root of what the operator's commands refuse."""

    code = "config.refused"
    title = _("The command was refused")


class NoInstallation(OperationRefused):
    """The data directory holds no installation."""

    code = "config.no-installation"
    detail = _("There is no installation in {path}.")
    todo = _("Make one with “hienluong init”, or name another directory in HIENLUONG_DATA_DIR.")


class InitialisationUnfinished(OperationRefused):
    """A `hienluong init` stopped before its end."""

    code = "config.initialisation-unfinished"
    detail = _("The installation in {path} was never finished.")
    todo = _("Run “hienluong init” again; it continues where it stopped.")


class DatabaseAddressMissing(OperationRefused):
    """The installation uses the operator's own database server and its address was not given."""

    code = "config.database-address-missing"
    detail = _("The installation in {path} uses your own database server.")
    todo = _("Give its address in HIENLUONG_DATABASE_URL.")


class InstallationUnreadable(OperationRefused):
    """The description of the installation is damaged or belongs to somebody else."""

    code = "config.installation-unreadable"
    detail = _("{path} cannot be read: {reason}.")
    todo = _("Run the command as the owner of the data directory, or restore the file from a backup.")


class AlreadyInstalled(OperationRefused):
    """The data directory already holds an installation."""

    code = "config.already-installed"
    detail = _("{path} already holds an installation ({kind}).")
    kept = _("Nothing was changed.")
    todo = _("Start it with “hienluong serve”, or name another directory in HIENLUONG_DATA_DIR.")


class NotEmpty(OperationRefused):
    """A place that must be empty is not."""

    code = "config.not-empty"
    detail = _("{path} is not empty.")
    kept = _("Nothing was changed.")
    todo = _("Name a directory that is empty or does not exist.")


class DatabaseNotEmpty(OperationRefused):
    """The database to restore into already has tables."""

    code = "config.database-not-empty"
    detail = _("The database {database} already has tables.")
    kept = _("Nothing was changed.")
    todo = _("Name an empty database in HIENLUONG_DATABASE_URL.")


class AlreadyServed(OperationRefused):
    """Another process serves this data directory."""

    code = "config.already-served"
    detail = _("{path} is already in use by process {pid}.")
    kept = _("Nothing was started.")
    todo = _("Stop that process first, or name another directory in HIENLUONG_DATA_DIR.")


class PortBusy(OperationRefused):
    """Another program listens on the address."""

    code = "config.port-busy"
    detail = _("The address {host}:{port} cannot be used: {reason}.")
    kept = _("Nothing was started.")
    todo = _("Stop the program that uses it, or choose another port with HIENLUONG_PORT.")


class DiskFull(OperationRefused):
    """Too little free space to work safely."""

    code = "config.disk-full"
    detail = _("Only {free_mb} MB are free on the disk of {path}; {needed_mb} MB are needed.")
    kept = _("Nothing was started.")
    todo = _("Free some space, or lower HIENLUONG_MINIMUM_FREE_MB.")


class MigrationsPending(OperationRefused):
    """The database is older than the program."""

    code = "config.migrations-pending"
    detail = _("The database in {path} is older than this program.")
    kept = _("Nothing was started.")
    todo = _("Run “hienluong upgrade”: it makes a backup first.")


class SettingInvalid(OperationRefused):
    """An environment variable has a value that cannot be used."""

    code = "config.setting-invalid"
    detail = _("The setting {name} has the value “{value}”; it must be {expected}.")
    todo = _("Correct it; docs/operate/settings.md describes every setting.")


class SystemUserMissing(OperationRefused):
    """PostgreSQL refuses to run as root and no system user could be made."""

    code = "config.system-user-missing"
    detail = _("PostgreSQL does not run as root, and the system user {user} could not be made: {reason}.")
    todo = _("Make it with “useradd --system {user}”, or run the command as an ordinary user.")


class PlaceUnreachable(OperationRefused):
    """The system user cannot enter the directory."""

    code = "config.place-unreachable"
    detail = _("The system user {user} cannot enter {path}, which PostgreSQL must reach.")
    todo = _("Choose a data directory below one that everybody may enter, such as /var/lib.")


class PostgresMissing(OperationRefused):
    """The programs of PostgreSQL are not where they should be."""

    code = "config.postgres-missing"
    detail = _("The programs of PostgreSQL were not found in {path}.")
    todo = _("Run “make run” again, or name your own server in HIENLUONG_DATABASE_URL.")


class PostgresVersionDiffers(OperationRefused):
    """The data directory was written by another major version."""

    code = "config.postgres-version-differs"
    detail = _("{path} was written by PostgreSQL {found}; this program brings PostgreSQL {expected}.")
    kept = _("Nothing was changed.")
    todo = _("Make a backup with the earlier program and restore it with this one into an empty directory.")


class PostgresFailed(OperationRefused):
    """PostgreSQL did not start."""

    code = "config.postgres-failed"
    detail = _("PostgreSQL did not start in {path}: {reason}")
    todo = _("Its log is in {log}.")


class DatabaseUnreachable(OperationRefused):
    """The database does not answer."""

    code = "config.database-unreachable"
    detail = _("The database does not answer: {reason}")
    todo = _("Check that the server runs and that HIENLUONG_DATABASE_URL is right.")


class DatabaseTooOld(OperationRefused):
    """The operator's server is older than version 15."""

    code = "config.database-too-old"
    detail = _("The database server is PostgreSQL {found}; at least {needed} is needed.")
    todo = _("Upgrade the server, or leave HIENLUONG_DATABASE_URL out to use the embedded one.")


class DatabaseToolsMissing(OperationRefused):
    """No pg_dump and pg_restore of the server's version."""

    code = "config.database-tools-missing"
    detail = _("pg_dump and pg_restore of PostgreSQL {major} were not found.")
    todo = _("Install them: apt-get install postgresql-client-{major}")


class CommandFailed(OperationRefused):
    """A step of the installation failed."""

    code = "config.step-failed"
    detail = _("The step “{step}” failed: {reason}")


class BackupIncomplete(OperationRefused):
    """What was named is not a complete backup."""

    code = "config.backup-incomplete"
    detail = _("{path} is not a complete backup: {reason}.")
    kept = _("Nothing was restored.")
    todo = _("Choose another one; “hienluong backup --list” shows the complete ones.")


class BackupFailed(OperationRefused):
    """The backup could not be made."""

    code = "config.backup-failed"
    detail = _("The backup was not made: {reason}")
    kept = _("The earlier backups are untouched.")


class SecretsMissing(OperationRefused):
    """The secrets that open the files of a backup were not given."""

    code = "config.secrets-missing"
    detail = _(
        "The secrets of this backup were not found at {path}; without them its files cannot be opened."
    )
    kept = _("Nothing was restored.")
    todo = _("Name the archive with --secrets.")


class RestoreDiffers(OperationRefused):
    """What was restored is not what was backed up."""

    code = "config.restore-differs"
    detail = _("The restored data differ from the backup: {differences}.")
    kept = _("The new installation in {path} is left unfinished and will not be served.")
    todo = _("Keep the backup, empty the directory and try another backup.")


class UpgradeRolledBack(OperationRefused):
    """The migration failed; the database is as it was."""

    code = "config.upgrade-rolled-back"
    detail = _("The upgrade failed: {reason}")
    kept = _("The database is again as it was before, from the backup {backup}.")
    todo = _("Go on with the earlier version of the program and report the failure.")


class RoleMayNotCreateDatabases(OperationRefused):
    """The role cannot make the copy that an upgrade falls back on."""

    code = "config.role-may-not-create-databases"
    detail = _("The database role {role} may not create databases, so a failed upgrade could not be undone.")
    kept = _("Nothing was changed.")
    todo = _("Run as the server's administrator: ALTER ROLE {role} CREATEDB")
