#include "tools/whistlectl/case_dates.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/time.h"
#include "libs/domain/terms.h"

namespace whistle::whistlectl {
namespace {

using common::v1::DueDate;
using common::v1::OrganizationRef;

// What became of a date: the events, each empty if there is none.
struct Fate {
  std::string settled = {};
  std::string overdue = {};
  std::string warned = {};
};

std::string Counted(const DueDate& due) {
  if (due.days() == 0 && due.hours() == 0) return due.has_due_at() ? "given" : "";
  registry::v1::Term term;
  term.set_count(due.hours() > 0 ? due.hours() : due.days());
  term.set_unit(due.hours() > 0      ? registry::v1::TERM_UNIT_HOURS
                : due.working_days() ? registry::v1::TERM_UNIT_WORKING_DAYS
                                     : registry::v1::TERM_UNIT_CALENDAR_DAYS);
  return domain::TermText(term);
}

std::string Due(const DueDate& due) {
  if (!due.has_due_at()) return "none: switched off";
  return due.last_day().empty() ? base::TimeText(base::FromProto(due.due_at())) : due.last_day();
}

std::string Remark(const DueDate& due, const Fate& fate) {
  std::vector<std::string> remarks;
  if (!fate.settled.empty()) remarks.push_back(absl::StrCat("settled (event ", fate.settled, ")"));
  if (!fate.overdue.empty()) remarks.push_back(absl::StrCat("overdue (event ", fate.overdue, ")"));
  if (fate.overdue.empty() && !fate.warned.empty()) remarks.push_back(absl::StrCat("near (event ", fate.warned, ")"));
  if (!due.years_without_calendar().empty()) {
    remarks.push_back(absl::StrCat("no calendar for ", absl::StrJoin(due.years_without_calendar(), ", "),
                                   ": weekends alone are off"));
  }
  return absl::StrJoin(remarks, "; ");
}

class Dates {
 public:
  void Add(const std::string& what, const DueDate& due, const Fate& fate) {
    // Of days alone a calendar says when they end.
    std::string calendar;
    if (due.days() > 0) calendar = due.calendar_version() == 0 ? "none" : absl::StrCat(due.calendar_version());
    table_.AddRow(
        {what, due.rule(), Due(due), Counted(due), absl::StrCat(due.registry_version()), calendar, Remark(due, fate)});
  }
  void Add(const std::string& what, const OrganizationRef& by, const DueDate& due, const Fate& fate) {
    Add(absl::StrCat(what, " by ", by.organization_id()), due, fate);
  }
  Table Take() { return std::move(table_); }

 private:
  Table table_{{"date", "rule", "due", "counted", "policy_version", "calendar_version", "remark"}};
};

void AddIntake(const intake::v1::IntakeState& state, Dates& dates) {
  dates.Add("acceptance", state.acceptance_due(),
            {.settled = state.acceptance_decided_event_id(),
             .overdue = state.acceptance_overdue_event_id(),
             .warned = state.acceptance_warned_event_id()});
  if (state.has_handling_due()) {
    const bool closed = state.header().status() == intake::v1::CASE_STATUS_CLOSED;
    dates.Add("handling", state.handling_due(),
              {.settled = closed ? state.header().status_event_id() : "",
               .overdue = state.handling_overdue_event_id(),
               .warned = state.handling_warned_event_id()});
  }
  for (const auto& [review, what] :
       {std::pair(&state.review(), "review"), std::pair(&state.re_review(), "re-review")}) {
    if (review->review_event_id().empty()) continue;
    dates.Add(what, review->reviewer(), review->due(),
              {.settled = review->decided_event_id(),
               .overdue = review->overdue_event_id(),
               .warned = review->warned_event_id()});
  }
}

void AddAnswers(const response::v1::ResponseState& state, Dates& dates) {
  for (const auto& asked : state.open_assignments()) {
    dates.Add("response", asked.department(), asked.due(),
              {.overdue = asked.overdue_event_id(), .warned = asked.warned_event_id()});
    dates.Add("return", asked.department(), asked.return_by(), {.overdue = asked.first_responsible_event_id()});
  }
}

void AddJoint(const coordination::v1::CoordinationState& state, Dates& dates) {
  for (const auto& whistle : state.open_whistles()) {
    for (const auto& call : whistle.called()) {
      dates.Add("report-in", call.department(), call.due(),
                {.settled = call.reported_event_id(),
                 .overdue = call.unanswered_event_id(),
                 .warned = call.warned_event_id()});
    }
  }
  for (const auto& made : state.open_commitments()) {
    dates.Add("commitment", made.organization(), made.due(),
              {.overdue = made.broken_event_id(), .warned = made.warned_event_id()});
  }
  for (const auto& item : state.open_items()) {
    if (item.has_due()) dates.Add("item", item.responsible(), item.due(), {});
  }
}

void AddAccount(const escalation::v1::EscalationCase& account, Dates& dates) {
  if (account.has_escalation()) {
    const auto& escalation = account.escalation();
    dates.Add("escalation answered", escalation.raised().to(), escalation.raised().due(),
              {.overdue = escalation.unanswered_event_id(), .warned = escalation.warned_event_id()});
  }
  if (account.has_handling()) {
    const auto& handling = account.handling();
    dates.Add("upgraded handling", handling.upgraded().lead(), handling.upgraded().due(),
              {.overdue = handling.overdue_event_id(), .warned = handling.warned_event_id()});
  }
  for (const auto& letter : account.letters()) {
    dates.Add("rectification", letter.issued().addressee(), letter.rectify_by(),
              {.overdue = letter.overdue_event_id(), .warned = letter.warned_event_id()});
  }
}

}  // namespace

Table CaseDates(const intake::v1::IntakeState& intake, const response::v1::ResponseState& answers,
                const coordination::v1::CoordinationState& joint, const escalation::v1::EscalationCase& account) {
  Dates dates;
  AddIntake(intake, dates);
  AddAnswers(answers, dates);
  AddJoint(joint, dates);
  AddAccount(account, dates);
  return dates.Take();
}

}  // namespace whistle::whistlectl
