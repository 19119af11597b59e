"""What an answer about pull requests holds: one shape for the API, the command line and exports alike.

Seconds are elapsed or working seconds, as was asked for; sizes are lines, times are aware and in UTC, days are days in
the range's time zone. `None` is "not measurable", with a reason beside it, never 0.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.metrics.formulas.weeks import weeks
from backend.metrics.scope import Scope


class Result(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class TeamName(Result):
    slug: str
    name: str

    @classmethod
    def of(cls, scope: Scope) -> "TeamName | None":
        return cls(slug=scope.team.slug, name=scope.team.name) if scope.team else None


class Range(Result):
    """Half-open: the day `to` is outside."""

    from_: date = Field(alias="from")
    to: date
    time_zone: str
    weeks_partial: list[date] = Field(description="Mondays of weeks that the range holds in part.")
    narrowed: bool = Field(
        description="Whether this is less than was asked for: more would tell of too few people."
    )

    @classmethod
    def of(cls, scope: Scope) -> "Range":
        return cls(
            from_=scope.start,
            to=scope.end,
            time_zone=scope.time_zone,
            weeks_partial=[
                week for week in weeks(scope.start, scope.end) if scope.is_partial(week)
            ],
            narrowed=scope.is_narrowed,
        )


NotKept = Annotated[
    str | None,
    Field(
        description="Why nothing is told: all of the range is older than what is kept. Null: something is."
    ),
]


class Suppressed(Result):
    reason: str
    minimum_group_size: int


class Distribution(Result):
    median: float | None
    p75: float | None
    p90: float | None
    n: int | None
    unit: Literal["seconds", "lines"]
    reason: str | None = Field(description="Why there is no value; null where there is one.")
    definition: str


class Ratio(Result):
    value: float | None
    numerator: int | None
    denominator: int | None
    reason: str | None
    definition: str


class Throughput(Result):
    merged: int
    per_week_median: float | None = Field(
        description="Over the range's whole weeks that are not kept back."
    )
    weeks: int = Field(description="So many they are.")
    definition: str


class Stages(Result):
    """Seconds; the four add up to the week's median cycle time."""

    coding: float
    pickup: float
    review: float
    merge: float


class Week(Result):
    """Without values and not suppressed: it is older than what is kept."""

    start: date
    partial: bool
    suppressed: bool
    n: int | None
    cycle_time_median: float | None
    stages: Stages | None


class Month(Result):
    start: date
    suppressed: bool
    n: int | None
    cycle_time_median: float | None
    cycle_time_p90: float | None


class Bucket(Result):
    """Cycle times from `from_seconds` (inclusive) to `to_seconds` (exclusive; null: no end)."""

    from_seconds: int
    to_seconds: int | None
    n: int


class Excluded(Result):
    reason: str
    n: int


class Previous(Result):
    """The range of the same length just before."""

    from_: date = Field(alias="from")
    to: date
    cycle_time_median: float | None
    time_to_first_review_median: float | None
    review_rate: float | None
    merged: int
    batch_size_median: float | None


class Versions(Result):
    """What the figures were computed with."""

    pull_request: int
    generated_files: int


class Figures(Result):
    team: TeamName | None
    range: Range
    people: int | None = Field(description="Distinct authors, bots not counted.")
    suppressed: Suppressed | None
    not_kept: NotKept
    cycle_time: Distribution | None
    coding: Distribution | None
    pickup: Distribution | None
    review: Distribution | None
    merge: Distribution | None
    time_to_first_review: Distribution | None
    batch_size: Distribution | None
    review_rate: Ratio | None
    throughput: Throughput | None
    weeks: list[Week]
    histogram: list[Bucket]
    excluded: list[Excluded]
    open: int | None = Field(description="Open now, whenever opened.")
    waiting: int | None = Field(description="Open now, ready, and without a review that counts.")
    closed_unmerged: int | None
    unreviewed: int | None = Field(description="Merged without a review that counts.")
    previous: Previous | None
    versions: Versions
    computed_at: datetime | None


class Point(Result):
    id: int
    number: int
    repository: str
    title: str
    merged_at: datetime
    cycle_seconds: int
    size_lines: int | None


class Scatter(Result):
    """`points` is a fixed sample where the range holds more than can be drawn."""

    points: list[Point]
    n: int
    shown: int
    sampled: bool


class Row(Result):
    """One pull request. It is no aggregate: who has scope over the team may see it."""

    id: int
    repository: str
    number: int
    title: str
    author: str | None = Field(description="Null: the account was deleted.")
    url: str
    state: Literal["open", "merged", "closed"]
    opened_at: datetime
    merged_at: datetime | None
    cycle_seconds: int | None
    coding_seconds: int | None
    pickup_seconds: int | None
    review_seconds: int | None
    merge_seconds: int | None
    first_review_seconds: int | None
    size_lines: int | None
    size_files: int | None
    review_count: int
    stage: Literal["coding", "pickup", "review", "merge"] | None = Field(
        description="Where an open pull request stands; null once it is finished."
    )
    stage_since: datetime | None
    flags: list[str]


class Page(Result):
    items: list[Row]
    total: int
    page: int
    page_size: int


class TimelineEvent(Result):
    at: datetime
    kind: str
    actor: str | None
    counts: bool = Field(description="Whether it begins or ends a stage or counts as a review.")
    note: str | None = Field(description="Why it does not count.")


class Stage(Result):
    name: Literal["coding", "pickup", "review", "merge"]
    from_: datetime = Field(alias="from")
    to: datetime
    seconds: int
    reason: str | None = Field(description="Why it is left out of its distribution.")


class Detail(Row):
    events: list[TimelineEvent]
    stages: list[Stage]
    versions: Versions
