// Obligations: what is owed by a date, from the day it is owed until it is settled.
//
// A model says them once, from its state; what fires, when somebody is warned, where the desk finds what is due and
// what counts as overdue is derived here from what it says.
//
//   std::vector<Obligation> Obligations(const State& state, const std::string& case_id);
//   Agenda  = AddDates(Obligations(state, case_id), &items) and what else the model has to do
//   Indexes = AddDueKeys(Obligations(state, case_id), &keys) and what else the case is found by
//
// Pure functions; any thread may call.
#ifndef WHISTLE_LIBS_DOMAIN_OBLIGATION_H_
#define WHISTLE_LIBS_DOMAIN_OBLIGATION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/common/v1/corrections.pb.h"

namespace whistle::domain {

// Adds what fires of them: the date itself, unless it has fired; before it the warning, unless that or the date has
// fired. Nothing for one that rests or has no date.
void AddDates(const std::vector<common::v1::Obligation>& obligations, std::vector<common::v1::AgendaItem>* items);

// Adds the index keys of those with a date, resting ones left out:
//   due | date | case | rule | subject        due_of | organization | date | case | rule | subject
//   overdue | rule | organization | case | subject       for those whose date has fired
void AddDueKeys(const std::vector<common::v1::Obligation>& obligations, std::vector<std::string>* keys);

// A date as a part of an index key: sorts as time does. Whole milliseconds from 1900 to 9999.
std::string SortableTime(absl::Time time);

// The one that an item of the agenda is about; null if it is owed no more.
const common::v1::Obligation* FindObligation(const std::vector<common::v1::Obligation>& obligations,
                                             const common::v1::AgendaItem& item);

// What the agenda's own decision about a date begins with: ALREADY if that has fired, ILLEGAL if it is not yet time or
// is owed no more (`obligation` null).
std::optional<Rejection> RequireDue(const common::v1::Obligation* obligation, const common::v1::AgendaItem& item,
                                    const Context& context);

// The body of the warning.
common::v1::DeadlineApproaching Approaching(const common::v1::Obligation& obligation);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_OBLIGATION_H_
