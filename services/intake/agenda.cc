#include <utility>

#include "libs/domain/case_header.h"
#include "libs/domain/obligation.h"
#include "services/intake/deadlines.h"
#include "services/intake/limits.h"
#include "services/intake/model.h"

namespace whistle::intake {
namespace {

using common::v1::AgendaItem;
using domain::AgendaStep;
using domain::Context;
using domain::Events;
using domain::Outcome;
using google::protobuf::Message;

// What a target says to a proposal; without a refusal it takes the source in.
std::optional<v1::MergeRefusal> RefusalOf(const State& target) {
  switch (target.header().status()) {
    case v1::CASE_STATUS_DECLINED:
      return v1::MERGE_REFUSAL_DECLINED;
    case v1::CASE_STATUS_CLOSED:
      return v1::MERGE_REFUSAL_CLOSED;
    case v1::CASE_STATUS_MERGED:
      return v1::MERGE_REFUSAL_MERGED;
    default:
      break;
  }
  if (target.has_open_proposal()) return v1::MERGE_REFUSAL_OPEN_PROPOSAL;
  if (target.merged_sources_size() >= kMergedSourcesMax) return v1::MERGE_REFUSAL_FULL;
  return std::nullopt;
}

// Step 0, on the target.
Outcome AnswerProposal(const State& target, const AgendaItem& item, const Context& context) {
  if (auto no = domain::RequireCase(target.header(), context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  if (const auto refusal = RefusalOf(target)) {
    auto* refused = event.mutable_merge_refused();
    refused->set_source_case_id(item.case_id());
    refused->set_proposal_event_id(item.subject());
    refused->set_refusal(*refusal);
  } else {
    auto* accepted = event.mutable_merge_accepted();
    accepted->set_source_case_id(item.case_id());
    accepted->set_proposal_event_id(item.subject());
  }
  return Events{std::move(event)};
}

// What the target has on record about a proposal.
struct Answer {
  // One of the two, or neither if the target knows of no answer.
  std::string accepted_event_id;
  std::string refused_event_id;
  v1::MergeRefusal refusal = v1::MERGE_REFUSAL_NO_ANSWER;
};

Answer AnswerOn(const State& target, const AgendaItem& item) {
  Answer answer;
  if (!target.header().has_registered_at()) answer.refusal = v1::MERGE_REFUSAL_UNKNOWN_CASE;
  for (const v1::MergedSource& source : target.merged_sources()) {
    if (source.source_case_id() == item.case_id() && source.proposal_event_id() == item.subject()) {
      answer.accepted_event_id = source.accepted_event_id();
    }
  }
  for (const v1::RefusedSource& source : target.refused_sources()) {
    if (source.source_case_id() == item.case_id() && source.proposal_event_id() == item.subject()) {
      answer.refused_event_id = source.refused_event_id();
      answer.refusal = source.refusal();
    }
  }
  return answer;
}

// Step 1, on the source.
Outcome SettleProposal(const State& source, const AgendaItem& item, const Answer& answer, const Context& context) {
  if (source.open_proposal().proposal_event_id() != item.subject()) {
    return domain::Already("merge_answered", item.subject(), source.proposal_answered_event_id());
  }
  journal::v1::Event event = context.NewEvent();
  if (!answer.accepted_event_id.empty()) {
    auto* completed = event.mutable_merge_completed();
    completed->set_target_case_id(source.open_proposal().target_case_id());
    completed->set_proposal_event_id(item.subject());
    completed->set_accepted_event_id(answer.accepted_event_id);
    completed->set_contact_count(source.contact_count());
    completed->set_petitioner_count(source.petitioner_count());
  } else {
    auto* withdrawn = event.mutable_merge_withdrawn();
    withdrawn->set_target_case_id(source.open_proposal().target_case_id());
    withdrawn->set_proposal_event_id(item.subject());
    withdrawn->set_refusal(answer.refusal);
    withdrawn->set_refused_event_id(answer.refused_event_id);
  }
  return Events{std::move(event)};
}

// Step 0, on the case that had taken the other in.
Outcome HearOfUnmerge(const State& target, const AgendaItem& item, const Context& context) {
  if (auto no = domain::RequireCase(target.header(), context)) return *std::move(no);
  bool taken_in = false;
  for (const v1::MergedSource& source : target.merged_sources()) taken_in |= source.source_case_id() == item.case_id();
  if (!taken_in) {
    return domain::Illegal("not_taken_in", item.case_id(), "a case that this one took in", "it holds no such case");
  }
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_case_unmerged();
  body->set_other_case_id(item.case_id());
  body->set_side(v1::MERGE_SIDE_TARGET);
  body->set_completed(true);
  body->set_why("the merge was undone on the other case");
  return Events{std::move(event)};
}

// Step 1, on the case that was merged: the other was told, or had nothing to be told of.
Outcome SettleUnmerge(const State& source, const AgendaItem& item, const Context& context) {
  if (source.open_unmerge().unmerged_event_id() != item.subject()) {
    return domain::Already("unmerge_told", item.subject(), source.unmerged_event_id());
  }
  journal::v1::Event event = context.NewEvent();
  auto* body = event.mutable_case_unmerged();
  body->set_other_case_id(source.open_unmerge().target_case_id());
  body->set_side(v1::MERGE_SIDE_SOURCE);
  body->set_completed(true);
  body->set_why("the other case was told");
  return Events{std::move(event)};
}

}  // namespace

std::vector<AgendaItem> Agenda(const State& state, const std::string& case_id) {
  std::vector<AgendaItem> items;
  if (state.has_open_proposal()) {
    AgendaItem& item = items.emplace_back();
    item.set_case_id(case_id);
    *item.mutable_due_at() = state.open_proposal().proposed_at();
    item.set_kind(common::v1::AGENDA_KIND_MERGE_PROPOSAL);
    item.set_subject(state.open_proposal().proposal_event_id());
    item.set_created_by_event_id(state.open_proposal().proposal_event_id());
    item.set_other_case_id(state.open_proposal().target_case_id());
  }
  if (state.has_open_unmerge()) {
    AgendaItem& item = items.emplace_back();
    item.set_case_id(case_id);
    *item.mutable_due_at() = state.open_unmerge().unmerged_at();
    item.set_kind(common::v1::AGENDA_KIND_UNMERGE_NOTICE);
    item.set_subject(state.open_unmerge().unmerged_event_id());
    item.set_created_by_event_id(state.open_unmerge().unmerged_event_id());
    item.set_other_case_id(state.open_unmerge().target_case_id());
  }
  domain::AddDates(Obligations(state, case_id), &items);
  return items;
}

std::optional<AgendaStep> NextStep(const AgendaItem& item, int step, const State* answered) {
  if (IsDate(item)) {
    if (step > 0) return std::nullopt;
    return AgendaStep{item.case_id(), [item](const Message& state, const Context& context) {
                        return DecideDate(static_cast<const State&>(state), item, context);
                      }};
  }
  const bool proposal = item.kind() == common::v1::AGENDA_KIND_MERGE_PROPOSAL;
  if (!proposal && item.kind() != common::v1::AGENDA_KIND_UNMERGE_NOTICE) return std::nullopt;
  if (step == 0) {
    return AgendaStep{item.other_case_id(), [item, proposal](const Message& state, const Context& context) {
                        const State& target = static_cast<const State&>(state);
                        return proposal ? AnswerProposal(target, item, context) : HearOfUnmerge(target, item, context);
                      }};
  }
  if (step == 1) {
    const Answer answer = AnswerOn(*answered, item);
    return AgendaStep{item.case_id(), [item, proposal, answer](const Message& state, const Context& context) {
                        const State& source = static_cast<const State&>(state);
                        return proposal ? SettleProposal(source, item, answer, context)
                                        : SettleUnmerge(source, item, context);
                      }};
  }
  return std::nullopt;
}

}  // namespace whistle::intake
