#include "libs/domain/obligation.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/time.h"
#include "libs/domain/model.h"

namespace whistle::domain {

using common::v1::AgendaItem;
using common::v1::Obligation;

namespace {

bool Fires(const Obligation& obligation) {
  return obligation.due().has_due_at() && !obligation.resting() && obligation.overdue_event_id().empty();
}

AgendaItem Item(const Obligation& obligation, const google::protobuf::Timestamp& due_at, common::v1::AgendaKind kind) {
  AgendaItem item;
  item.set_case_id(obligation.case_id());
  *item.mutable_due_at() = due_at;
  item.set_kind(kind);
  item.set_subject(obligation.subject());
  item.set_created_by_event_id(obligation.due_event_id());
  return item;
}

}  // namespace

void AddDates(const std::vector<Obligation>& obligations, std::vector<AgendaItem>* items) {
  for (const Obligation& obligation : obligations) {
    if (!Fires(obligation)) continue;
    if (obligation.due().has_warn_at() && obligation.warned_event_id().empty()) {
      items->push_back(Item(obligation, obligation.due().warn_at(), common::v1::AGENDA_KIND_DEADLINE_APPROACHING));
    }
    items->push_back(Item(obligation, obligation.due().due_at(), obligation.overdue_kind()));
  }
}

void AddDueKeys(const std::vector<Obligation>& obligations, std::vector<std::string>* keys) {
  for (const Obligation& obligation : obligations) {
    if (!obligation.due().has_due_at() || obligation.resting()) continue;
    const std::string date = SortableTime(base::FromProto(obligation.due().due_at()));
    const std::string& organization_id = obligation.organization().organization_id();
    keys->push_back(IndexKey({"due", date, obligation.case_id(), obligation.rule(), obligation.subject()}));
    if (!organization_id.empty()) {
      keys->push_back(
          IndexKey({"due_of", organization_id, date, obligation.case_id(), obligation.rule(), obligation.subject()}));
    }
    if (!obligation.overdue_event_id().empty()) {
      keys->push_back(
          IndexKey({"overdue", obligation.rule(), organization_id, obligation.case_id(), obligation.subject()}));
    }
  }
}

std::string SortableTime(absl::Time time) {
  // Never negative: no recorded time is before 1900. 16 digits hold the milliseconds to the year 9999.
  return absl::StrFormat("%016d", absl::ToInt64Milliseconds(time - base::EarliestTime()));
}

const Obligation* FindObligation(const std::vector<Obligation>& obligations, const AgendaItem& item) {
  for (const Obligation& obligation : obligations) {
    const bool of_kind =
        item.kind() == common::v1::AGENDA_KIND_DEADLINE_APPROACHING || item.kind() == obligation.overdue_kind();
    if (of_kind && obligation.subject() == item.subject() && obligation.due_event_id() == item.created_by_event_id()) {
      return &obligation;
    }
  }
  return nullptr;
}

std::optional<Rejection> RequireDue(const Obligation* obligation, const AgendaItem& item, const Context& context) {
  if (obligation == nullptr || obligation->resting() || !obligation->due().has_due_at()) {
    return Illegal("not_owed", item.subject(), "something that is owed by a date", "it is owed no more");
  }
  if (!obligation->overdue_event_id().empty()) {
    return Already("overdue", item.subject(), obligation->overdue_event_id());
  }
  if (item.kind() == common::v1::AGENDA_KIND_DEADLINE_APPROACHING && !obligation->warned_event_id().empty()) {
    return Already("warned", item.subject(), obligation->warned_event_id());
  }
  const absl::Time due_at = base::FromProto(item.due_at());
  if (context.now >= due_at) return std::nullopt;
  return Illegal("not_yet_due", item.subject(), absl::StrCat("from ", base::TimeText(due_at), " on"),
                 absl::StrCat("it is ", base::TimeText(context.now)));
}

common::v1::DeadlineApproaching Approaching(const Obligation& obligation) {
  common::v1::DeadlineApproaching approaching;
  approaching.set_subject(obligation.subject());
  *approaching.mutable_due_at() = obligation.due().due_at();
  approaching.set_rule(obligation.rule());
  if (obligation.has_organization()) *approaching.mutable_organization() = obligation.organization();
  return approaching;
}

}  // namespace whistle::domain
