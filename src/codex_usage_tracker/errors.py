"""Everything that can go wrong and be told to a person: a stable code, what happened, what to do next."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process answers to the shell; documented in the reference and never renumbered."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_LOGS = 3
    BUSY = 4
    DATABASE = 5
    OVER_BUDGET = 6
    INTERRUPTED = 130


class TrackerError(Exception):
    """A failure that is explained to the user rather than traced."""

    code = "runtime_error"
    exit_code = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NoLogsError(TrackerError):
    """No Codex home with logs was found."""

    code = "no_logs"
    exit_code = ExitCode.NO_LOGS


class NotFoundError(TrackerError):
    """A thread, call or file that was asked for is not there."""

    code = "not_found"


class InvalidValueError(TrackerError):
    """A flag, setting or range that cannot be understood."""

    code = "invalid_value"
    exit_code = ExitCode.USAGE


class InvalidSettingsError(InvalidValueError):
    """A file of settings of which something cannot be understood."""

    code = "invalid_settings"


class NamedFileMissingError(TrackerError):
    """A file that was named and is not there."""

    code = "file_not_found"
    exit_code = ExitCode.USAGE


class FileExistsAlreadyError(TrackerError):
    """An output file that would be overwritten without being asked to."""

    code = "file_exists"


class FileAccessError(TrackerError):
    """A file or folder that cannot be read or written."""

    code = "os_error"


class DownloadError(TrackerError):
    """A public file that cannot be fetched."""

    code = "download_failed"


class MissingPartError(TrackerError):
    """A part of the program that is installed only when asked for."""

    code = "missing_part"


class BusyError(TrackerError):
    """Another process is refreshing and did not finish in time."""

    code = "busy"
    exit_code = ExitCode.BUSY


class DatabaseError(TrackerError):
    """The database cannot be opened, read or written."""

    code = "database"
    exit_code = ExitCode.DATABASE


class OutdatedSchemaError(DatabaseError):
    """The database is empty, or was written by an older version, and is asked before a refresh."""

    code = "outdated_schema"


class NewerSchemaError(DatabaseError):
    """The database was written by a newer version of this program."""

    code = "newer_schema"


class ForeignDatabaseError(DatabaseError):
    """The database was made by another program."""

    code = "foreign_database"


class CorruptDatabaseError(DatabaseError):
    """The database file is damaged or is no database at all."""

    code = "corrupt_database"


class DiskFullError(DatabaseError):
    """There is no room left to write."""

    code = "disk_full"
