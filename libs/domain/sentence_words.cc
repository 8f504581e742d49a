#include "libs/domain/sentence_words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/time.h"

namespace whistle::domain {
namespace {

// A corrected value as people read it: an organization's name, a date, a text.
std::string ValueText(const std::string& json) {
  google::protobuf::Value value;
  if (!google::protobuf::util::JsonStringToMessage(json, &value).ok()) return json;
  if (value.kind_case() == google::protobuf::Value::kNullValue) return "nothing";
  if (value.kind_case() == google::protobuf::Value::kStringValue) return absl::StrCat("\"", value.string_value(), "\"");
  common::v1::OrganizationRef organization;
  if (google::protobuf::util::JsonStringToMessage(json, &organization).ok()) return NameOf(organization);
  common::v1::DueDate due;
  if (google::protobuf::util::JsonStringToMessage(json, &due).ok() && due.has_due_at()) return DateText(due.due_at());
  return json;
}

}  // namespace

std::string NameOf(const common::v1::OrganizationRef& organization) {
  if (!organization.name().empty()) return organization.name();
  return organization.organization_id().empty() ? "somebody" : organization.organization_id();
}

std::string NamesOf(const google::protobuf::RepeatedPtrField<common::v1::OrganizationRef>& organizations) {
  std::string names;
  for (int i = 0; i < organizations.size(); ++i) {
    const absl::string_view before = i == 0 ? "" : i + 1 == organizations.size() ? " and " : ", ";
    absl::StrAppend(&names, before, NameOf(organizations[i]));
  }
  return names;
}

std::string Begin(std::string text) {
  if (!text.empty()) text[0] = absl::ascii_toupper(text[0]);
  return text;
}

std::string Stop(std::string text) {
  const bool ended = absl::EndsWith(text, ".") || absl::EndsWith(text, "!") || absl::EndsWith(text, "?");
  return ended ? text : text + ".";
}

std::string DateText(const google::protobuf::Timestamp& time) {
  const std::string text = base::TimeText(base::FromProto(time));
  return std::string(absl::StripSuffix(text, "T00:00:00Z"));
}

std::string ByDate(const common::v1::DueDate& due) {
  if (!due.has_due_at()) return "";
  // A date that was counted in days is its last day to people, not the midnight that ends it.
  return absl::StrCat(" by ", due.last_day().empty() ? DateText(due.due_at()) : due.last_day());
}

std::string Because(absl::string_view text) {
  return text.empty() ? "" : absl::StrCat(": ", absl::StrReplaceAll(text, {{"\n", " "}}));
}

std::string On(const google::protobuf::RepeatedPtrField<common::v1::Grounds>& grounds) {
  if (grounds.empty()) return "";
  std::string text = " (on ";
  for (int i = 0; i < grounds.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : "; ", grounds[i].document(), grounds[i].clause().empty() ? "" : " ",
                    grounds[i].clause());
  }
  return text + ")";
}

std::string Say(const common::v1::DeadlineApproaching& event) {
  return absl::StrCat("A date is near", event.has_organization() ? " for " + NameOf(event.organization()) : "", ": ",
                      DateText(event.due_at()), " (", event.rule(), " ", event.subject(), ").");
}

std::string Say(const common::v1::OverdueLifted& event) {
  return absl::StrCat("The overdue ", event.overdue_event_id(), " is lifted, proved by ", event.proof_event_id(),
                      Because(event.why()), ".");
}

std::string Say(const common::v1::EntryCorrected& event) {
  std::string text = absl::StrCat("Entry ", event.event_id(), " is corrected");
  for (const auto& field : event.fields()) {
    absl::StrAppend(&text, &field == &*event.fields().begin() ? ": " : "; ", field.path(), " was ",
                    ValueText(field.was()), ", is ", ValueText(field.is()));
  }
  return absl::StrCat(text, Because(event.why()), ".");
}

}  // namespace whistle::domain
