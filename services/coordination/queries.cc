#include "services/coordination/queries.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/base/time.h"
#include "libs/domain/model.h"
#include "libs/domain/terms.h"
#include "libs/entries/entries.h"
#include "libs/entries/pages.h"
#include "services/coordination/model.h"

namespace whistle::coordination {
namespace {

using common::v1::OrganizationRef;
using entries::Entry;
using google::protobuf::RepeatedPtrField;
using projection::Reader;

bool Is(const std::string& organization_id, const OrganizationRef& organization) {
  return organization.organization_id() == organization_id;
}

bool AnyIs(const std::string& organization_id, const RepeatedPtrField<OrganizationRef>& organizations) {
  return std::any_of(organizations.begin(), organizations.end(),
                     [&](const OrganizationRef& organization) { return Is(organization_id, organization); });
}

v1::WhistleAnswer* AnswerOf(v1::WhistleView& whistle, const OrganizationRef& department) {
  for (auto& answer : *whistle.mutable_answers()) {
    if (Is(department.organization_id(), answer.department())) return &answer;
  }
  return nullptr;
}

void Tell(const Entry& entry, v1::WhistleView& out) {
  const journal::v1::Event& event = entry.event;
  out.add_event_ids(entry.event_id);
  if (event.has_whistle_blown()) {
    *out.mutable_blown() = event.whistle_blown();
    *out.mutable_occurred_at() = event.occurred_at();
    for (const auto& called : event.whistle_blown().called()) {
      v1::WhistleAnswer& answer = *out.add_answers();
      *answer.mutable_department() = called.department();
      *answer.mutable_due() = called.due();
    }
  } else if (event.has_department_reported_in()) {
    if (auto* answer = AnswerOf(out, event.department_reported_in().department())) {
      answer->set_reported_event_id(entry.event_id);
      *answer->mutable_reported_at() = event.occurred_at();
    }
  } else if (event.has_whistle_unanswered()) {
    if (auto* answer = AnswerOf(out, event.whistle_unanswered().department())) {
      answer->set_unanswered_event_id(entry.event_id);
      // One that fired again stands, whatever became of the first.
      answer->set_lifted_event_id(entry.lifted_event_ids.empty() ? "" : entry.lifted_event_ids.back());
    }
  }
}

void Tell(const Entry& entry, v1::Meeting& out) {
  const journal::v1::Event& event = entry.event;
  out.add_event_ids(entry.event_id);
  if (event.has_meeting_convened()) {
    *out.mutable_convened() = event.meeting_convened();
    *out.mutable_convened_at() = event.occurred_at();
  } else if (event.has_meeting_held()) {
    *out.mutable_held() = event.meeting_held();
    out.set_held_event_id(entry.event_id);
    *out.mutable_held_at() = event.occurred_at();
  } else if (event.has_commitment_made()) {
    out.add_commitment_ids(entry.event_id);
  }
}

void Tell(const Entry& entry, v1::Commitment& out) {
  const journal::v1::Event& event = entry.event;
  out.add_event_ids(entry.event_id);
  if (event.has_commitment_made()) {
    *out.mutable_made() = event.commitment_made();
    *out.mutable_occurred_at() = event.occurred_at();
    out.set_status(v1::COMMITMENT_STATUS_OPEN);
  } else if (event.has_commitment_kept()) {
    out.set_status(v1::COMMITMENT_STATUS_KEPT);
    out.set_kept_event_id(entry.event_id);
    *out.mutable_kept_at() = event.occurred_at();
  } else if (event.has_commitment_broken()) {
    out.set_broken_event_id(entry.event_id);
    if (entry.lifted_event_ids.empty()) {
      out.set_status(v1::COMMITMENT_STATUS_BROKEN);
      out.clear_lifted_event_id();
    } else {
      out.set_lifted_event_id(entry.lifted_event_ids.back());
    }
  }
}

void Tell(const Entry& entry, v1::Item& out) {
  const journal::v1::Event& event = entry.event;
  out.add_event_ids(entry.event_id);
  if (event.has_item_listed()) {
    *out.mutable_listed() = event.item_listed();
    *out.mutable_occurred_at() = event.occurred_at();
    out.set_status(v1::ITEM_STATUS_OPEN);
  } else if (event.has_item_cleared()) {
    out.set_status(v1::ITEM_STATUS_CLEARED);
    *out.mutable_cleared() = event.item_cleared();
    out.set_cleared_event_id(entry.event_id);
    *out.mutable_cleared_at() = event.occurred_at();
  }
}

// How old it is, whether it is late, and of which case it is.
absl::Status AddStanding(const Reader& reader, const ItemReading& reading, v1::Item& item) {
  const absl::Time until = item.has_cleared() ? base::FromProto(item.cleared_at()) : reading.now;
  item.set_age_days(
      reading.calendar.DaysOver(base::FromProto(item.occurred_at()), until, registry::DayKind::kCalendar));
  item.set_overdue(domain::HasPassed(item.listed().due(), until));
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindCase(item.case_id()));
  State state;
  if (!row || !state.ParseFromString(row->state())) {
    return absl::DataLossError(absl::StrCat("the state of case ", item.case_id(), " is unreadable"));
  }
  item.set_title(state.header().title());
  return absl::OkStatus();
}

bool HasToDoWith(const std::string& organization_id, const v1::WhistleView& whistle) {
  if (Is(organization_id, whistle.blown().blown_by())) return true;
  return std::any_of(whistle.answers().begin(), whistle.answers().end(),
                     [&](const auto& answer) { return Is(organization_id, answer.department()); });
}

bool HasToDoWith(const std::string& organization_id, const v1::Meeting& meeting) {
  return Is(organization_id, meeting.convened().convened_by()) ||
         AnyIs(organization_id, meeting.convened().invited()) || Is(organization_id, meeting.held().held_by()) ||
         AnyIs(organization_id, meeting.held().attended()) || AnyIs(organization_id, meeting.held().absent());
}

// Everything that happened to one thing, told.
template <typename Thing>
absl::Status TellAll(const Reader& reader, const std::string& case_id, const std::string& id, Thing& thing) {
  thing.set_case_id(case_id);
  WHISTLE_ASSIGN_OR_RETURN(const auto all, entries::ListEntries(reader, case_id, id));
  for (const Entry& entry : all) Tell(entry, thing);
  return absl::OkStatus();
}

std::string PrefixOf(const std::string& kind, bool open_alone, const std::string& case_id,
                     const std::string& organization_id) {
  if (!open_alone || organization_id.empty()) return entries::ThingsOf(kind, case_id, organization_id);
  if (case_id.empty()) return domain::IndexKey({"open_" + kind, organization_id});
  return domain::IndexKey({"open_" + kind, organization_id, case_id});
}

}  // namespace

absl::Status ListWhistles(const Reader& reader, const v1::ListWhistlesRequest& request,
                          v1::ListWhistlesResponse& response) {
  const std::string& organization_id = request.organization_id();
  WHISTLE_RETURN_IF_ERROR(entries::CheckScope(reader, request.case_id(), organization_id));
  return entries::FillPage(reader, entries::ThingsOf("whistle", request.case_id(), organization_id), request, response,
                           [&](const std::string& case_id, const std::string& id) -> absl::StatusOr<size_t> {
                             v1::WhistleView whistle;
                             whistle.set_whistle_id(id);
                             WHISTLE_RETURN_IF_ERROR(TellAll(reader, case_id, id, whistle));
                             if (!whistle.has_blown()) return 0;
                             if (!organization_id.empty() && !HasToDoWith(organization_id, whistle)) return 0;
                             *response.add_whistles() = whistle;
                             return whistle.ByteSizeLong();
                           });
}

absl::Status ListMeetings(const Reader& reader, const v1::ListMeetingsRequest& request,
                          v1::ListMeetingsResponse& response) {
  const std::string& organization_id = request.organization_id();
  WHISTLE_RETURN_IF_ERROR(entries::CheckScope(reader, request.case_id(), organization_id));
  return entries::FillPage(reader, entries::ThingsOf("meeting", request.case_id(), organization_id), request, response,
                           [&](const std::string& case_id, const std::string& id) -> absl::StatusOr<size_t> {
                             v1::Meeting meeting;
                             meeting.set_meeting_id(id);
                             WHISTLE_RETURN_IF_ERROR(TellAll(reader, case_id, id, meeting));
                             if (!meeting.has_convened() && !meeting.has_held()) return 0;
                             if (!organization_id.empty() && !HasToDoWith(organization_id, meeting)) return 0;
                             *response.add_meetings() = meeting;
                             return meeting.ByteSizeLong();
                           });
}

absl::Status ListCommitments(const Reader& reader, const v1::ListCommitmentsRequest& request,
                             v1::ListCommitmentsResponse& response) {
  const std::string& organization_id = request.organization_id();
  WHISTLE_RETURN_IF_ERROR(entries::CheckScope(reader, request.case_id(), organization_id));
  const bool owed = request.status() == v1::COMMITMENT_STATUS_OPEN || request.status() == v1::COMMITMENT_STATUS_BROKEN;
  return entries::FillPage(
      reader, PrefixOf("commitment", owed, request.case_id(), organization_id), request, response,
      [&](const std::string& case_id, const std::string& id) -> absl::StatusOr<size_t> {
        v1::Commitment commitment;
        commitment.set_commitment_id(id);
        WHISTLE_RETURN_IF_ERROR(TellAll(reader, case_id, id, commitment));
        if (!commitment.has_made()) return 0;
        if (!organization_id.empty() && !Is(organization_id, commitment.made().organization())) return 0;
        if (request.status() != v1::COMMITMENT_STATUS_UNSPECIFIED && request.status() != commitment.status()) return 0;
        *response.add_commitments() = commitment;
        return commitment.ByteSizeLong();
      });
}

absl::Status ListItems(const Reader& reader, const ItemReading& reading, const v1::ListItemsRequest& request,
                       v1::ListItemsResponse& response) {
  const std::string& organization_id = request.organization_id();
  WHISTLE_RETURN_IF_ERROR(entries::CheckScope(reader, request.case_id(), organization_id));
  const bool open = request.status() == v1::ITEM_STATUS_OPEN;
  return entries::FillPage(reader, PrefixOf("item", open, request.case_id(), organization_id), request, response,
                           [&](const std::string& case_id, const std::string& id) -> absl::StatusOr<size_t> {
                             v1::Item item;
                             item.set_item_id(id);
                             WHISTLE_RETURN_IF_ERROR(TellAll(reader, case_id, id, item));
                             if (!item.has_listed()) return 0;
                             if (!organization_id.empty() && !Is(organization_id, item.listed().listed_by())) return 0;
                             if (request.status() != v1::ITEM_STATUS_UNSPECIFIED && request.status() != item.status())
                               return 0;
                             WHISTLE_RETURN_IF_ERROR(AddStanding(reader, reading, item));
                             *response.add_items() = item;
                             return item.ByteSizeLong();
                           });
}

absl::Status GetCoordinationCase(const Reader& reader, const v1::GetCoordinationCaseRequest& request,
                                 v1::GetCoordinationCaseResponse& response) {
  WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(request.case_id(), "case_id", 64));
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindCase(request.case_id()));
  if (!row) return absl::NotFoundError(absl::StrCat("case_id: there is no case ", request.case_id()));
  v1::CoordinationCase& found = *response.mutable_coordination_case();
  found.set_case_id(request.case_id());
  found.set_version(row->version());
  found.set_head(row->head());
  if (!found.mutable_state()->ParseFromString(row->state())) {
    return absl::DataLossError(absl::StrCat("the state of case ", request.case_id(), " is unreadable"));
  }
  return absl::OkStatus();
}

}  // namespace whistle::coordination
