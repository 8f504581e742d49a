// What a told story shows once it is over: which dates fired, where the two clocks stand, when each safeguard saw what
// was wrong and what had happened in reality by then, and when a case stood before whoever is highest by itself.
//
// Nothing is decided here: everything is read off the timelines and clocks that services answer.
//
// Pure; any thread may call. A history must outlive what was made of it.
#ifndef WHISTLE_TOOLS_SCENARIOS_HINDSIGHT_H_
#define WHISTLE_TOOLS_SCENARIOS_HINDSIGHT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/escalation/v1/events.pb.h"
#include "whistle/intake/v1/service.pb.h"
#include "whistle/timeline/v1/service.pb.h"

namespace whistle::scenarios {

// One case of the story, as services tell it.
struct CaseHistory {
  // As the story's file names it.
  std::string name;
  // From the first decision on.
  std::vector<timeline::v1::TimelineEntry> entries;
  intake::v1::Clocks clocks;
};

// A date that passed with what was owed undone, as the agenda said. The time for returning an assignment is not among
// them: to return it is a choice, not a debt.
struct FiredDate {
  std::string case_name;
  // The event that says it, and the clock, as in Obligation.rule.
  std::string event_id;
  std::string rule;
  // The end of the last day.
  absl::Time due_at;
  absl::Time fired_at;
  // Empty name and id if nobody owed it.
  common::v1::OrganizationRef owed_by;
  std::optional<absl::Time> warned_at;
  std::optional<absl::Time> lifted_at;
};

// In the order in which they fired, case by case.
std::vector<FiredDate> FiredDates(const CaseHistory& history);

// What persons had last done before a day.
struct Reality {
  absl::Time at;
  // The step of the story that told it ("visits:3"); empty if another client did.
  std::string step;
  // In a sentence.
  std::string text;
};

// What one rule that looks made of the story.
struct Safeguard {
  escalation::v1::FindingRule rule = escalation::v1::FINDING_RULE_UNSPECIFIED;
  // How often it found something, and how many of these findings were lifted since.
  int times = 0;
  int lifted = 0;
  // The first finding; not set where times is 0.
  std::string case_name;
  std::string finding_id;
  absl::Time fired_at;
  std::vector<std::string> evidence_event_ids;
  std::string text;
  // Nothing if the case began on that day.
  std::optional<Reality> reality;
};

// One for every rule, in the order of the vocabulary, over all cases. `scenario_id` begins the request ids of the
// story's steps; days begin at midnight in `zone`.
std::vector<Safeguard> Safeguards(const std::vector<CaseHistory>& histories, absl::string_view scenario_id,
                                  absl::TimeZone zone);

// The case before the highest organization that it was put before by itself, against the day on which persons let that
// organization take it.
struct StoodBefore {
  std::string case_name;
  std::string escalation_id;
  common::v1::OrganizationRef organization;
  absl::Time at;
  // Nothing if it never took the case.
  std::optional<absl::Time> taken_at;
};

// Nothing if the case was put before nobody by itself.
std::optional<StoodBefore> HighestStoodBefore(const CaseHistory& history);

// Days by the calendar of `zone` from the one to the other; negative if `to` lies on an earlier day.
int DaysBetween(absl::Time from, absl::Time to, absl::TimeZone zone);

}  // namespace whistle::scenarios

#endif  // WHISTLE_TOOLS_SCENARIOS_HINDSIGHT_H_
