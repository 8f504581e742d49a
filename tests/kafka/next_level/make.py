#!/usr/bin/env python3
"""Makes the sources of a Whistle that knows one level more, as the build after the next release would: for trying a rolling upgrade.

usage: make.py OUT_FOLDER

Level 2 has one event type more, ContactWitnessed, and one field more, ContactRecorded.witness. RecordContact writes both if its request
names a witness; below level 2 that is refused. Every edit must find its place exactly once, or this fails: what has moved must be edited
where it is now. Files that need no change keep their times, so that a second build is short.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]

CONTACT = "proto/whistle/intake/v1/events.proto"
JOURNAL = "proto/whistle/journal/v1/journal.proto"
COMMANDS = "proto/whistle/intake/v1/service.proto"
LEVEL = "libs/domain/level.h"
ACCEPTANCE = "libs/engine/acceptance.cc"
CASES = "libs/domain/event_cases.h"
SENTENCE = "libs/domain/sentence_intake.cc"
DECIDE = "services/intake/contacts.cc"
FIRED = "libs/backtest/fired.cc"
# That list every event, and do nothing where a date of intake's comes near.
LISTS = [*(f"services/{service}/evolve.cc" for service in ("intake", "response", "coordination", "escalation")), "services/escalation/observed.cc"]
# What stands where every event is listed, and nowhere else: the first event of intake's vocabulary and one of the registry's.
LISTS_ALL = ("case Event::kCaseRegistered:", "case Event::kLevelRaised:")

# File → (what stands there, what stands there then).
EDITS = {
    CONTACT: [(
        "// One more petitioner raises the same matter.\n",
        "// Somebody saw the contact before it in the same decision. Level 2.\n"
        "message ContactWitnessed {\n  // Who, in their own words.\n  string witness = 1;\n}\n\n"
        "// One more petitioner raises the same matter.\n"),
        ("  whistle.common.v1.OrganizationRef recorded_by = 5;\n}\n\n// Somebody saw",
         "  whistle.common.v1.OrganizationRef recorded_by = 5;\n  // Who saw it. Level 2.\n  string witness = 6;\n}\n\n// Somebody saw")],
    JOURNAL: [(
        "    whistle.intake.v1.ReviewOverdue review_overdue = 125;\n",
        "    whistle.intake.v1.ReviewOverdue review_overdue = 125;\n    whistle.intake.v1.ContactWitnessed contact_witnessed = 126;\n")],
    COMMANDS: [(
        "  // Which petitioner, by random id; empty: the actor's, if it names one.\n  string petitioner_id = 5;\n",
        "  // Which petitioner, by random id; empty: the actor's, if it names one.\n  string petitioner_id = 5;\n"
        "  // Who saw it; from level 2 on.\n  string witness = 6;\n")],
    LEVEL: [("inline constexpr uint32_t kLevelMax = 1;", "inline constexpr uint32_t kLevelMax = 2;")],
    ACCEPTANCE: [("constexpr Vocabulary kVocabularies[] = {\n", "constexpr Vocabulary kVocabularies[] = {\n    {2, 126, 126},\n")],
    CASES: [(
        "  case ::whistle::journal::v1::Event::kReviewOverdue:             \\\n",
        "  case ::whistle::journal::v1::Event::kReviewOverdue:             \\\n"
        "  case ::whistle::journal::v1::Event::kContactWitnessed:          \\\n")],
    SENTENCE: [(
        "    case Event::kIntakeDeadlineApproaching:\n",
        "    case Event::kContactWitnessed:\n"
        "      return absl::StrCat(event.contact_witnessed().witness(), \" saw it.\");\n"
        "    case Event::kIntakeDeadlineApproaching:\n")],
    DECIDE: [(
        "  if (auto acting = ActingIfOrganization(context)) *body->mutable_recorded_by() = *std::move(acting);\n"
        "  return domain::Events{std::move(event)};\n}\n\nOutcome Decide(const State& state, const v1::JoinPetitionerRequest&",
        "  if (auto acting = ActingIfOrganization(context)) *body->mutable_recorded_by() = *std::move(acting);\n"
        "  if (request.witness().empty()) return domain::Events{std::move(event)};\n"
        "  if (context.registry->level() < 2) {\n"
        "    return domain::Illegal(\"level_too_low\", \"witness\", \"level 2\", \"the level is 1\");\n"
        "  }\n"
        "  body->set_witness(request.witness());\n"
        "  journal::v1::Event witnessed = context.NewEvent();\n"
        "  witnessed.mutable_contact_witnessed()->set_witness(request.witness());\n"
        "  return domain::Events{std::move(event), std::move(witnessed)};\n}\n\n"
        "Outcome Decide(const State& state, const v1::JoinPetitionerRequest&")],
    FIRED: [("    case Event::kCaseRegistered:\n", "    case Event::kContactWitnessed:\n    case Event::kCaseRegistered:\n")],
    **{path: [("    case Event::kIntakeDeadlineApproaching:\n",
               "    case Event::kContactWitnessed:\n    case Event::kIntakeDeadlineApproaching:\n")] for path in LISTS},
}  # fmt: skip


def edited(path, text):
    for old, new in EDITS.get(path, ()):
        if text.count(old) != 1:
            sys.exit(f"{path}: expected once, found {text.count(old)} times:\n{old}")
        text = text.replace(old, new)
    if path not in EDITS and path.endswith(".cc") and all(case in text for case in LISTS_ALL):
        sys.exit(f"{path}: lists every event, and would not compile with one more: edit it here too")
    return text


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = pathlib.Path(sys.argv[1])
    tracked = subprocess.run(["git", "-C", ROOT, "ls-files"], check=True, capture_output=True, text=True).stdout.splitlines()
    missing = EDITS.keys() - set(tracked)
    if missing:
        sys.exit(f"not there any more: {' '.join(sorted(missing))}")
    for path in tracked:
        source = (ROOT / path).read_bytes()
        if path in EDITS or path.endswith((".cc", ".h")):
            source = edited(path, source.decode()).encode()
        copy = out / path
        if copy.exists() and copy.read_bytes() == source:
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source)
        copy.chmod((ROOT / path).stat().st_mode)


if __name__ == "__main__":
    main()
