#include "libs/backtest/rewrite.h"

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/time.h"
#include "libs/domain/correction.h"
#include "libs/domain/terms.h"
#include "whistle/common/v1/corrections.pb.h"

namespace whistle::backtest {
namespace {

using common::v1::DueDate;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using registry::v1::Term;

// The rules of dates that put another date off (services/intake/handling.cc, services/response/assignments.cc).
bool IsExtension(absl::string_view rule) { return rule == "handling_extension_max" || rule == "response_extension"; }

// The policy's term of that name; null if it has none.
const Term* TermOf(const registry::v1::Policy& policy, const std::string& rule) {
  const FieldDescriptor* field = policy.GetDescriptor()->FindFieldByName(rule);
  if (field == nullptr || field->message_type() != Term::descriptor()) return nullptr;
  return &static_cast<const Term&>(policy.GetReflection()->GetMessage(policy, field));
}

domain::DateBasis BasisOf(const Rewriting& rewriting, const DueDate& due) {
  return {rewriting.calendar, due.registry_version(), rewriting.policy.warn_percent()};
}

DueDate Recounted(const Rewriting& rewriting, const DueDate& due, absl::Time occurred_at) {
  const absl::Time start = due.has_counted_from() ? base::FromProto(due.counted_from()) : occurred_at;
  if (due.rule() == "given" && due.has_due_at()) {
    return domain::DueGiven(start, base::FromProto(due.due_at()), BasisOf(rewriting, due));
  }
  const Term* term = IsExtension(due.rule()) ? nullptr : TermOf(rewriting.policy, due.rule());
  return term == nullptr ? due : domain::DueFrom(start, *term, due.rule(), BasisOf(rewriting, due));
}

// The extension `due`, added to the date that there is.
DueDate Extended(const Rewriting& rewriting, const DueDate& due, const DueDate& before) {
  if (!before.has_due_at()) return before;
  Term term;
  term.set_count(due.hours() > 0 ? due.hours() : due.days());
  term.set_unit(due.hours() > 0      ? registry::v1::TERM_UNIT_HOURS
                : due.working_days() ? registry::v1::TERM_UNIT_WORKING_DAYS
                                     : registry::v1::TERM_UNIT_CALENDAR_DAYS);
  return domain::DueAfter(before, term, due.rule(), BasisOf(rewriting, due));
}

void RecountDates(const Rewriting& rewriting, absl::Time occurred_at, Message* message) {
  if (message->GetDescriptor() == DueDate::descriptor()) {
    auto* due = static_cast<DueDate*>(message);
    *due = Recounted(rewriting, *due, occurred_at);
    return;
  }
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      RecountDates(rewriting, occurred_at, reflection->MutableMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      RecountDates(rewriting, occurred_at, reflection->MutableRepeatedMessage(message, field, i));
    }
  }
}

// A correction says the dates that follow from it as JSON; no other value of it reads as a date with a rule.
void RecountFollowingDates(const Rewriting& rewriting, absl::Time occurred_at, common::v1::EntryCorrected* corrected) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  for (common::v1::CorrectedField& field : *corrected->mutable_fields()) {
    for (std::string* json : {field.mutable_was(), field.mutable_is()}) {
      DueDate due;
      if (!google::protobuf::util::JsonStringToMessage(*json, &due).ok() || due.rule().empty()) continue;
      std::string recounted;
      due = Recounted(rewriting, due, occurred_at);
      // What has no JSON form came from no service of ours, and stays as it is.
      if (google::protobuf::util::MessageToJsonString(due, &recounted, options).ok()) *json = std::move(recounted);
    }
  }
}

}  // namespace

void Rewrite(const Rewriting& rewriting, journal::v1::Event* event) {
  if (event->has_case_registered()) {
    *event->mutable_case_registered()->mutable_policy() = rewriting.policy;
  } else if (event->has_policy_rebound()) {
    *event->mutable_policy_rebound()->mutable_policy() = rewriting.policy;
  }
  Message* body = domain::MutableBodyOf(event);
  if (body == nullptr) return;
  const absl::Time occurred_at = base::FromProto(event->occurred_at());
  if (body->GetDescriptor() == common::v1::EntryCorrected::descriptor()) {
    RecountFollowingDates(rewriting, occurred_at, static_cast<common::v1::EntryCorrected*>(body));
    return;
  }
  if (event->has_handling_extended()) {
    auto& extended = *event->mutable_handling_extended();
    if (auto before = rewriting.date_of("handling", "handling")) {
      *extended.mutable_due() = Extended(rewriting, extended.due(), *before);
      *extended.mutable_from() = *std::move(before);
    }
    return;
  }
  if (event->has_extension_granted()) {
    auto& granted = *event->mutable_extension_granted();
    if (auto before = rewriting.date_of("response", granted.assignment_id())) {
      *granted.mutable_new_due() = Extended(rewriting, granted.new_due(), *before);
      *granted.mutable_old_due() = *std::move(before);
    }
    return;
  }
  if (event->has_case_reopened()) {
    if (auto kept = rewriting.date_of("handling", "handling")) {
      *event->mutable_case_reopened()->mutable_handling_due() = *std::move(kept);
      return;
    }
  }
  RecountDates(rewriting, occurred_at, body);
}

}  // namespace whistle::backtest
