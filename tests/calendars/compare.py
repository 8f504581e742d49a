#!/usr/bin/env python3
"""Compares the shipped calendar, day by day, with two others: the one it was taken from and an independent one.

Run with build/python/bin/python (tools/install). Exit status 1 and every differing day if they do not agree.
"""

import datetime
import importlib.metadata
import json
import pathlib
import re
import subprocess
import sys

import chinese_calendar

ROOT = pathlib.Path(__file__).resolve().parents[2]
OURS = ROOT / "deploy" / "policy" / "calendars" / "china.yaml"
NODE_MODULES = ROOT / "build" / "node" / "node_modules"

DAYS = re.compile(r'"(\d{4}-\d{2}-\d{2})"')

# Prints {"version": …, "worked": [day, …]} for the days on its standard input.
ASK_NODE = """
const days = require(process.argv[1] + '/chinese-days');
const wanted = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const version = JSON.parse(require('fs').readFileSync(process.argv[1] + '/chinese-days/package.json')).version;
console.log(JSON.stringify({version, worked: wanted.filter((day) => days.isWorkday(day))}));
"""


def read_ours():
    """Years, days off and days worked, by the file's own plain layout: no YAML library, and none of Whistle's code."""
    years, listed, into = [], {"days_off": set(), "workdays": set()}, None
    for line in OURS.read_text(encoding="utf-8").splitlines():
        if year := re.match(r"    - year: (\d{4})$", line):
            years.append(int(year[1]))
        elif key := re.match(r"      (days_off|workdays|source):", line):
            into = key[1]
        if into in listed:
            listed[into].update(DAYS.findall(line))
    if not years or not all(listed.values()):
        sys.exit(f"{OURS}: no years, days_off or workdays found: has its layout changed?")
    return years, listed["days_off"], listed["workdays"]


def days_of(years):
    for year in years:
        day = datetime.date(year, 1, 1)
        while day.year == year:
            yield day
            day += datetime.timedelta(days=1)


def main():
    years, off, worked = read_ours()
    days = list(days_of(years))
    asked = json.dumps([str(day) for day in days])
    answer = json.loads(
        subprocess.run(["node", "-e", ASK_NODE, str(NODE_MODULES)], input=asked, capture_output=True, text=True, check=True).stdout
    )
    theirs = set(answer["worked"])
    differences = 0
    for day in days:
        text = str(day)
        says = {
            "china.yaml": text in worked or (day.weekday() < 5 and text not in off),
            "chinesecalendar": chinese_calendar.is_workday(day),
            "chinese-days": text in theirs,
        }
        if len(set(says.values())) > 1:
            differences += 1
            print(f"{text} ({day:%A}): " + ", ".join(f"{who} {'worked' if is_worked else 'off'}" for who, is_worked in says.items()))
    print(
        f"days compared {len(days)} ({years[0]} to {years[-1]}), differences {differences}: china.yaml, "
        f"chinesecalendar {importlib.metadata.version('chinesecalendar')}, chinese-days {answer['version']}"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
