// What the decision groups look up, and what they say when it is not there.
//
// Pure functions; any thread may call. Pointers live as long as the state.
#ifndef WHISTLE_SERVICES_RESPONSE_FIND_H_
#define WHISTLE_SERVICES_RESPONSE_FIND_H_

#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "services/response/model.h"

namespace whistle::response {

// The open assignment of that id, or why there is none: no such assignment, or settled, by which event.
std::variant<const v1::OpenAssignment*, domain::Rejection> FindAssignment(const State& state,
                                                                          absl::string_view assignment_id,
                                                                          const domain::Context& context);
// The open condition of that id, or why there is none.
std::variant<const v1::OpenCondition*, domain::Rejection> FindCondition(const State& state,
                                                                        absl::string_view condition_id,
                                                                        const domain::Context& context);
// Null if the department never answered.
const v1::Standing* FindStanding(const State& state, absl::string_view department_id);
// Null if the department never spoke about the topic.
const v1::LastStatement* FindLastStatement(const State& state, absl::string_view department_id,
                                           absl::string_view topic);

// The case is open; or what is entered now happened before it ceased to be.
std::optional<domain::Rejection> RequireOpenThen(const State& state, const domain::Context& context);
// Nothing answers an assignment before it was given.
std::optional<domain::Rejection> RequireAfter(const v1::OpenAssignment& assignment, const domain::Context& context);

// The organization with its path as of now; as it stood in the record if the registry knows it no more.
common::v1::OrganizationRef CurrentRef(const common::v1::OrganizationRef& organization, const domain::Context& context);

// Lifts what the agenda concluded from a date: `proof_event_id` disproves it.
journal::v1::Event Lifted(const std::string& overdue_event_id, absl::string_view proof_event_id, std::string why,
                          const domain::Context& context);

// The event that disproves the assignment's overdue, if what happens now happened before its date: `proof_event_id`
// shows it.
std::optional<journal::v1::Event> LiftIfInTime(const v1::OpenAssignment& assignment, absl::string_view proof_event_id,
                                               absl::string_view what, const domain::Context& context);

// The same for the time for a return, if that has been concluded to have passed.
std::optional<journal::v1::Event> LiftIfBeforeReturnTerm(const v1::OpenAssignment& assignment,
                                                         absl::string_view proof_event_id, absl::string_view what,
                                                         const domain::Context& context);

}  // namespace whistle::response

#endif  // WHISTLE_SERVICES_RESPONSE_FIND_H_
