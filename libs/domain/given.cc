#include "libs/domain/given.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/validate.h"

namespace whistle::domain {
namespace {

constexpr int kSha256Bytes = 32;

}  // namespace

std::optional<Rejection> CheckEvidence(const common::v1::Evidence& evidence, absl::string_view field) {
  const auto at = [&](absl::string_view name) { return absl::StrCat(field, ".", name); };
  if (evidence.sha256().size() != kSha256Bytes) {
    return Invalid(at("sha256"), "32 bytes", absl::StrCat(evidence.sha256().size(), " bytes"));
  }
  if (evidence.size_bytes() == 0) return Invalid(at("size_bytes"), "the document's size, above 0", "0");
  if (auto no = CheckText(evidence.media_type(), at("media_type"), {.bytes_max = 100})) return no;
  if (auto no = CheckText(evidence.title(), at("title"), {.bytes_max = 500})) return no;
  return CheckText(evidence.location(), at("location"), {.bytes_max = 1000});
}

std::optional<Rejection> CheckEvidenceList(const google::protobuf::RepeatedPtrField<common::v1::Evidence>& evidence,
                                           absl::string_view field, int min, int max) {
  if (evidence.size() < min || evidence.size() > max) {
    return Invalid(field, absl::StrCat(min, " to ", max, " pieces of evidence"), absl::StrCat(evidence.size()));
  }
  for (int i = 0; i < evidence.size(); ++i) {
    if (auto no = CheckEvidence(evidence[i], absl::StrCat(field, "[", i, "]"))) return no;
  }
  return std::nullopt;
}

std::optional<Rejection> CheckGivenDate(const google::protobuf::Timestamp& date, absl::string_view field,
                                        absl::Duration max, const Context& context) {
  const absl::Time earliest = context.occurred_at;
  const absl::Time latest = earliest + max;
  const std::string expected =
      absl::StrCat("a date after ", base::TimeText(earliest), " and not after ", base::TimeText(latest));
  if (!base::CheckTimestamp(date, field).ok()) {
    return Invalid(field, expected, "no time between the years 1900 and 9999");
  }
  const absl::Time time = base::FromProto(date);
  if (time <= earliest || time > latest) return Invalid(field, expected, base::TimeText(time));
  return std::nullopt;
}

}  // namespace whistle::domain
