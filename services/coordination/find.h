// What the decision groups look up, and what they say when it is not there.
//
// Pure functions; any thread may call. Pointers live as long as the state.
#ifndef WHISTLE_SERVICES_COORDINATION_FIND_H_
#define WHISTLE_SERVICES_COORDINATION_FIND_H_

#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "services/coordination/model.h"

namespace whistle::coordination {

// Each gives the thing of that id, or why there is none: no such thing, or settled, by which event.
// A whistle whose date has passed is still given, as long as it is kept.
std::variant<const v1::Whistle*, domain::Rejection> FindWhistle(const State& state, absl::string_view whistle_id,
                                                                const domain::Context& context);
std::variant<const v1::OpenMeeting*, domain::Rejection> FindMeeting(const State& state, absl::string_view meeting_id,
                                                                    const domain::Context& context);
std::variant<const v1::OpenCommitment*, domain::Rejection> FindCommitment(const State& state,
                                                                          absl::string_view commitment_id,
                                                                          const domain::Context& context);
std::variant<const v1::OpenItem*, domain::Rejection> FindItem(const State& state, absl::string_view item_id,
                                                              const domain::Context& context);

// The case is open; or what is entered now happened before it ceased to be.
std::optional<domain::Rejection> RequireOpenThen(const State& state, const domain::Context& context);
// What follows something happens not before it: `since` is when `what` was.
std::optional<domain::Rejection> RequireAfter(const google::protobuf::Timestamp& since, absl::string_view what,
                                              const domain::Context& context);
// The actor is a grassroots organization.
std::variant<common::v1::OrganizationRef, domain::Rejection> RequireGrassroots(const domain::Context& context);
// The actor may call people together: the handler or a superior, a grassroots organization, a petition office.
std::variant<common::v1::OrganizationRef, domain::Rejection> RequireConvener(const State& state,
                                                                             const domain::Context& context);
// The actor is one of these, the case's handler, or a superior of any.
bool ActsForAny(const State& state, std::initializer_list<const common::v1::OrganizationRef*> organizations,
                const domain::Context& context);

// `min` to `max` organizations, each once.
std::optional<domain::Rejection> ResolveAll(const google::protobuf::RepeatedPtrField<std::string>& ids,
                                            absl::string_view field, int min, int max, const domain::Context& context,
                                            google::protobuf::RepeatedPtrField<common::v1::OrganizationRef>* out);

// The organization with its path as of now; as it stood in the record if the registry knows it no more.
common::v1::OrganizationRef CurrentRef(const common::v1::OrganizationRef& organization, const domain::Context& context);
// "organization gas-company", "the petitioner's side", for a rejection's `actual`.
std::string DescribeActor(const domain::Context& context);

// The event that disproves what was said to be overdue.
journal::v1::Event Lifted(const std::string& overdue_event_id, const std::string& proof_event_id,
                          const std::string& why, const domain::Context& context);

}  // namespace whistle::coordination

#endif  // WHISTLE_SERVICES_COORDINATION_FIND_H_
