// Checks of what a person gives beside texts and organizations: evidence, and dates.
//
// Pure functions; any thread may call.
#ifndef WHISTLE_LIBS_DOMAIN_GIVEN_H_
#define WHISTLE_LIBS_DOMAIN_GIVEN_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::domain {

// One piece: a SHA-256, a size, a media type, a title, a place where it is kept.
std::optional<Rejection> CheckEvidence(const common::v1::Evidence& evidence, absl::string_view field);
// `min` to `max` of them.
std::optional<Rejection> CheckEvidenceList(const google::protobuf::RepeatedPtrField<common::v1::Evidence>& evidence,
                                           absl::string_view field, int min, int max);

// A date by which something is to be done: well-formed, after the command's occurred_at, and at most `max` after it.
std::optional<Rejection> CheckGivenDate(const google::protobuf::Timestamp& date, absl::string_view field,
                                        absl::Duration max, const Context& context);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_GIVEN_H_
