// What rules say of the events they look at. Pure; any thread may call.
#ifndef WHISTLE_SERVICES_ESCALATION_RULES_SIGHTINGS_H_
#define WHISTLE_SERVICES_ESCALATION_RULES_SIGHTINGS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/escalation/observed.h"
#include "services/escalation/rules/rules.h"

namespace whistle::escalation {

// The mark of the rule on the event, about that subject if one is given; null if it counts in no finding of the rule.
const v1::Mark* MarkOf(const v1::Sighting& seen, v1::FindingRule rule, absl::string_view subject = "");
// The same for a rule that may find one event against several organizations.
const v1::Mark* MarkAgainst(const v1::Sighting& seen, v1::FindingRule rule, absl::string_view organization_id);

// A proof by these events, which it puts in the order in which they happened; complete with the one entered last.
Proof ProofBy(v1::FindingRule rule, std::vector<const v1::Sighting*> events);
// Names an event among the proofs that no rule observed: the assignment of an overdue, put before the others.
void PutFirst(const std::string& event_id, Proof* proof);

// The finding is disproved by whatever put `seen` as it is now.
Disproof DisprovedBy(const v1::Mark& mark, const v1::Sighting& seen, std::string why);

// The last of these to be entered, or put as it is now. There is at least one.
const v1::Sighting& EnteredLast(const std::vector<const v1::Sighting*>& events);
// A finding that no longer follows from these events is disproved by the last of them to be entered or changed. Nothing
// where none was since the finding: what was known then proved it. True if it was added.
bool AddDisproof(const v1::Mark& mark, const std::vector<const v1::Sighting*>& events, std::string why, Looked& looked);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_RULES_SIGHTINGS_H_
