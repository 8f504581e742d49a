#include "tests/bench/year/ledger.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"

namespace whistle::year {
namespace {

using journal::v1::Event;

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr int64_t kLateMs = 1000;
constexpr int64_t kDayMs = 24 * 3600 * 1000;
constexpr size_t kExamplesMax = 20;

int64_t Millis(const google::protobuf::Timestamp& time) { return absl::ToUnixMillis(base::FromProto(time)); }

std::string Text(int64_t ms) { return base::TimeText(absl::FromUnixMillis(ms)); }

std::string CallOf(const std::string& whistle_id, const common::v1::OrganizationRef& department) {
  return absl::StrCat(whistle_id, "/", department.organization_id());
}

}  // namespace

absl::string_view FaultName(Fault fault) {
  switch (fault) {
    case Fault::kMissing:
      return "missing";
    case Fault::kTwice:
      return "twice";
    case Fault::kEarly:
      return "early";
    case Fault::kLate:
      return "late";
    case Fault::kForNothing:
      return "for nothing";
    case Fault::kTwoRungs:
      return "two rungs";
    case Fault::kUnforeseen:
      return "unforeseen";
  }
  return "?";
}

void Ledger::Blame(Fault fault, const std::string& case_id, const std::string& why) {
  ++verdict_.faults[fault];
  if (verdict_.examples.size() < kExamplesMax) {
    verdict_.examples.push_back(absl::StrCat(FaultName(fault), ": case ", case_id, ": ", why));
  }
}

int64_t Ledger::FiresAt(int64_t date, int64_t since) const {
  if (date == kNever) return kNever;
  const int64_t free = std::max(date, since);
  for (const Outage& outage : outages_) {
    if (free > absl::ToUnixMillis(outage.from) && free < absl::ToUnixMillis(outage.to)) {
      return absl::ToUnixMillis(outage.to);
    }
  }
  return free;
}

void Ledger::Check(const std::string& case_id, Debt& debt, int64_t at, bool settling) {
  if (debt.settled || debt.resting) return;
  // Owed again and done at one moment (the case is reopened, and somebody had kept the promise): whether it fires in
  // between is nobody's matter.
  const bool either = settling && debt.since == at;
  const int64_t passes = FiresAt(debt.due, debt.since);
  const int64_t warns = FiresAt(debt.warn, debt.since);
  // A warning that comes after the date is none.
  const bool wants_warning = warns <= at && warns < debt.due && (debt.warned || !either);
  if (wants_warning && !std::exchange(debt.warning_counted, true)) {
    ++verdict_.had_to_fire;
    if (!debt.warned) {
      Blame(Fault::kMissing, case_id,
            absl::StrCat("the warning of ", debt.rule, " ", debt.subject, " at ", Text(debt.warn)));
    }
  }
  if (passes <= at && (debt.passed || !either) && !std::exchange(debt.passing_counted, true)) {
    ++verdict_.had_to_fire;
    if (!debt.passed) {
      Blame(Fault::kMissing, case_id, absl::StrCat(debt.rule, " ", debt.subject, ", due ", Text(debt.due)));
    }
  }
}

void Ledger::NoteFired(const Entry& entry, const Debt& debt, absl::string_view what, int64_t date) {
  ++verdict_.fired;
  ++verdict_.fired_by_day[entry.at / kDayMs];
  verdict_.lateness_ms.push_back(entry.at - std::max(date, debt.since));
  const std::string about =
      absl::StrCat(what, " of ", debt.rule, " ", debt.subject, ", due ", Text(date), ", fired at ", Text(entry.at));
  if (entry.at < date) return Blame(Fault::kEarly, entry.case_id, about);
  if (entry.at > FiresAt(date, debt.since) + kLateMs) Blame(Fault::kLate, entry.case_id, about);
}

namespace {

template <typename Debts>
auto* Find(Debts& debts, absl::string_view rule, const std::string& subject) {
  const auto found =
      std::find_if(debts.begin(), debts.end(), [&](const auto& d) { return d.rule == rule && d.subject == subject; });
  return found == debts.end() ? nullptr : &*found;
}

}  // namespace

void Ledger::Owe(const Entry& entry, absl::string_view rule, const std::string& subject, const common::v1::DueDate& due,
                 bool rests_with_case) {
  if (!due.has_due_at()) return;
  if (Find(entry.book.debts, rule, subject) != nullptr) return PutOff(entry, rule, subject, due);
  Debt& debt = entry.book.debts.emplace_back();
  debt.rule = std::string(rule);
  debt.subject = subject;
  debt.due = Millis(due.due_at());
  debt.warn = due.has_warn_at() ? Millis(due.warn_at()) : kNever;
  debt.since = entry.at;
  debt.rests_with_case = rests_with_case;
  debt.resting = rests_with_case && !entry.book.open;
  ++verdict_.rules[debt.rule].set;
}

void Ledger::PutOff(const Entry& entry, absl::string_view rule, const std::string& subject,
                    const common::v1::DueDate& due) {
  Debt* debt = Find(entry.book.debts, rule, subject);
  if (debt == nullptr) return Blame(Fault::kUnforeseen, entry.case_id, absl::StrCat("no ", rule, " ", subject));
  Check(entry.case_id, *debt, entry.at);
  debt->due = Millis(due.due_at());
  debt->warn = due.has_warn_at() ? Millis(due.warn_at()) : kNever;
  debt->since = entry.at;
  debt->warned = debt->passed = debt->settled = debt->warning_counted = debt->passing_counted = false;
  ++verdict_.rules[debt->rule].set;
}

void Ledger::Settle(const Entry& entry, absl::string_view rule, const std::string& subject) {
  Debt* debt = Find(entry.book.debts, rule, subject);
  if (debt == nullptr || debt->settled) return;
  Check(entry.case_id, *debt, entry.at, /*settling=*/true);
  debt->settled = true;
  if (entry.at < debt->due) ++verdict_.rules[debt->rule].met;
}

void Ledger::Warned(const Entry& entry, const common::v1::DeadlineApproaching& approaching) {
  if (approaching.rule() == "no_owner") return;
  Debt* debt = Find(entry.book.debts, approaching.rule(), approaching.subject());
  const std::string about = absl::StrCat("a warning of ", approaching.rule(), " ", approaching.subject());
  if (debt == nullptr || debt->settled || debt->resting || debt->warn == kNever || entry.at >= debt->due ||
      Millis(approaching.due_at()) != debt->due) {
    return Blame(Fault::kForNothing, entry.case_id, about);
  }
  if (std::exchange(debt->warned, true)) return Blame(Fault::kTwice, entry.case_id, about);
  ++verdict_.rules[debt->rule].warned;
  NoteFired(entry, *debt, "the warning", debt->warn);
}

void Ledger::Passed(const Entry& entry, absl::string_view rule, const std::string& subject) {
  Debt* debt = Find(entry.book.debts, rule, subject);
  const std::string about = absl::StrCat(rule, " ", subject);
  if (debt == nullptr) return Blame(Fault::kForNothing, entry.case_id, about);
  if (debt->passed) return Blame(Fault::kTwice, entry.case_id, about);
  if (debt->settled || debt->resting) return Blame(Fault::kForNothing, entry.case_id, about);
  debt->passed = true;
  ++verdict_.rules[debt->rule].passed;
  NoteFired(entry, *debt, "the date", debt->due);
}

void Ledger::Rest(const Entry& entry, bool open) {
  entry.book.open = open;
  for (Debt& debt : entry.book.debts) {
    if (!debt.rests_with_case || debt.settled || debt.resting == !open) continue;
    if (open) {
      debt.since = entry.at;
    } else {
      Check(entry.case_id, debt, entry.at);
    }
    debt.resting = !open;
  }
}

void Ledger::Add(const std::string& case_id, uint64_t version, absl::Time recorded_at,
                 const journal::v1::Decision& decision) {
  Case& book = cases_[case_id];
  const int64_t fired_before = verdict_.fired;
  int raised = 0;
  for (int i = 0; i < decision.events_size(); ++i) {
    const Event& event = decision.events(i);
    AddEvent({case_id, book, absl::StrCat(version, ".", i + 1), absl::ToUnixMillis(recorded_at), event});
    if (event.has_escalation_raised() && ++raised > 1) {
      Blame(Fault::kTwoRungs, case_id, absl::StrCat("decision ", version, " raises two escalations"));
    }
  }
  if (decision.actor().kind() == common::v1::ACTOR_KIND_AGENDA && verdict_.fired == fired_before) {
    ++verdict_.other_agenda_decisions;
  }
}

void Ledger::AddEvent(const Entry& entry) {
  switch (entry.event.body_case()) {
    case Event::kIntakeDeadlineApproaching:
      return Warned(entry, entry.event.intake_deadline_approaching());
    case Event::kResponseDeadlineApproaching:
      return Warned(entry, entry.event.response_deadline_approaching());
    case Event::kCoordinationDeadlineApproaching:
      return Warned(entry, entry.event.coordination_deadline_approaching());
    case Event::kEscalationDeadlineApproaching:
      return Warned(entry, entry.event.escalation_deadline_approaching());
    default:
      break;
  }
  const int number = static_cast<int>(entry.event.body_case());
  if (number < 200) return AddIntake(entry);
  if (number < 300) return AddResponse(entry);
  if (number < 400) return AddCoordination(entry);
  return AddEscalation(entry);
}

void Ledger::AddIntake(const Entry& entry) {
  const Event& event = entry.event;
  switch (event.body_case()) {
    case Event::kCaseRegistered:
      return Owe(entry, "acceptance", "acceptance", event.case_registered().acceptance_due());
    case Event::kCaseAccepted:
      Settle(entry, "acceptance", "acceptance");
      return Owe(entry, "handling", "handling", event.case_accepted().handling_due());
    case Event::kHandlingExtended:
      return PutOff(entry, "handling", "handling", event.handling_extended().due());
    case Event::kCaseClosed:
      return Rest(entry, /*open=*/false);
    case Event::kCaseReopened: {
      // The date it had goes on; one that passed has passed.
      const Debt* handling = Find(entry.book.debts, "handling", "handling");
      if (handling == nullptr || handling->due != Millis(event.case_reopened().handling_due().due_at())) {
        Blame(Fault::kUnforeseen, entry.case_id, "reopened with another date for handling");
      }
      return Rest(entry, /*open=*/true);
    }
    case Event::kReviewRequested:
      return Owe(entry, "review_decision", entry.id, event.review_requested().due(), /*rests_with_case=*/false);
    case Event::kReReviewRequested:
      return Owe(entry, "review_decision", entry.id, event.re_review_requested().due(), /*rests_with_case=*/false);
    case Event::kReviewDecided:
      return Settle(entry, "review_decision", event.review_decided().review_event_id());
    case Event::kAcceptanceOverdue:
      return Passed(entry, "acceptance", "acceptance");
    case Event::kHandlingOverdue:
      return Passed(entry, "handling", "handling");
    case Event::kReviewOverdue:
      return Passed(entry, "review_decision", event.review_overdue().review_event_id());
    case Event::kHandlerAssigned:
      return;
    default:
      return Blame(Fault::kUnforeseen, entry.case_id, event.ShortDebugString());
  }
}

void Ledger::AddResponse(const Entry& entry) {
  const Event& event = entry.event;
  switch (event.body_case()) {
    case Event::kResponseRequested:
      Owe(entry, "response", entry.id, event.response_requested().due());
      Owe(entry, "assignment_return", entry.id, event.response_requested().return_by());
      // To return is a choice, not a debt: nobody is warned of it.
      Find(entry.book.debts, "assignment_return", entry.id)->warn = kNever;
      return;
    case Event::kAssignmentReturned:
      Settle(entry, "response", event.assignment_returned().assignment_id());
      return Settle(entry, "assignment_return", event.assignment_returned().assignment_id());
    case Event::kResponseSubmitted:
      Settle(entry, "response", event.response_submitted().assignment_id());
      return Settle(entry, "assignment_return", event.response_submitted().assignment_id());
    case Event::kExtensionGranted:
      return PutOff(entry, "response", event.extension_granted().assignment_id(), event.extension_granted().new_due());
    case Event::kResponseOverdue:
      return Passed(entry, "response", event.response_overdue().assignment_id());
    case Event::kReturnTermPassed:
      return Passed(entry, "assignment_return", event.return_term_passed().assignment_id());
    default:
      return Blame(Fault::kUnforeseen, entry.case_id, event.ShortDebugString());
  }
}

void Ledger::AddCoordination(const Entry& entry) {
  const Event& event = entry.event;
  switch (event.body_case()) {
    case Event::kWhistleBlown:
      for (const auto& call : event.whistle_blown().called()) {
        Owe(entry, "whistle", CallOf(entry.id, call.department()), call.due());
      }
      return;
    case Event::kDepartmentReportedIn: {
      const auto& reported = event.department_reported_in();
      return Settle(entry, "whistle", CallOf(reported.whistle_id(), reported.department()));
    }
    case Event::kWhistleUnanswered: {
      const auto& unanswered = event.whistle_unanswered();
      return Passed(entry, "whistle", CallOf(unanswered.whistle_id(), unanswered.department()));
    }
    case Event::kCommitmentMade:
      return Owe(entry, "commitment", entry.id, event.commitment_made().due());
    case Event::kCommitmentKept:
      return Settle(entry, "commitment", event.commitment_kept().commitment_id());
    case Event::kCommitmentBroken:
      return Passed(entry, "commitment", event.commitment_broken().commitment_id());
    default:
      return Blame(Fault::kUnforeseen, entry.case_id, event.ShortDebugString());
  }
}

void Ledger::Climbed(const Entry& entry) {
  const auto& unanswered = entry.event.escalation_unanswered();
  Passed(entry, "escalation_rung", unanswered.escalation_id());
  if (std::exchange(entry.book.climbed_at, entry.at) == entry.at) {
    Blame(Fault::kTwoRungs, entry.case_id, absl::StrCat("two rungs passed at ", Text(entry.at)));
  }
  const auto& superiors = unanswered.to().superior_ids();
  entry.book.next_rung = superiors.empty() ? "" : superiors[0];
  if (unanswered.next().organization_id() != entry.book.next_rung) {
    Blame(Fault::kTwoRungs, entry.case_id,
          absl::StrCat("from ", unanswered.to().organization_id(), " to ", unanswered.next().organization_id()));
  }
}

void Ledger::Raised(const Entry& entry) {
  const auto& raised = entry.event.escalation_raised();
  if (raised.trigger() == escalation::v1::ESCALATION_TRIGGER_RUNG_UNANSWERED &&
      (entry.book.climbed_at != entry.at || raised.to().organization_id() != entry.book.next_rung)) {
    Blame(Fault::kTwoRungs, entry.case_id,
          absl::StrCat("escalation ", entry.id, " goes to ", raised.to().organization_id()));
  }
  Settle(entry, "escalation_rung", raised.previous_escalation_id());
  Owe(entry, "escalation_rung", entry.id, raised.due());
}

void Ledger::AddEscalation(const Entry& entry) {
  const Event& event = entry.event;
  switch (event.body_case()) {
    case Event::kEscalationRaised:
      return Raised(entry);
    case Event::kEscalationUnanswered:
      return Climbed(entry);
    case Event::kEscalationDeclined:
      return Settle(entry, "escalation_rung", event.escalation_declined().escalation_id());
    case Event::kHandlingUpgraded:
      Settle(entry, "escalation_rung", event.handling_upgraded().escalation_id());
      Settle(entry, "upgraded_handling", event.handling_upgraded().replaces_handling_id());
      return Owe(entry, "upgraded_handling", entry.id, event.handling_upgraded().due());
    case Event::kHandlingCompleted:
      return Settle(entry, "upgraded_handling", event.handling_completed().handling_id());
    case Event::kUpgradedHandlingOverdue:
      return Passed(entry, "upgraded_handling", event.upgraded_handling_overdue().handling_id());
    case Event::kSuggestionIssued:
      return Owe(entry, "rectification", entry.id, event.suggestion_issued().rectify_by(), /*rests_with_case=*/false);
    case Event::kRectificationReported:
      return Settle(entry, "rectification", event.rectification_reported().letter_id());
    case Event::kRectificationRejected:
      return PutOff(entry, "rectification", event.rectification_rejected().letter_id(),
                    event.rectification_rejected().rectify_by());
    case Event::kRectificationOverdue:
      return Passed(entry, "rectification", event.rectification_overdue().letter_id());
    case Event::kRectificationAccepted:
    case Event::kReferredForAccountability:
    case Event::kEscalationEvidenceAdded:
    case Event::kFindingRaised:
    case Event::kFindingLifted:
    case Event::kOwnerAwaited:
      return;
    default:
      return Blame(Fault::kUnforeseen, entry.case_id, event.ShortDebugString());
  }
}

Verdict Ledger::Close(absl::Time clock) {
  for (auto& [case_id, book] : cases_) {
    ++verdict_.cases;
    if (book.open) ++verdict_.cases_open;
    for (Debt& debt : book.debts) Check(case_id, debt, absl::ToUnixMillis(clock));
  }
  std::sort(verdict_.lateness_ms.begin(), verdict_.lateness_ms.end());
  return std::move(verdict_);
}

}  // namespace whistle::year
