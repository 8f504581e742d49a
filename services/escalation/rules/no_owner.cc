#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/terms.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {

namespace {

// The term that the date was counted by, whatever policy the case is bound to since.
registry::v1::Term TermOf(const common::v1::DueDate& due) {
  registry::v1::Term term;
  term.set_count(due.hours() > 0 ? due.hours() : due.days());
  term.set_unit(due.hours() > 0      ? registry::v1::TERM_UNIT_HOURS
                : due.working_days() ? registry::v1::TERM_UNIT_WORKING_DAYS
                                     : registry::v1::TERM_UNIT_CALENDAR_DAYS);
  return term;
}

}  // namespace

Proof NoOwnerProof(const v1::OwnerlessSpell& spell) {
  Proof proof;
  proof.rule = v1::FINDING_RULE_NO_OWNER;
  proof.event_ids = {spell.since().event_id(), spell.awaited_event_id()};
  proof.subject = spell.since().event_id();
  proof.count = spell.due().days();
  proof.threshold = spell.due().days();
  proof.counted_from = spell.since().occurred_at();
  proof.text = absl::StrCat("Nobody has accepted the case for ", domain::TermText(TermOf(spell.due())), ".");
  proof.completed_by = spell.since().event_id();
  proof.entered_at = spell.has_ended() ? spell.ended().entered_at() : spell.since().entered_at();
  return proof;
}

void LookForNoOwner(const v1::EscalationState& state, Looked& looked) {
  const v1::Observed& observed = state.observed();
  const auto disprove = [&](const v1::OwnerlessSpell& spell, const v1::Sighting& by, std::string why) {
    v1::Mark mark;
    mark.set_finding_id(spell.finding_id());
    looked.disproofs.push_back(DisprovedBy(mark, by, std::move(why)));
  };
  const v1::OwnerlessSpell& past = observed.last_ownerless();
  if (past.due().has_due_at()) {
    const bool in_time = base::FromProto(past.ended().occurred_at()) < base::FromProto(past.due().due_at());
    if (in_time && !past.finding_id().empty()) {
      disprove(past, past.ended(), "Somebody had accepted the case in time, or it was over.");
    } else if (!in_time && past.finding_id().empty()) {
      looked.proofs.push_back(NoOwnerProof(past));
    }
  }
  const v1::OwnerlessSpell& present = observed.ownerless();
  if (!present.finding_id().empty() && present.due().has_due_at() &&
      base::FromProto(present.found_at()) < base::FromProto(present.due().due_at())) {
    disprove(present, present.since(), "The time in which somebody was to accept the case had not passed.");
  }
}

}  // namespace whistle::escalation
