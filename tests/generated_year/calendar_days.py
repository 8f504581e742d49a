"""Days of work and the ends of days, counted from the published calendar by the words of the policy alone.

A day ends at midnight in the calendar's time zone, the day of the act does not count, and a term is over at the end of its last day.
"""

import datetime
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
CALENDAR = ROOT / "deploy" / "policy" / "calendars" / "china.yaml"
YEAR = 2025
ZONE = datetime.timezone(datetime.timedelta(hours=8))

_DAY = datetime.timedelta(days=1)


def _dates(block, name):
    listed = re.search(rf"{name}: \[(.*?)\]", block, re.DOTALL).group(1)
    return {datetime.date.fromisoformat(day) for day in re.findall(r'"(\d{4}-\d\d-\d\d)"', listed)}


def _published():
    block = re.search(rf"- year: {YEAR}\n(.*?)(?=- year:|\Z)", CALENDAR.read_text(), re.DOTALL).group(1)
    return _dates(block, "days_off"), _dates(block, "workdays")


_DAYS_OFF, _WORKDAYS = _published()


def is_working(day):
    if day.year != YEAR:
        raise ValueError(f"{day} is not in {YEAR}")
    return day in _WORKDAYS or (day.weekday() < 5 and day not in _DAYS_OFF)


def at(day, hour=0, minute=0):
    return datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def end_of(day):
    """The instant at which the day is over."""
    return at(day + _DAY)


def working_day_after(day, count):
    """The `count`-th working day after `day`."""
    while count > 0:
        day += _DAY
        count -= is_working(day)
    return day


def working_days_end(moment, count):
    """The instant at which a term of `count` working days from `moment` on is over."""
    return end_of(working_day_after(moment.date(), count))
