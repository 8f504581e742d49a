#include "tools/whistlectl/case_changes.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/base/time.h"
#include "tools/whistlectl/words.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::whistlectl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The fields of a message that are set, as path and text, in the order of the fields.
class Flat {
 public:
  explicit Flat(const Message& message) { Add(message, ""); }

  const std::vector<std::pair<std::string, std::string>>& lines() const { return lines_; }

 private:
  void Add(const Message& message, const std::string& path) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const std::string at = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
      if (!field->is_repeated()) {
        AddValue(message, field, -1, at);
        continue;
      }
      std::set<std::string> used;
      for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
        std::string name = ElementName(message, field, i);
        // An id that a list has twice tells nothing: the place does.
        if (name.empty() || !used.insert(name).second) name = absl::StrCat(i);
        AddValue(message, field, i, absl::StrCat(at, "[", name, "]"));
      }
    }
  }

  // By what an element is known; empty if by nothing.
  static std::string ElementName(const Message& message, const FieldDescriptor* field, int i) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return "";
    const Message& element = message.GetReflection()->GetRepeatedMessage(message, field, i);
    if (element.GetDescriptor() == common::v1::OrganizationRef::descriptor()) {
      return static_cast<const common::v1::OrganizationRef&>(element).organization_id();
    }
    const FieldDescriptor* first = element.GetDescriptor()->FindFieldByNumber(1);
    if (first == nullptr || first->is_repeated()) return "";
    if (first->type() == FieldDescriptor::TYPE_ENUM) return Scalar(element, first, -1);
    if (first->type() != FieldDescriptor::TYPE_STRING || !absl::EndsWith(first->name(), "_id")) return "";
    return Scalar(element, first, -1);
  }

  void AddValue(const Message& message, const FieldDescriptor* field, int i, const std::string& at) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      lines_.emplace_back(at, Scalar(message, field, i));
      return;
    }
    const auto& reflection = *message.GetReflection();
    const Message& part =
        i < 0 ? reflection.GetMessage(message, field) : reflection.GetRepeatedMessage(message, field, i);
    if (part.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
      lines_.emplace_back(at, base::TimeText(base::FromProto(static_cast<const google::protobuf::Timestamp&>(part))));
    } else if (part.GetDescriptor() == common::v1::OrganizationRef::descriptor()) {
      const auto& organization = static_cast<const common::v1::OrganizationRef&>(part);
      lines_.emplace_back(
          at, organization.organization_id().empty() ? organization.name() : organization.organization_id());
    } else {
      Add(part, at);
    }
  }

  static std::string Scalar(const Message& message, const FieldDescriptor* field, int i) {
    const auto& r = *message.GetReflection();
    const bool one = i < 0;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        return (one ? r.GetBool(message, field) : r.GetRepeatedBool(message, field, i)) ? "true" : "false";
      case FieldDescriptor::CPPTYPE_INT32:
        return absl::StrCat(one ? r.GetInt32(message, field) : r.GetRepeatedInt32(message, field, i));
      case FieldDescriptor::CPPTYPE_INT64:
        return absl::StrCat(one ? r.GetInt64(message, field) : r.GetRepeatedInt64(message, field, i));
      case FieldDescriptor::CPPTYPE_UINT32:
        return absl::StrCat(one ? r.GetUInt32(message, field) : r.GetRepeatedUInt32(message, field, i));
      case FieldDescriptor::CPPTYPE_UINT64:
        return absl::StrCat(one ? r.GetUInt64(message, field) : r.GetRepeatedUInt64(message, field, i));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return absl::StrCat(one ? r.GetDouble(message, field) : r.GetRepeatedDouble(message, field, i));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return absl::StrCat(one ? r.GetFloat(message, field) : r.GetRepeatedFloat(message, field, i));
      case FieldDescriptor::CPPTYPE_ENUM:
        return EnumWords(*field->enum_type(),
                         one ? r.GetEnumValue(message, field) : r.GetRepeatedEnumValue(message, field, i));
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string text = one ? r.GetString(message, field) : r.GetRepeatedString(message, field, i);
        return field->type() == FieldDescriptor::TYPE_BYTES ? absl::BytesToHexString(text) : text;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        break;
    }
    return "";
  }

  std::vector<std::pair<std::string, std::string>> lines_;
};

}  // namespace

std::vector<Change> Changes(const Message& from, const Message& to) {
  const Flat before(from);
  const Flat after(to);
  const std::map<std::string, std::string> was(before.lines().begin(), before.lines().end());
  const std::map<std::string, std::string> is(after.lines().begin(), after.lines().end());
  std::vector<Change> changes;
  for (const auto& [field, text] : before.lines()) {
    const auto found = is.find(field);
    if (found == is.end()) {
      changes.push_back({field, text, std::nullopt});
    } else if (found->second != text) {
      changes.push_back({field, text, found->second});
    }
  }
  for (const auto& [field, text] : after.lines()) {
    if (!was.contains(field)) changes.push_back({field, std::nullopt, text});
  }
  return changes;
}

}  // namespace whistle::whistlectl
