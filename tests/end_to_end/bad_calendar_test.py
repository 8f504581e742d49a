#!/usr/bin/env python3
"""Gives `whistlectl registry apply` calendar files that are wrong, and asks of each: does the answer name line, field and what would do,
and is what is in force as it was?

    build/python/bin/python tests/end_to_end/bad_calendar_test.py

Every file is deploy/policy/calendars/china.yaml with one thing changed. The last thing printed is the table: wrong calendar → answer.
"""

import unittest

from harness import ROOT
from wrong_files import WrongFiles

SOUND = (ROOT / "deploy" / "policy" / "calendars" / "china.yaml").read_text()
OFFSET = '  utc_offset: "+08:00"\n'
YEARS = "  years:\n"
YEAR_2023 = "    - year: 2023\n"
YEAR_2024 = "    - year: 2024\n"
SPRING_2024 = '        "2024-02-12", "2024-02-13", "2024-02-14", "2024-02-15", "2024-02-16",\n'
SUNDAYS_2024 = '        "2024-02-04", "2024-02-18",\n'
SOURCE_2024 = '      source: "国务院办公厅关于2024年部分节假日安排的通知 (国办发明电〔2023〕7号)"\n'
SMALL = {
    "title": "Small",
    "utc_offset": "+08:00",
    "years": [{"year": 2024, "source": "a notice", "days_off": ["2024-01-01"], "workdays": ["2024-02-04"]}],
}


class WrongCalendars(WrongFiles):
    kind = "calendar"
    sound = SOUND

    def test_keys(self):
        self.refused(
            "a misspelt key", OFFSET, OFFSET.replace("utc_offset", "utc_ofset"), "utc_ofset",
            "calendar.utc_ofset: ", "did you mean utc_offset?",
        )
        self.refused(
            "a key that a year has not", YEAR_2024, YEAR_2024 + "      colour: red\n", "colour: red",
            "calendar.years[5].colour: ", "it has: year, source, days_off, workdays",
        )
        self.refused(
            "a year's number given twice", YEAR_2024, YEAR_2024 + "      year: 2025\n", "      year: 2025",
            "calendar.years[5].year: given twice",
        )
        self.refused("a second calendar", SOUND, SOUND + "calendar: {}\n", "calendar: {}", "calendar: given twice")

    def test_what_is_missing(self):
        self.refused(
            "no title", "  title: China, as published by the State Council\n", "", OFFSET,
            "calendar.title: ", "found nothing",
        )
        self.refused("no time zone", OFFSET, "", "  title: ", "calendar.utc_offset: ", '"+08:00"', "found nothing")
        self.refused(
            "a year without its notice", SOURCE_2024, "", YEAR_2024, "calendar.years[5].source: ", "found nothing"
        )
        self.refused("no years", SOUND[SOUND.index(YEARS) :], "  years: []\n", "  years: []", "calendar.years: ", "1 to 64 years")

    def test_time_zones(self):
        for what, offset in (
            ("a time zone by name", "Asia/Shanghai"),
            ("an offset of one digit", "+8:00"),
            ("an offset of 15 hours", "+15:00"),
            ("an offset of odd minutes", "+08:20"),
        ):
            self.refused(
                what, OFFSET, OFFSET.replace("+08:00", offset), offset, "calendar.utc_offset: ", 'as "+08:00"', "minutes 00, 30 or 45", f'found "{offset}"'
            )

    def test_years(self):
        self.refused(
            "a year twice", YEAR_2024, YEAR_2023.replace("- year", "- year "), "- year : 2023",
            "calendar.years[5].year: ", "a year after 2023", "found 2023",
        )
        self.refused(
            "years out of order", YEAR_2024, "    - year: 2018\n", "- year: 2018",
            "calendar.years[5].year: ", "a year after 2023: in order", "found 2018",
        )
        self.refused(
            "a year before 1900", YEAR_2024, "    - year: 1899\n", "- year: 1899", "calendar.years[5].year: ", "1900 to 9999"
        )
        self.refused(
            "a year of five digits", YEAR_2024, "    - year: 10000\n", "- year: 10000", "calendar.years[5].year: ", "1900 to 9999"
        )
        self.refused(
            "a year in words", YEAR_2024, "    - year: dragon\n", "- year: dragon",
            "calendar.years[5].year: ", 'a whole number, found "dragon"',
        )
        more = "".join(f"    - {{year: {year}, source: a notice}}\n" for year in range(2027, 2084))
        self.refused(
            "65 years", SOUND, SOUND + more, "    - year: 2019\n", "calendar.years: ", "1 to 64 years", "found 65"
        )

    def test_days(self):
        day = lambda new: SPRING_2024.replace("2024-02-14", new)
        off = "calendar.years[5].days_off[3]: "
        for what, wrong, words in (
            ("a day that there is not", "2024-02-30", ('a day, as "2024-02-04"', 'found "2024-02-30"')),
            ("a month of one digit", "2024-2-14", ('a day, as "2024-02-04"', 'found "2024-2-14"')),
            ("a day in words", "Valentine's", ('a day, as "2024-02-04"', "found \"Valentine's\"")),
            ("a day with an hour", "2024-02-14 09:00", ('a day, as "2024-02-04"',)),
            ("a day of another year", "2023-02-14", ("a day of 2024", "found 2023-02-14")),
            ("days out of order", "2024-02-08", ("a day after 2024-02-13: in order, each once", "found 2024-02-08")),
            ("a Saturday off", "2024-02-17", ("a day from Monday to Friday: weekends are off anyway, leave it out", "2024-02-17")),
        ):
            self.refused(what, SPRING_2024, day(wrong), day(wrong), off, *words)
        twice = SPRING_2024.replace('"2024-02-14"', '"2024-02-13"')
        self.refused("a day off twice", SPRING_2024, twice, twice, off, "a day after 2024-02-13: in order, each once")
        monday = SUNDAYS_2024.replace("2024-02-18", "2024-02-19")
        self.refused(
            "a Monday worked", SUNDAYS_2024, monday, monday,
            "calendar.years[5].workdays[1]: ", "a Saturday or Sunday: other days are worked anyway, leave it out", "2024-02-19",
        )
        self.refused(
            "one day where a list belongs", YEAR_2024, YEAR_2024 + '      workdays: "2024-02-04"\n', 'workdays: "2024',
            "calendar.years[5].workdays: expected a list",
        )

    def test_what_is_not_yaml(self):
        self.refused("a tab", OFFSET, "\t" + OFFSET.strip() + "\n", "\tutc_offset", "indented with a tab: use spaces")
        self.refused("a calendar without a value", SOUND, "calendar:\n", "calendar:", "calendar: has no value")

    def test_the_service_names_the_same_fields(self):
        for what, changes, field in (
            ("sent: no title", {"title": ""}, "calendar.title"),
            ("sent: a time zone by name", {"utc_offset": "Asia/Shanghai"}, "calendar.utc_offset"),
            ("sent: no years", {"years": []}, "calendar.years"),
            ("sent: a year without its notice", {"years": [{"year": 2024}]}, "calendar.years[0].source"),
            (
                "sent: a Sunday off",
                {"years": [{"year": 2024, "source": "a notice", "days_off": ["2024-01-01", "2024-02-04"]}]},
                "calendar.years[0].days_off[1]",
            ),
        ):
            self.refused_by_the_service(what, field, "RegistryService/AdoptCalendar", calendar={**SMALL, **changes})

    def test_the_sound_one_is_adopted_and_then_in_force(self):
        self.adopted_once()
        in_force = self.client.call("RegistryService/GetCalendar").calendar
        self.assertEqual([year.year for year in in_force.years], list(range(2019, 2027)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
