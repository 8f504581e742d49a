#include "libs/backtest/event_ids.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/message.h"
#include "libs/domain/context.h"
#include "libs/domain/correction.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/intake/v1/case.pb.h"

namespace whistle::backtest {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Fields that name an event of another case: a merge is a conversation of two.
bool NamesAnotherCasesEvent(const Message& message, const std::string& name) {
  const auto* type = message.GetDescriptor();
  if (type == intake::v1::MergeAccepted::descriptor() || type == intake::v1::MergeRefused::descriptor()) {
    return name == "proposal_event_id";
  }
  if (type == intake::v1::MergeCompleted::descriptor()) return name == "accepted_event_id";
  if (type == intake::v1::MergeWithdrawn::descriptor()) return name == "refused_event_id";
  return false;
}

bool NamesEvents(const Message& message, const FieldDescriptor& field) {
  if (field.type() != FieldDescriptor::TYPE_STRING) return false;
  const std::string& name = field.name();
  if (!absl::EndsWith(name, "_id") && !absl::EndsWith(name, "_ids")) return false;
  for (const absl::string_view other : {"organization_id", "petitioner_id", "case_id", "superior_id", "authority_id"}) {
    if (absl::StrContains(name, other)) return false;
  }
  return !NamesAnotherCasesEvent(message, name);
}

void TranslateMessage(const Translate& translate, Message* message) {
  const auto* type = message->GetDescriptor();
  // Neither holds an event's id, and most of a journal's messages are these.
  if (type == common::v1::OrganizationRef::descriptor() || type == intake::v1::Site::descriptor()) return;
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!field->is_repeated()) {
        TranslateMessage(translate, reflection->MutableMessage(message, field));
        continue;
      }
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        TranslateMessage(translate, reflection->MutableRepeatedMessage(message, field, i));
      }
    } else if (field->name() == "subject" && field->type() == FieldDescriptor::TYPE_STRING) {
      reflection->SetString(message, field, TranslateSubject(translate, reflection->GetString(*message, field)));
    } else if (NamesEvents(*message, *field)) {
      if (!field->is_repeated()) {
        reflection->SetString(message, field, TranslateSubject(translate, reflection->GetString(*message, field)));
        continue;
      }
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        const std::string said = reflection->GetRepeatedString(*message, field, i);
        reflection->SetRepeatedString(message, field, i, TranslateSubject(translate, said));
      }
    }
  }
}

}  // namespace

std::string TranslateSubject(const Translate& translate, absl::string_view subject) {
  std::vector<std::string> parts = absl::StrSplit(subject, '/');
  for (std::string& part : parts) {
    if (domain::ParseEventId(part)) part = translate(part);
  }
  return absl::StrJoin(parts, "/");
}

void TranslateEvent(const Translate& translate, journal::v1::Event* event) {
  if (Message* body = domain::MutableBodyOf(event)) TranslateMessage(translate, body);
}

void TranslateItem(const Translate& translate, common::v1::AgendaItem* item) {
  item->set_subject(TranslateSubject(translate, item->subject()));
  item->set_created_by_event_id(TranslateSubject(translate, item->created_by_event_id()));
}

}  // namespace whistle::backtest
