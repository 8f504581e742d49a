// Checks that several of intake's commands share, beside those of libs/domain/validate.h.
#ifndef WHISTLE_SERVICES_INTAKE_CHECKS_H_
#define WHISTLE_SERVICES_INTAKE_CHECKS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "services/intake/model.h"

namespace whistle::intake {

// NOT_AUTHORIZED unless the actor is the case's keeper: the handler or a superior of it; before the first handler, any
// organization. (service.proto)
std::optional<domain::Rejection> RequireKeeper(const State& state, const domain::Context& context);

// INVALID unless the command occurred at or after `since`: an act cannot come before what it rests on. `what` completes
// "not before the case ".
std::optional<domain::Rejection> RequireNotBefore(const google::protobuf::Timestamp& since, absl::string_view what,
                                                  const domain::Context& context);

// RequireCase, and ILLEGAL on a case that was merged: the message names the one that goes on in its place.
std::optional<domain::Rejection> RequireNotMerged(const State& state, const domain::Context& context);

// ILLEGAL while a merge of the case is under way: its target answers first.
std::optional<domain::Rejection> RequireNoMergeUnderWay(const State& state, const domain::Context& context);

// The acting organization where it is one; nothing for the petitioner's side.
std::optional<common::v1::OrganizationRef> ActingIfOrganization(const domain::Context& context);

// CaseReopened by the actor. The date for handling stays what it was: no reopening resets a clock.
journal::v1::Event Reopened(const State& state, const std::string& why, const domain::Context& context);

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_CHECKS_H_
