"""Why a report is not taken: an error of the caller's, that tells what to do."""


class Refused(Exception):
    """`status` is an HTTP status from 400 to 499."""

    def __init__(self, code: str, message: str, remedy: str, *, status: int = 422) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy, self.status = code, message, remedy, status


def malformed(
    message: str, remedy: str = "Send the file as the tests' runner wrote it."
) -> Refused:
    return Refused("malformed", message, remedy, status=400)


def too_large(message: str) -> Refused:
    remedy = "Send the report in several parts, such as one a job or package."
    return Refused("too_large", message, remedy, status=413)
