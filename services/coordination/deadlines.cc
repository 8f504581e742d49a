// What is owed by a date, and what the agenda does when a date is near or has passed: called departments report in,
// promises are kept.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/domain/obligation.h"
#include "libs/domain/terms.h"
#include "services/coordination/find.h"
#include "services/coordination/model.h"

namespace whistle::coordination {

using common::v1::AgendaItem;
using common::v1::Obligation;
using domain::Context;
using domain::Events;
using domain::Outcome;
using journal::v1::Event;

std::string CallSubject(const std::string& whistle_id, const std::string& department_id) {
  return absl::StrCat(whistle_id, "/", department_id);
}

CallId ParseCallSubject(const std::string& subject) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(subject, absl::MaxSplits('/', 1));
  return {parts.first, parts.second};
}

std::vector<Obligation> Obligations(const State& state, const std::string& case_id) {
  std::vector<Obligation> obligations;
  const auto status = state.header().status();
  const bool resting = status != intake::v1::CASE_STATUS_REGISTERED && status != intake::v1::CASE_STATUS_ACCEPTED;
  const auto add = [&](const std::string& rule, const auto& owed, const auto& organization) -> Obligation& {
    Obligation& added = obligations.emplace_back();
    added.set_case_id(case_id);
    added.set_rule(rule);
    *added.mutable_organization() = organization;
    *added.mutable_due() = owed.due();
    added.set_due_event_id(owed.due_event_id());
    added.set_warned_event_id(owed.warned_event_id());
    added.set_resting(resting);
    return added;
  };
  for (const auto* whistles : {&state.open_whistles(), &state.settled_whistles()}) {
    for (const auto& whistle : *whistles) {
      for (const auto& call : whistle.called()) {
        if (!call.reported_event_id().empty()) continue;
        Obligation& come = add("whistle", call, call.department());
        come.set_subject(CallSubject(whistle.whistle_id(), call.department().organization_id()));
        come.set_overdue_event_id(call.unanswered_event_id());
        come.set_overdue_kind(common::v1::AGENDA_KIND_WHISTLE_UNANSWERED);
      }
    }
  }
  for (const auto& commitment : state.open_commitments()) {
    Obligation& keep = add("commitment", commitment, commitment.organization());
    keep.set_subject(commitment.commitment_id());
    // What was renounced is broken whatever the date: nothing fires any more.
    keep.set_overdue_event_id(commitment.broken_event_id());
    keep.set_overdue_kind(common::v1::AGENDA_KIND_COMMITMENT_BROKEN);
  }
  return obligations;
}

Outcome DecideDate(const State& state, const AgendaItem& item, const Context& context) {
  const std::vector<Obligation> obligations = Obligations(state, context.case_id);
  const Obligation* owed = domain::FindObligation(obligations, item);
  if (auto no = domain::RequireDue(owed, item, context)) return *std::move(no);
  const auto organization = CurrentRef(owed->organization(), context);
  Event event = context.NewEvent();
  if (!domain::HasPassed(owed->due(), context.now)) {
    auto& approaching = *event.mutable_coordination_deadline_approaching();
    approaching = domain::Approaching(*owed);
    *approaching.mutable_organization() = organization;
  } else if (owed->overdue_kind() == common::v1::AGENDA_KIND_WHISTLE_UNANSWERED) {
    auto& unanswered = *event.mutable_whistle_unanswered();
    unanswered.set_whistle_id(ParseCallSubject(owed->subject()).whistle_id);
    *unanswered.mutable_department() = organization;
    *unanswered.mutable_due() = owed->due();
  } else {
    auto& broken = *event.mutable_commitment_broken();
    broken.set_commitment_id(owed->subject());
    *broken.mutable_organization() = organization;
    *broken.mutable_due() = owed->due();
  }
  return Events{std::move(event)};
}

}  // namespace whistle::coordination
