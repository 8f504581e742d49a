#include "services/response/queries.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/domain/model.h"
#include "libs/entries/entries.h"
#include "libs/entries/pages.h"

namespace whistle::response {
namespace {

using entries::Entry;
using projection::Reader;

bool IsOf(const std::string& organization_id, const common::v1::OrganizationRef& organization) {
  return organization_id.empty() || organization.organization_id() == organization_id;
}

void Tell(const Entry& entry, v1::Assignment& out) {
  const journal::v1::Event& event = entry.event;
  out.add_event_ids(entry.event_id);
  const auto settle = [&](v1::AssignmentStatus status) {
    out.set_status(status);
    out.set_settled_event_id(entry.event_id);
    *out.mutable_settled_at() = event.occurred_at();
  };
  if (event.has_response_requested()) {
    *out.mutable_requested() = event.response_requested();
    *out.mutable_occurred_at() = event.occurred_at();
    *out.mutable_due() = event.response_requested().due();
    out.set_status(v1::ASSIGNMENT_STATUS_OPEN);
  } else if (event.has_extension_granted()) {
    *out.mutable_due() = event.extension_granted().new_due();
    out.set_extensions(out.extensions() + 1);
  } else if (event.has_response_overdue()) {
    out.add_overdue_event_ids(entry.event_id);
    for (const std::string& lifted : entry.lifted_event_ids) out.add_lifted_event_ids(lifted);
  } else if (event.has_assignment_returned()) {
    settle(v1::ASSIGNMENT_STATUS_RETURNED);
  } else if (event.has_response_submitted() && event.response_submitted().stance() != v1::STANCE_REPORTS_PROGRESS) {
    settle(v1::ASSIGNMENT_STATUS_ANSWERED);
  }
}

void Tell(const Entry& entry, v1::Condition& out) {
  const journal::v1::Event& event = entry.event;
  out.add_event_ids(entry.event_id);
  if (event.has_condition_imposed()) {
    *out.mutable_imposed() = event.condition_imposed();
    *out.mutable_occurred_at() = event.occurred_at();
    out.set_status(v1::CONDITION_STATUS_OPEN);
  } else if (event.has_condition_met() || event.has_condition_waived()) {
    out.set_status(event.has_condition_met() ? v1::CONDITION_STATUS_MET : v1::CONDITION_STATUS_WAIVED);
    out.set_settled_event_id(entry.event_id);
    *out.mutable_settled_at() = event.occurred_at();
  }
}

// While all that is asked for is open and of one organization, the index of what is open is the shorter way.
std::string PrefixOf(const std::string& kind, bool open_alone, const std::string& case_id,
                     const std::string& organization_id) {
  if (!open_alone || organization_id.empty()) return entries::ThingsOf(kind, case_id, organization_id);
  if (case_id.empty()) return domain::IndexKey({"open_" + kind, organization_id});
  return domain::IndexKey({"open_" + kind, organization_id, case_id});
}

}  // namespace

absl::Status ListAssignments(const Reader& reader, const v1::ListAssignmentsRequest& request,
                             v1::ListAssignmentsResponse& response) {
  WHISTLE_RETURN_IF_ERROR(entries::CheckScope(reader, request.case_id(), request.organization_id()));
  const std::string prefix = PrefixOf("assignment", request.status() == v1::ASSIGNMENT_STATUS_OPEN, request.case_id(),
                                      request.organization_id());
  return entries::FillPage(
      reader, prefix, request, response,
      [&](const std::string& case_id, const std::string& id) -> absl::StatusOr<size_t> {
        v1::Assignment assignment;
        assignment.set_case_id(case_id);
        assignment.set_assignment_id(id);
        WHISTLE_ASSIGN_OR_RETURN(const auto all, entries::ListEntries(reader, case_id, id));
        for (const Entry& entry : all) Tell(entry, assignment);
        if (!assignment.has_requested() || !IsOf(request.organization_id(), assignment.requested().department()) ||
            (request.status() != v1::ASSIGNMENT_STATUS_UNSPECIFIED && request.status() != assignment.status())) {
          return 0;
        }
        *response.add_assignments() = assignment;
        return assignment.ByteSizeLong();
      });
}

absl::Status ListResponses(const Reader& reader, const v1::ListResponsesRequest& request,
                           v1::ListResponsesResponse& response) {
  WHISTLE_RETURN_IF_ERROR(entries::CheckScope(reader, request.case_id(), request.organization_id()));
  const std::string prefix = entries::ThingsOf("response", request.case_id(), request.organization_id());
  return entries::FillPage(reader, prefix, request, response,
                           [&](const std::string& case_id, const std::string& id) -> absl::StatusOr<size_t> {
                             WHISTLE_ASSIGN_OR_RETURN(auto entry, entries::FindEntry(reader, case_id, id));
                             if (!entry || !entry->event.has_response_submitted() ||
                                 !IsOf(request.organization_id(), entry->event.response_submitted().department())) {
                               return 0;
                             }
                             v1::Response& answer = *response.add_responses();
                             answer.set_case_id(case_id);
                             answer.set_response_id(id);
                             *answer.mutable_response() = std::move(*entry->event.mutable_response_submitted());
                             *answer.mutable_occurred_at() = entry->event.occurred_at();
                             for (const auto& by : entry->correction_event_ids) answer.add_correction_event_ids(by);
                             return answer.ByteSizeLong();
                           });
}

absl::Status ListConditions(const Reader& reader, const v1::ListConditionsRequest& request,
                            v1::ListConditionsResponse& response) {
  WHISTLE_RETURN_IF_ERROR(entries::CheckScope(reader, request.case_id(), request.organization_id()));
  const std::string prefix = PrefixOf("condition", request.status() == v1::CONDITION_STATUS_OPEN, request.case_id(),
                                      request.organization_id());
  return entries::FillPage(
      reader, prefix, request, response,
      [&](const std::string& case_id, const std::string& id) -> absl::StatusOr<size_t> {
        v1::Condition condition;
        condition.set_case_id(case_id);
        condition.set_condition_id(id);
        WHISTLE_ASSIGN_OR_RETURN(const auto all, entries::ListEntries(reader, case_id, id));
        for (const Entry& entry : all) Tell(entry, condition);
        if (!condition.has_imposed() || !IsOf(request.organization_id(), condition.imposed().department()) ||
            (request.status() != v1::CONDITION_STATUS_UNSPECIFIED && request.status() != condition.status())) {
          return 0;
        }
        *response.add_conditions() = condition;
        return condition.ByteSizeLong();
      });
}

absl::Status ListStatements(const Reader& reader, const v1::ListStatementsRequest& request,
                            v1::ListStatementsResponse& response) {
  WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(request.case_id(), "case_id", 64));
  if (!request.topic().empty()) WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(request.topic(), "topic", 64));
  WHISTLE_RETURN_IF_ERROR(entries::CheckScope(reader, request.case_id(), request.organization_id()));
  const std::string prefix = entries::ThingsOf("response", request.case_id(), request.organization_id());
  return entries::FillPage(reader, prefix, request, response,
                           [&](const std::string& case_id, const std::string& id) -> absl::StatusOr<size_t> {
                             WHISTLE_ASSIGN_OR_RETURN(const auto entry, entries::FindEntry(reader, case_id, id));
                             if (!entry || !entry->event.has_response_submitted()) return 0;
                             const v1::ResponseSubmitted& answer = entry->event.response_submitted();
                             if (!IsOf(request.organization_id(), answer.department())) return 0;
                             size_t bytes = 0;
                             for (const v1::Statement& statement : answer.statements()) {
                               if (!request.topic().empty() && request.topic() != statement.topic()) continue;
                               v1::StatementEntry& stated = *response.add_statements();
                               stated.set_case_id(case_id);
                               stated.set_response_id(id);
                               *stated.mutable_department() = answer.department();
                               *stated.mutable_occurred_at() = entry->event.occurred_at();
                               *stated.mutable_statement() = statement;
                               *stated.mutable_grounds() = answer.grounds();
                               stated.set_stance(answer.stance());
                               for (const std::string& by : entry->correction_event_ids)
                                 stated.add_correction_event_ids(by);
                               bytes += stated.ByteSizeLong();
                             }
                             return bytes;
                           });
}

absl::Status GetResponseCase(const Reader& reader, const v1::GetResponseCaseRequest& request,
                             v1::GetResponseCaseResponse& response) {
  WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(request.case_id(), "case_id", 64));
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindCase(request.case_id()));
  if (!row) return absl::NotFoundError(absl::StrCat("case_id: there is no case ", request.case_id()));
  v1::ResponseCase& found = *response.mutable_response_case();
  found.set_case_id(request.case_id());
  found.set_version(row->version());
  found.set_head(row->head());
  if (!found.mutable_state()->ParseFromString(row->state())) {
    return absl::DataLossError(absl::StrCat("the state of case ", request.case_id(), " is unreadable"));
  }
  return absl::OkStatus();
}

}  // namespace whistle::response
