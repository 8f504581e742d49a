// Checks that several of this service's commands share, beside those of libs/domain/validate.h.
#ifndef WHISTLE_SERVICES_ESCALATION_CHECKS_H_
#define WHISTLE_SERVICES_ESCALATION_CHECKS_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "libs/domain/validate.h"
#include "whistle/escalation/v1/state.pb.h"

namespace whistle::escalation {

using common::v1::OrganizationRef;
using domain::Context;
using domain::Rejection;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

// Nothing new is begun on a case that was merged into another: it belongs to the case that goes on.
std::optional<Rejection> RequireNotMerged(const intake::v1::CaseHeader& header, const Context& context);

// From `min` to kEvidenceEventsMax ids of events that the case has, each once.
std::optional<Rejection> CheckEvidenceEvents(const Texts& ids, int min, absl::string_view field,
                                             const Context& context);

// From `min` to kEvidenceMax documents.
std::optional<Rejection> CheckEvidence(const google::protobuf::RepeatedPtrField<common::v1::Evidence>& evidence,
                                       int min, absl::string_view field);

// From `min` to `max` organizations, each once.
std::variant<std::vector<OrganizationRef>, Rejection> ResolveOrganizations(const Texts& ids, int min, int max,
                                                                           absl::string_view field,
                                                                           const Context& context);

// The date a person named: well-formed and after the act it follows.
std::optional<Rejection> CheckDueGiven(const google::protobuf::Timestamp& due_at, absl::string_view field,
                                       const Context& context);

// An act follows what it is about: INVALID unless it occurred at `time` or later. `what` is what happened then ("the
// letter was issued").
std::optional<Rejection> RequireNotBefore(const google::protobuf::Timestamp& time, absl::string_view what,
                                          const Context& context);

// Who has the case: who leads upgraded handling, else the handler; null if nobody has it yet.
const OrganizationRef* Holder(const v1::EscalationState& state);

// The superior next above, as of the registry in force; nothing at the top of the tree.
std::optional<OrganizationRef> NextRung(const OrganizationRef& organization, const Context& context);

// The organization as of the registry in force; the next superior that is not retired if it is. An id alone for one
// that the registry does not know.
OrganizationRef RefInForce(const std::string& organization_id, const Context& context);
// The date that a person named, or the term of the policy from the act on.
common::v1::DueDate Due(const google::protobuf::Timestamp* given, const registry::v1::Term& term,
                        absl::string_view rule, const intake::v1::CaseHeader& header, const Context& context);

// What stays when something is not among the open ones: ALREADY if it was settled lately, ILLEGAL if it was settled
// long ago, NOT_FOUND if the case never had it. `made_by` is the kind of event that makes such a thing, `noun` its name
// ("letter").
Rejection NotOpen(const v1::EscalationState& state, absl::string_view id, journal::v1::Event::BodyCase made_by,
                  absl::string_view noun, const Context& context);

// "the gas company (gas-company)".
std::string NameOf(const OrganizationRef& organization);

// NOT_AUTHORIZED unless `over` has authority over `whom`.
std::optional<Rejection> RequireAuthority(const OrganizationRef& over, const OrganizationRef& whom,
                                          absl::string_view field);

// NOT_AUTHORIZED if `acting` is `whom`: nobody judges itself, unless it is the top of the tree.
std::optional<Rejection> RequireNotOneself(const OrganizationRef& acting, const OrganizationRef& whom,
                                           absl::string_view what);

// What kind of organization it is as of the registry in force.
registry::v1::OrganizationKind KindOf(const OrganizationRef& organization, const Context& context);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_CHECKS_H_
