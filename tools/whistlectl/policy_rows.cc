#include "tools/whistlectl/policy_rows.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/base/check.h"
#include "libs/domain/terms.h"

namespace whistle::whistlectl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using registry::v1::Escalates;
using registry::v1::FindingPolicy;
using registry::v1::Term;

std::string EscalatesText(const Escalates& escalates) {
  switch (escalates.when()) {
    case registry::v1::ESCALATE_WHEN_NEVER:
      return "never escalates";
    case registry::v1::ESCALATE_WHEN_AT_ONCE:
      return "escalates at once";
    case registry::v1::ESCALATE_WHEN_AFTER:
      return absl::StrCat("escalates after ", escalates.after());
    default:
      // A policy from before it had these.
      return "not said";
  }
}

std::string Switched(bool off, const std::string& text) { return off ? absl::StrCat("off (", text, ")") : text; }

void AddRows(const Message& message, const std::string& prefix, std::vector<PolicyRow>& rows) {
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const std::string rule = absl::StrCat(prefix, field->name());
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      rows.push_back({rule, absl::StrCat(reflection->GetInt32(message, field)), ""});
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const Message& part = reflection->GetMessage(message, field);
    if (const auto* term = dynamic_cast<const Term*>(&part)) {
      rows.push_back({rule, Switched(term->off(), domain::TermText(*term)), term->source()});
    } else if (const auto* escalates = dynamic_cast<const Escalates*>(&part)) {
      rows.push_back({rule, EscalatesText(*escalates), escalates->source()});
    } else if (const auto* finding = dynamic_cast<const FindingPolicy*>(&part)) {
      rows.push_back(
          {rule, Switched(finding->off(), EscalatesText(finding->escalates())), finding->escalates().source()});
    } else {
      AddRows(part, absl::StrCat(rule, "."), rows);
    }
  }
}

std::string WithSource(const PolicyRow& row) { return absl::StrCat(row.value, " (", row.source, ")"); }

}  // namespace

std::vector<PolicyRow> PolicyRows(const registry::v1::Policy& policy) {
  std::vector<PolicyRow> rows;
  AddRows(policy, "", rows);
  return rows;
}

Table PolicyTable(const registry::v1::Policy& policy) {
  Table table({"rule", "value", "source"});
  for (const PolicyRow& row : PolicyRows(policy)) table.AddRow({row.rule, row.value, row.source});
  return table;
}

std::vector<PolicyChange> PolicyChanges(const registry::v1::Policy& now, const registry::v1::Policy& then) {
  const std::vector<PolicyRow> before = PolicyRows(now);
  const std::vector<PolicyRow> after = PolicyRows(then);
  WHISTLE_CHECK(before.size() == after.size(), "every policy has the same rules");
  std::vector<PolicyChange> changes;
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i].value != after[i].value) {
      changes.push_back({before[i].rule, before[i].value, after[i].value});
    } else if (before[i].source != after[i].source) {
      changes.push_back({before[i].rule, WithSource(before[i]), WithSource(after[i])});
    }
  }
  return changes;
}

}  // namespace whistle::whistlectl
