#include "libs/rpc/field_check.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/base/time.h"
#include "libs/rpc/status_table.h"

namespace whistle::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The way from the request to a field, innermost first: a list on the stack, spelled out only when something is wrong.
struct Step {
  const Step* outer;
  const FieldDescriptor* field;
  // -1 for a field that is not repeated.
  int index;

  std::string Path() const {
    std::string out = outer == nullptr ? "" : absl::StrCat(outer->Path(), ".");
    absl::StrAppend(&out, std::string(field->name()));
    if (index >= 0) absl::StrAppend(&out, "[", index, "]");
    return out;
  }
};

// `wrong` is what base says of the field, under an empty name: ": must be …".
absl::Status Named(const absl::Status& wrong, const Step& step, absl::string_view reason) {
  common::v1::RejectionDetail detail;
  detail.set_kind(common::v1::REJECTION_KIND_INVALID);
  detail.set_reason(std::string(reason));
  detail.set_subject(step.Path());
  return Refused(detail, absl::StrCat(detail.subject(), wrong.message()));
}

absl::Status CheckString(const std::string& text, const Step& step) {
  const absl::Status status = base::CheckText(text, "", {0, kAnyTextBytesMax});
  return status.ok() ? status : Named(status, step, "bad_text");
}

absl::Status CheckMessage(const Message& message, const Step* outer);

absl::Status CheckOne(const Message& value, const Step& step) {
  if (value.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
    const absl::Status status = base::CheckTimestamp(static_cast<const google::protobuf::Timestamp&>(value), "");
    return status.ok() ? status : Named(status, step, "bad_time");
  }
  return CheckMessage(value, &step);
}

absl::Status CheckMessage(const Message& message, const Step* outer) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool is_text = field->type() == FieldDescriptor::TYPE_STRING;
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!is_text && !is_message) continue;
    std::string scratch;
    if (field->is_repeated()) {
      const int size = reflection.FieldSize(message, field);
      for (int i = 0; i < size; ++i) {
        const Step step{outer, field, i};
        WHISTLE_RETURN_IF_ERROR(
            is_text ? CheckString(reflection.GetRepeatedStringReference(message, field, i, &scratch), step)
                    : CheckOne(reflection.GetRepeatedMessage(message, field, i), step));
      }
    } else {
      const Step step{outer, field, -1};
      WHISTLE_RETURN_IF_ERROR(is_text ? CheckString(reflection.GetStringReference(message, field, &scratch), step)
                                      : CheckOne(reflection.GetMessage(message, field), step));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckFields(const Message& request) { return CheckMessage(request, nullptr); }

}  // namespace whistle::rpc
