#include "libs/domain/outcome.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace whistle::domain {
namespace {

using common::v1::RejectionKind;

Rejection Make(RejectionKind kind, absl::string_view reason, absl::string_view subject, absl::string_view expected,
               absl::string_view actual, std::string message) {
  Rejection rejection;
  rejection.detail.set_kind(kind);
  rejection.detail.set_reason(std::string(reason));
  rejection.detail.set_subject(std::string(subject));
  rejection.detail.set_expected(std::string(expected));
  rejection.detail.set_actual(std::string(actual));
  rejection.message = std::move(message);
  return rejection;
}

}  // namespace

Rejection Invalid(absl::string_view subject, absl::string_view expected, absl::string_view actual) {
  return Make(common::v1::REJECTION_KIND_INVALID, "invalid_field", subject, expected, actual,
              absl::StrCat(subject, ": expected ", expected, ", found ", actual));
}

Rejection NotFound(absl::string_view reason, absl::string_view subject, absl::string_view message) {
  return Make(common::v1::REJECTION_KIND_NOT_FOUND, reason, subject, "", "", std::string(message));
}

Rejection Illegal(absl::string_view reason, absl::string_view subject, absl::string_view expected,
                  absl::string_view actual) {
  return Make(common::v1::REJECTION_KIND_ILLEGAL, reason, subject, expected, actual,
              absl::StrCat(subject, ": ", actual, "; allowed: ", expected));
}

Rejection Already(absl::string_view reason, absl::string_view subject, absl::string_view by_event_id) {
  return Make(common::v1::REJECTION_KIND_ALREADY, reason, subject, "", absl::StrCat("since event ", by_event_id),
              absl::StrCat(subject, ": already so since event ", by_event_id, " (", reason, ")"));
}

Rejection NotAuthorized(absl::string_view reason, absl::string_view subject, absl::string_view expected,
                        absl::string_view actual) {
  return Make(common::v1::REJECTION_KIND_NOT_AUTHORIZED, reason, subject, expected, actual,
              absl::StrCat(subject, ": only ", expected, " may do this, not ", actual));
}

Rejection OverLimit(absl::string_view subject, int limit) {
  return Make(common::v1::REJECTION_KIND_LIMIT, "limit_reached", subject, absl::StrCat("at most ", limit),
              absl::StrCat(limit),
              absl::StrCat(subject, ": at most ", limit, " are kept open on one case, and there are ", limit,
                           " already; settle one first"));
}

}  // namespace whistle::domain
