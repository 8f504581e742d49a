#include "libs/domain/terms.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"

namespace whistle::domain {

common::v1::DueDate DueFrom(absl::Time start, const registry::v1::Term& term, absl::string_view rule,
                            uint64_t policy_version) {
  common::v1::DueDate due;
  *due.mutable_due_at() = base::ToProto(std::min(start + LengthOf(term), base::LatestTime()));
  due.set_rule(std::string(rule));
  if (term.unit() != registry::v1::TERM_UNIT_HOURS) due.set_days(term.count());
  due.set_registry_version(policy_version);
  return due;
}

common::v1::DueDate DueGiven(absl::Time due_at, uint64_t policy_version) {
  common::v1::DueDate due;
  *due.mutable_due_at() = base::ToProto(due_at);
  due.set_rule("given");
  due.set_registry_version(policy_version);
  return due;
}

absl::Duration LengthOf(const registry::v1::Term& term) {
  return absl::Hours(term.unit() == registry::v1::TERM_UNIT_HOURS ? term.count() : 24 * term.count());
}

std::string TermText(const registry::v1::Term& term) {
  const absl::string_view unit = term.unit() == registry::v1::TERM_UNIT_HOURS ? "hour" : "calendar day";
  return absl::StrCat(term.count(), " ", unit, term.count() == 1 ? "" : "s");
}

}  // namespace whistle::domain
