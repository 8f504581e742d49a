#include "libs/base/time.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {

void LookForNoOwner(const v1::EscalationState& state, Looked& looked) {
  const v1::Observed& observed = state.observed();
  const auto disprove = [&](const v1::OwnerlessSpell& spell, const v1::Sighting& by, std::string why) {
    v1::Mark mark;
    mark.set_finding_id(spell.finding_id());
    looked.disproofs.push_back(DisprovedBy(mark, by, std::move(why)));
  };
  const v1::OwnerlessSpell& past = observed.last_ownerless();
  if (!past.finding_id().empty() &&
      base::FromProto(past.ended().occurred_at()) < base::FromProto(past.due().due_at())) {
    disprove(past, past.ended(), "Somebody had accepted the case in time, or it was over.");
  }
  const v1::OwnerlessSpell& present = observed.ownerless();
  if (!present.finding_id().empty() && present.due().has_due_at() &&
      base::FromProto(present.found_at()) < base::FromProto(present.due().due_at())) {
    disprove(present, present.since(), "The time in which somebody was to accept the case had not passed.");
  }
}

}  // namespace whistle::escalation
