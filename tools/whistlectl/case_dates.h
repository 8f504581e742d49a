// The dates of a case, as `case show` prints them: each with its rule and what it was counted by.
#ifndef WHISTLE_TOOLS_WHISTLECTL_CASE_DATES_H_
#define WHISTLE_TOOLS_WHISTLECTL_CASE_DATES_H_

#include "tools/whistlectl/display.h"
#include "whistle/coordination/v1/state.pb.h"
#include "whistle/escalation/v1/service.pb.h"
#include "whistle/intake/v1/state.pb.h"
#include "whistle/response/v1/state.pb.h"

namespace whistle::whistlectl {

// Those of the case itself, and of what is open in it. Columns: date (what is owed by whom), rule, due (the last day,
// or the time), counted ("5 working days"), policy_version and calendar_version (of the registry, under which it was
// set), remark.
Table CaseDates(const intake::v1::IntakeState& intake, const response::v1::ResponseState& answers,
                const coordination::v1::CoordinationState& joint, const escalation::v1::EscalationCase& account);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_CASE_DATES_H_
