#include "tools/scenarios/hindsight_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "libs/base/time.h"
#include "libs/domain/sentence_words.h"
#include "tools/whistlectl/display.h"

namespace whistle::scenarios {
namespace {

using whistlectl::Table;

constexpr char kDoesNotOccur[] = "does not occur here";

std::string Day(absl::Time time, absl::TimeZone zone) { return absl::FormatTime("%Y-%m-%d", time, zone); }

std::string Day(const std::optional<absl::Time>& time, absl::TimeZone zone, absl::string_view none) {
  return time ? Day(*time, zone) : std::string(none);
}

std::string RuleName(escalation::v1::FindingRule rule) {
  return std::string(absl::StripPrefix(escalation::v1::FindingRule_Name(rule), "FINDING_RULE_"));
}

Table Deadlines(const std::vector<CaseHistory>& histories, absl::TimeZone zone) {
  Table table({"case", "rule", "last_day", "fired", "warned", "lifted", "event", "owed_by"});
  for (const CaseHistory& history : histories) {
    for (const FiredDate& date : FiredDates(history)) {
      const bool owed = !date.owed_by.organization_id().empty();
      // A date is over at the midnight that ends its last day.
      table.AddRow({date.case_name, date.rule, Day(date.due_at - absl::Nanoseconds(1), zone), Day(date.fired_at, zone),
                    Day(date.warned_at, zone, "no"), Day(date.lifted_at, zone, "no"), date.event_id,
                    owed ? domain::NameOf(date.owed_by) : "nobody"});
    }
  }
  return table;
}

Table Clocks(const std::vector<CaseHistory>& histories, absl::TimeZone zone) {
  Table table({"case", "from", "until", "days", "counted", "clock"});
  for (const CaseHistory& history : histories) {
    const intake::v1::Clocks& clocks = history.clocks;
    const absl::Time now = base::FromProto(clocks.now());
    const auto add = [&](const auto& from_at, bool over, const auto& until_at, int days, std::string counted,
                         std::string clock) {
      table.AddRow({history.name, Day(base::FromProto(from_at), zone),
                    over ? Day(base::FromProto(until_at), zone) : "goes on", absl::StrCat(days), std::move(counted),
                    std::move(clock)});
    };
    const absl::Time from = base::FromProto(clocks.statutory_from());
    const absl::Time until = clocks.has_statutory_until() ? base::FromProto(clocks.statutory_until()) : now;
    const absl::CivilDay first = absl::ToCivilDay(from, zone);
    const absl::CivilDay last = absl::ToCivilDay(until, zone);
    // The anniversary of its first day is the first of another year.
    const bool passed = std::pair(last.month(), last.day()) >= std::pair(first.month(), first.day());
    add(clocks.statutory_from(), clocks.has_statutory_until(), clocks.statutory_until(), clocks.statutory_days(),
        absl::StrCat("in year ", last.year() - first.year() + (passed ? 1 : 0)), "statutory clock");
    for (const intake::v1::Dwell& dwell : clocks.dwells()) {
      const absl::Time left = dwell.has_until() ? base::FromProto(dwell.until()) : now;
      // As the clocks count: begun days do not.
      const int days = std::max(0, DaysBetween(base::FromProto(dwell.from()), left, zone) - 1);
      add(dwell.from(), dwell.has_until(), dwell.until(), days,
          absl::StrCat(dwell.days(), dwell.working_days() ? " working days" : " days"),
          absl::StrCat("with ", domain::NameOf(dwell.owner())));
    }
  }
  return table;
}

std::string Proof(const Safeguard& safeguard) {
  const bool one = safeguard.evidence_event_ids.size() == 1;
  return absl::StrCat(safeguard.text, " (", one ? "Event " : "Events ",
                      absl::StrJoin(safeguard.evidence_event_ids, ", "), ".)");
}

Table SafeguardTable(const Scenario& scenario, const std::vector<CaseHistory>& histories) {
  Table table({"safeguard", "first_day", "times", "case", "finding", "proof", "in_reality_by_then"});
  for (const Safeguard& safeguard : Safeguards(histories, scenario.id, scenario.zone)) {
    if (safeguard.times == 0) {
      table.AddRow({RuleName(safeguard.rule), kDoesNotOccur, "0", "", "", "", ""});
      continue;
    }
    const std::string lifted = safeguard.lifted > 0 ? absl::StrCat(" (lifted: ", safeguard.lifted, ")") : "";
    std::string reality = "nothing yet";
    if (safeguard.reality) {
      reality = absl::StrCat(Day(safeguard.reality->at, scenario.zone), " ", safeguard.reality->step, ": ",
                             safeguard.reality->text);
    }
    table.AddRow({RuleName(safeguard.rule), Day(safeguard.fired_at, scenario.zone),
                  absl::StrCat(safeguard.times, lifted), safeguard.case_name, safeguard.finding_id, Proof(safeguard),
                  reality});
  }
  return table;
}

Table StoodBeforeTable(const std::vector<CaseHistory>& histories, absl::TimeZone zone) {
  Table table({"case", "organization", "day", "escalation", "taken", "days_before"});
  for (const CaseHistory& history : histories) {
    const std::optional<StoodBefore> stood = HighestStoodBefore(history);
    if (!stood) continue;
    table.AddRow({stood->case_name, domain::NameOf(stood->organization), Day(stood->at, zone), stood->escalation_id,
                  Day(stood->taken_at, zone, ""),
                  stood->taken_at ? absl::StrCat(DaysBetween(stood->at, *stood->taken_at, zone)) : ""});
  }
  return table;
}

std::string StoodBeforeLine(const StoodBefore& stood, absl::TimeZone zone) {
  std::string line = absl::StrCat(stood.case_name, " would have stood before ", domain::NameOf(stood.organization),
                                  " on ", Day(stood.at, zone));
  if (!stood.taken_at) return absl::StrCat(line, "; it never took the case");
  const int days = DaysBetween(stood.at, *stood.taken_at, zone);
  return absl::StrCat(line, ", ", days < 0 ? -days : days, days < 0 ? " days after " : " days before ",
                      Day(*stood.taken_at, zone));
}

}  // namespace

std::string DescribeHindsight(const Scenario& scenario, const std::vector<CaseHistory>& histories) {
  const Table deadlines = Deadlines(histories, scenario.zone);
  std::string out = "\nthe clocks\n";
  absl::StrAppend(&out, deadlines.size() == 0 ? "no deadline fired\n" : deadlines.ToText(), "\n",
                  Clocks(histories, scenario.zone).ToText(), "\nthe safeguards\n",
                  SafeguardTable(scenario, histories).ToText(), "\n");
  bool any = false;
  for (const CaseHistory& history : histories) {
    const std::optional<StoodBefore> stood = HighestStoodBefore(history);
    if (!stood) continue;
    any = true;
    absl::StrAppend(&out, whistlectl::Printable(StoodBeforeLine(*stood, scenario.zone)), "\n");
  }
  if (!any) absl::StrAppend(&out, "nothing was put before a higher organization by itself\n");
  return out;
}

std::string HindsightJson(const Scenario& scenario, const std::vector<CaseHistory>& histories) {
  return absl::StrCat("{\"deadlines\": ", Deadlines(histories, scenario.zone).ToJson(),
                      ", \"clocks\": ", Clocks(histories, scenario.zone).ToJson(),
                      ", \"safeguards\": ", SafeguardTable(scenario, histories).ToJson(),
                      ", \"stood_before\": ", StoodBeforeTable(histories, scenario.zone).ToJson(), "}");
}

}  // namespace whistle::scenarios
