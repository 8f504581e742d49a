#include "services/escalation/looking.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/escalation/checks.h"
#include "services/escalation/rules/rules.h"

namespace whistle::escalation {
namespace {

using common::v1::AgendaItem;
using domain::Outcome;

bool IsLookedAt(const State& state) {
  return state.header().has_registered_at() && state.header().status() != intake::v1::CASE_STATUS_MERGED;
}

// One event may complete two proofs of a rule: they differ in what they are about. What was found, lifted and holds
// again is another item than it was, or it would count as carried out.
AgendaItem ItemOf(const Proof& proof, const State& state, const std::string& case_id) {
  AgendaItem item;
  item.set_case_id(case_id);
  *item.mutable_due_at() = proof.entered_at;
  item.set_kind(common::v1::AGENDA_KIND_FINDING);
  item.set_subject(absl::StrCat(NameOf(proof.rule), "/", proof.organization_id, "/", proof.completed_by, "/",
                                proof.subject, "/", state.findings_lifted()));
  item.set_created_by_event_id(proof.completed_by);
  return item;
}

AgendaItem ItemOf(const Disproof& disproof, const std::string& case_id) {
  AgendaItem item;
  item.set_case_id(case_id);
  *item.mutable_due_at() = disproof.entered_at;
  item.set_kind(common::v1::AGENDA_KIND_FINDING_DISPROVED);
  item.set_subject(disproof.finding_id);
  item.set_created_by_event_id(disproof.proof_event_id);
  return item;
}

// Also one that is retired by now.
OrganizationRef NamedRef(const std::string& organization_id, const Context& context) {
  if (const auto* found = context.registry->Find(organization_id)) return context.registry->Ref(*found);
  OrganizationRef unknown;
  unknown.set_organization_id(organization_id);
  return unknown;
}

// "{gas-company}" becomes its name.
std::string Named(const Proof& proof, const Context& context) {
  std::string text = proof.text;
  std::vector<std::string> ids = proof.other_ids;
  ids.push_back(proof.organization_id);
  for (const std::string& id : ids) {
    const auto* found = context.registry->Find(id);
    absl::StrReplaceAll({{absl::StrCat("{", id, "}"), found == nullptr ? id : found->name()}}, &text);
  }
  return text;
}

}  // namespace

void AddFindings(const State& state, const std::string& case_id, std::vector<AgendaItem>* items) {
  if (!IsLookedAt(state)) return;
  const Looked looked = LookAt(state);
  for (const Disproof& disproof : looked.disproofs) items->push_back(ItemOf(disproof, case_id));
  for (const Proof& proof : looked.proofs) items->push_back(ItemOf(proof, state, case_id));
}

journal::v1::Event FindingOf(const State& state, const Proof& proof, const Context& context) {
  journal::v1::Event event = context.NewEvent();
  v1::FindingRaised& raised = *event.mutable_finding_raised();
  raised.set_rule(proof.rule);
  if (!proof.organization_id.empty()) *raised.mutable_organization() = NamedRef(proof.organization_id, context);
  for (const std::string& id : proof.event_ids) raised.add_evidence_event_ids(id);
  raised.set_text(Named(proof, context));
  for (const std::string& id : proof.other_ids) *raised.add_others() = NamedRef(id, context);
  raised.set_subject(proof.subject);
  raised.set_count(proof.count);
  raised.set_threshold(proof.threshold);
  if (proof.counted_from) *raised.mutable_counted_from() = *proof.counted_from;
  raised.set_policy_version(state.header().policy_version());
  return event;
}

Outcome DecideFinding(const State& state, const AgendaItem& item, const Context& context) {
  const Looked looked = IsLookedAt(state) ? LookAt(state) : Looked();
  const auto proof = std::find_if(looked.proofs.begin(), looked.proofs.end(), [&](const Proof& p) {
    return ItemOf(p, state, context.case_id).subject() == item.subject();
  });
  if (proof == looked.proofs.end()) {
    return domain::Illegal("not_found", item.subject(), "something that a rule sees and no finding tells",
                           "no rule sees it");
  }
  return domain::Events{FindingOf(state, *proof, context)};
}

Outcome DecideDisproof(const State& state, const AgendaItem& item, const Context& context) {
  const Looked looked = LookAt(state);
  const auto disproof = std::find_if(looked.disproofs.begin(), looked.disproofs.end(),
                                     [&](const Disproof& d) { return d.finding_id == item.subject(); });
  if (disproof == looked.disproofs.end()) {
    return domain::Illegal("not_disproved", item.subject(), "a finding that is disproved", "it stands");
  }
  journal::v1::Event event = context.NewEvent();
  v1::FindingLifted& lifted = *event.mutable_finding_lifted();
  lifted.set_finding_id(disproof->finding_id);
  lifted.set_proof_event_id(disproof->proof_event_id);
  lifted.set_why(disproof->why);
  return domain::Events{std::move(event)};
}

}  // namespace whistle::escalation
