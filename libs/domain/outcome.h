// What a command comes to: the events it makes, or a rejection.
#ifndef WHISTLE_LIBS_DOMAIN_OUTCOME_H_
#define WHISTLE_LIBS_DOMAIN_OUTCOME_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "whistle/common/v1/errors.pb.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::domain {

// A business rule's no. `message` is one sentence for people: what was expected, what was found, which id, what to do.
struct Rejection {
  common::v1::RejectionDetail detail;
  std::string message;
};

using Events = std::vector<journal::v1::Event>;

// Never zero events: a command records something or is refused.
using Outcome = std::variant<Events, Rejection>;

// A field is wrong: `subject` is its path. Maps to INVALID_ARGUMENT.
Rejection Invalid(absl::string_view subject, absl::string_view expected, absl::string_view actual);
// What is named does not exist. Maps to NOT_FOUND.
Rejection NotFound(absl::string_view reason, absl::string_view subject, absl::string_view message);
// Illegal in this state: `actual` is the state it is in, `expected` what would be allowed. Maps to FAILED_PRECONDITION.
Rejection Illegal(absl::string_view reason, absl::string_view subject, absl::string_view expected,
                  absl::string_view actual);
// Already so: `by_event_id` made it so. Maps to FAILED_PRECONDITION.
Rejection Already(absl::string_view reason, absl::string_view subject, absl::string_view by_event_id);
// The actor may not. `expected` says who may. Maps to PERMISSION_DENIED.
Rejection NotAuthorized(absl::string_view reason, absl::string_view subject, absl::string_view expected,
                        absl::string_view actual);
// A collection is full. Maps to RESOURCE_EXHAUSTED.
Rejection OverLimit(absl::string_view subject, int limit);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_OUTCOME_H_
