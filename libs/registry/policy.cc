#include "libs/registry/policy.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace whistle::registry {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using v1::Escalates;
using v1::Term;

using Found = std::optional<Fault>;

// Ten years: longer than any rule, short enough that no date leaves the calendar.
constexpr int kTermMax = 3650;

struct Limits {
  absl::string_view field;
  int min;
  int max;
};
// The numbers that are not 1 to kPolicyTimesMax.
constexpr std::array<Limits, 3> kLimits = {{
    {"handling_extensions_max", 0, 16},
    {"response_extensions_max", 0, 16},
    // At 0 a date would be near before it is set, at 100 the warning would be the date.
    {"warn_percent", 1, 99},
}};

Found CheckNumber(int value, int min, int max, const std::string& path) {
  if (value >= min && value <= max) return std::nullopt;
  // A number that was not given is 0.
  return Fault{path, absl::StrCat(min, " to ", max), value == 0 ? "0 or nothing" : absl::StrCat(value)};
}

Found CheckTerm(const Term& term, const std::string& path) {
  if (auto fault = CheckNumber(term.count(), 1, kTermMax, path + ".count")) return fault;
  switch (term.unit()) {
    case v1::TERM_UNIT_HOURS:
    case v1::TERM_UNIT_CALENDAR_DAYS:
    case v1::TERM_UNIT_WORKING_DAYS:
      break;
    default:
      return Fault{path + ".unit", "hours, calendar_days or working_days",
                   term.unit() == 0 ? "nothing" : absl::StrCat(term.unit())};
  }
  return FindTextFault(term.source(), 200, path + ".source");
}

Found CheckEscalates(const Escalates& escalates, const std::string& path) {
  switch (escalates.when()) {
    case v1::ESCALATE_WHEN_NEVER:
    case v1::ESCALATE_WHEN_AT_ONCE:
      if (escalates.after() != 0) {
        return Fault{path + ".after", "no number, for it is used only with `when: after`",
                     absl::StrCat(escalates.after())};
      }
      break;
    case v1::ESCALATE_WHEN_AFTER:
      if (auto fault = CheckNumber(escalates.after(), 1, kPolicyTimesMax, path + ".after")) return fault;
      break;
    default:
      return Fault{path + ".when", "never, at_once or after",
                   escalates.when() == 0 ? "nothing" : absl::StrCat(escalates.when())};
  }
  return FindTextFault(escalates.source(), 200, path + ".source");
}

// What has to stand where nothing does: its fields, as a file has them.
std::string ShapeOf(const google::protobuf::Descriptor& type) {
  if (&type == Term::descriptor()) return "{count, unit, source} (`off: true` switches a rule off)";
  if (&type == Escalates::descriptor()) return "{when, source}, and `after` with `when: after`";
  if (&type == v1::FindingPolicy::descriptor()) return "{escalates} (`off: true` switches a rule off)";
  return "one entry a rule";
}

Found CheckMessage(const Message& message, const std::string& path);

Found CheckField(const Message& message, const FieldDescriptor& field, const std::string& path) {
  const auto* reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      if (!reflection->HasField(message, &field)) {
        return Fault{path, ShapeOf(*field.message_type()), "nothing"};
      }
      const Message& part = reflection->GetMessage(message, &field);
      if (const auto* term = dynamic_cast<const Term*>(&part)) return CheckTerm(*term, path);
      if (const auto* escalates = dynamic_cast<const Escalates*>(&part)) return CheckEscalates(*escalates, path);
      return CheckMessage(part, path);
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      const int value = reflection->GetInt32(message, &field);
      for (const Limits& limits : kLimits) {
        if (field.name() == limits.field) return CheckNumber(value, limits.min, limits.max, path);
      }
      return CheckNumber(value, 1, kPolicyTimesMax, path);
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return FindTextFault(reflection->GetString(message, &field), 100, path);
    default:
      // A switch is sound either way.
      return std::nullopt;
  }
}

Found CheckMessage(const Message& message, const std::string& path) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (auto fault = CheckField(message, field, path.empty() ? field.name() : absl::StrCat(path, ".", field.name()))) {
      return fault;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Fault> FindFault(const v1::Policy& policy) { return CheckMessage(policy, ""); }

}  // namespace whistle::registry
