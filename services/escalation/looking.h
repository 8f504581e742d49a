// What the agenda has to do because the service looks: raise findings, lift them, put the case before a higher
// organization, and set the date for a case that nobody accepts. (DOMAIN: Findings.)
//
// Pure functions; any thread may call.
#ifndef WHISTLE_SERVICES_ESCALATION_LOOKING_H_
#define WHISTLE_SERVICES_ESCALATION_LOOKING_H_

#include <string>
#include <vector>

#include "services/escalation/model.h"
#include "services/escalation/rules/rules.h"

namespace whistle::escalation {

// looking.cc: findings to be raised and to be lifted, on any case that is not merged into another.
void AddFindings(const State& state, const std::string& case_id, std::vector<common::v1::AgendaItem>* items);
domain::Outcome DecideFinding(const State& state, const common::v1::AgendaItem& item, const domain::Context& context);
domain::Outcome DecideDisproof(const State& state, const common::v1::AgendaItem& item, const domain::Context& context);

// What a proof becomes on the record.
journal::v1::Event FindingOf(const State& state, const Proof& proof, const domain::Context& context);

// reasons.cc: what by the policy puts an open case before a higher organization, at once or after so many; one item for
// all of it. Nothing where nobody stands above who has the case: what waits is told when somebody does.
void AddReasons(const State& state, const std::string& case_id, std::vector<common::v1::AgendaItem>* items);
domain::Outcome DecideReasons(const State& state, const common::v1::AgendaItem& item, const domain::Context& context);
// After how many of its kind a reason counts by the policy; 0 for never.
int CountsAfter(const v1::Reason& reason, const registry::v1::Policy& policy);

// owner.cc: a case in handling that nobody accepts gets a date for that, which is an obligation like any other.
void AddOwnerAwaited(const State& state, const std::string& case_id, std::vector<common::v1::AgendaItem>* items);
domain::Outcome DecideOwnerAwaited(const State& state, const common::v1::AgendaItem& item,
                                   const domain::Context& context);
void AddOwnerObligation(const State& state, const std::string& case_id, std::vector<common::v1::Obligation>* owed);
// The finding when that date has passed.
journal::v1::Event NoOwnerFound(const State& state, const domain::Context& context);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_LOOKING_H_
