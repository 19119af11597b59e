"""What heads of requests and answers weigh in HTTP/1.1, as they go over the line."""

from collections.abc import Iterable, Sized


def weight(first_line: int, headers: Iterable[tuple[Sized, Sized]]) -> int:
    """Bytes, of a first line of so many: each header as `name: value`, each line and the empty one with its ending."""
    return first_line + 2 + sum(len(name) + len(value) + 4 for name, value in headers) + 2
