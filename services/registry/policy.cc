#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/domain/validate.h"
#include "services/registry/actors.h"
#include "services/registry/model.h"

namespace whistle::registry_chain {
namespace {

using domain::Context;
using domain::Invalid;
using domain::Rejection;
using v1::Policy;
using v1::Term;

// Ten years: longer than any rule, short enough that no date leaves the calendar.
constexpr int kTermMax = 3650;

std::optional<Rejection> CheckTerm(const Term& term, const std::string& field) {
  if (term.count() < 1 || term.count() > kTermMax) {
    return Invalid(absl::StrCat(field, ".count"), absl::StrCat("1 to ", kTermMax), absl::StrCat(term.count()));
  }
  if (term.unit() == v1::TERM_UNIT_WORKING_DAYS) {
    return Invalid(absl::StrCat(field, ".unit"),
                   "hours or calendar days: this version of Whistle has no calendars of working days yet",
                   "TERM_UNIT_WORKING_DAYS");
  }
  if (term.unit() != v1::TERM_UNIT_HOURS && term.unit() != v1::TERM_UNIT_CALENDAR_DAYS) {
    return Invalid(absl::StrCat(field, ".unit"), "TERM_UNIT_HOURS or TERM_UNIT_CALENDAR_DAYS",
                   absl::StrCat(term.unit()));
  }
  return domain::CheckText(term.source(), absl::StrCat(field, ".source"), {.bytes_max = 200});
}

std::optional<Rejection> CheckCount(int value, int min, int max, const std::string& field) {
  if (value >= min && value <= max) return std::nullopt;
  return Invalid(field, absl::StrCat(min, " to ", max), absl::StrCat(value));
}

}  // namespace

std::optional<Rejection> CheckPolicy(const Policy& policy, absl::string_view field) {
  if (auto no = domain::CheckText(policy.title(), absl::StrCat(field, ".title"), {.bytes_max = 100})) return no;
  // Field by field, by the descriptor, so that a term added to the policy is checked too.
  const auto* reflection = policy.GetReflection();
  for (int i = 0; i < Policy::descriptor()->field_count(); ++i) {
    const auto* term = Policy::descriptor()->field(i);
    if (term->message_type() != Term::descriptor()) continue;
    const std::string path = absl::StrCat(field, ".", term->name());
    if (!reflection->HasField(policy, term)) return Invalid(path, "a term", "nothing");
    if (auto no = CheckTerm(static_cast<const Term&>(reflection->GetMessage(policy, term)), path)) return no;
  }
  const auto at = [&](absl::string_view name) { return absl::StrCat(field, ".", name); };
  if (auto no = CheckCount(policy.handling_extensions_max(), 0, 16, at("handling_extensions_max"))) return no;
  if (auto no = CheckCount(policy.response_extensions_max(), 0, 16, at("response_extensions_max"))) return no;
  if (auto no = CheckCount(policy.warn_percent(), 1, 99, at("warn_percent"))) return no;
  if (auto no = CheckCount(policy.hollow_meetings(), 1, 1000, at("hollow_meetings"))) return no;
  return CheckCount(policy.persistent_contacts(), 1, 1000, at("persistent_contacts"));
}

domain::Outcome Decide(const State& state, const v1::AdoptPolicyRequest& request, const Context& context) {
  if (auto no = CheckPolicy(request.policy(), "policy")) return *std::move(no);
  if (google::protobuf::util::MessageDifferencer::Equals(state.policy(), request.policy())) {
    return domain::Already("policy_adopted", "policy", domain::MakeEventId(base::Version{state.policy_version()}, 1));
  }
  if (auto no = RequireTop(state, context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  *event.mutable_policy_adopted()->mutable_policy() = request.policy();
  return domain::Events{std::move(event)};
}

}  // namespace whistle::registry_chain
