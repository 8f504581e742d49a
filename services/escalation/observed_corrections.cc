#include "services/escalation/observed_corrections.h"

#include "libs/domain/correction.h"
#include "services/escalation/observed.h"
#include "whistle/coordination/v1/events.pb.h"
#include "whistle/intake/v1/events.pb.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::escalation {
namespace {

using common::v1::EntryCorrected;
using common::v1::OrganizationRef;

// The entry is not at hand. Its fields that were observed are put into an entry of their own, that one is corrected,
// and they are read back.

void CorrectResponse(const EntryCorrected& corrected, v1::ObservedResponse& answer) {
  response::v1::ResponseSubmitted entry;
  entry.mutable_department()->set_organization_id(answer.department_id());
  for (const std::string& id : answer.defers_to_ids()) entry.add_defers_to()->set_organization_id(id);
  domain::ApplyCorrection(corrected, &entry);
  answer.set_department_id(entry.department().organization_id());
  for (int i = 0; i < entry.defers_to_size(); ++i) answer.set_defers_to_ids(i, entry.defers_to(i).organization_id());
}

void CorrectStatement(const EntryCorrected& corrected, v1::ObservedStatement& statement) {
  response::v1::ResponseSubmitted entry;
  entry.mutable_department()->set_organization_id(statement.department_id());
  while (entry.statements_size() <= statement.place()) entry.add_statements();
  response::v1::Statement& said = *entry.mutable_statements(statement.place());
  said.set_topic(statement.topic());
  if (statement.has_holds()) said.set_holds(statement.holds());
  if (statement.has_unknown()) said.set_unknown(statement.unknown());
  if (statement.has_value()) {
    said.mutable_value()->set_number(statement.value().number());
    said.mutable_value()->set_unit(statement.value().unit());
  }
  for (const std::string& id : statement.responsible().organization_ids()) {
    said.mutable_responsible()->add_organizations()->set_organization_id(id);
  }
  domain::ApplyCorrection(corrected, &entry);
  statement.set_department_id(entry.department().organization_id());
  statement.set_topic(said.topic());
  SetPosition(said, &statement);
}

void CorrectCondition(const EntryCorrected& corrected, v1::ObservedCondition& condition) {
  response::v1::ConditionImposed entry;
  entry.mutable_department()->set_organization_id(condition.department_id());
  entry.set_topic(condition.topic());
  domain::ApplyCorrection(corrected, &entry);
  condition.set_department_id(entry.department().organization_id());
  condition.set_topic(entry.topic());
}

void CorrectMeeting(const EntryCorrected& corrected, v1::ObservedMeeting& meeting) {
  coordination::v1::MeetingHeld entry;
  for (const std::string& id : meeting.absent_ids()) entry.add_absent()->set_organization_id(id);
  domain::ApplyCorrection(corrected, &entry);
  for (int i = 0; i < entry.absent_size(); ++i) meeting.set_absent_ids(i, entry.absent(i).organization_id());
}

// The organization in a field of this name, put right.
template <typename Entry>
std::string CorrectedId(const EntryCorrected& corrected, OrganizationRef* (Entry::*field)(), const std::string& id) {
  Entry entry;
  (entry.*field)()->set_organization_id(id);
  domain::ApplyCorrection(corrected, &entry);
  return (entry.*field)()->organization_id();
}

template <typename Entry>
void CorrectRef(const EntryCorrected& corrected, OrganizationRef* (Entry::*field)(), OrganizationRef* organization) {
  Entry entry;
  *(entry.*field)() = *organization;
  domain::ApplyCorrection(corrected, &entry);
  *organization = *(entry.*field)();
}

// Of a whistle that calls several, the one that this need is of; of a deferral likewise.
void CorrectNamed(const EntryCorrected& corrected, const char* list, v1::Need& need) {
  for (const auto& field : corrected.fields()) {
    EntryCorrected as_department;
    auto* was = as_department.add_fields();
    *was = field;
    // "called[2].department" and "defers_to[1]": the one whose organization it was.
    if (field.path().rfind(list, 0) != 0) continue;
    OrganizationRef before, after;
    was->set_path("department");
    was->set_is(field.was());
    before = need.organization();
    CorrectRef(as_department, &response::v1::ResponseRequested::mutable_department, &before);
    if (before.organization_id() != need.organization().organization_id()) continue;
    was->set_is(field.is());
    after = need.organization();
    CorrectRef(as_department, &response::v1::ResponseRequested::mutable_department, &after);
    *need.mutable_organization() = after;
    return;
  }
}

void CorrectNeeded(const EntryCorrected& corrected, v1::Need& need) {
  OrganizationRef* organization = need.mutable_organization();
  switch (need.kind()) {
    case v1::NEED_KIND_ASSIGNMENT:
      return CorrectRef(corrected, &response::v1::ResponseRequested::mutable_department, organization);
    case v1::NEED_KIND_COMMITMENT:
      return CorrectRef(corrected, &coordination::v1::CommitmentMade::mutable_organization, organization);
    case v1::NEED_KIND_ITEM:
      return CorrectRef(corrected, &coordination::v1::ItemListed::mutable_responsible, organization);
    case v1::NEED_KIND_WHISTLE:
      return CorrectNamed(corrected, "called[", need);
    case v1::NEED_KIND_DEFERRAL:
      return CorrectNamed(corrected, "defers_to[", need);
    default:
      return;
  }
}

void CorrectNeed(const EntryCorrected& corrected, v1::Need& need) {
  const std::string before = need.organization().organization_id();
  CorrectNeeded(corrected, need);
  if (before != need.organization().organization_id()) need.set_instead_of_id(before);
}

void CorrectClaim(const EntryCorrected& corrected, v1::ObservedClaim& claim) {
  std::string id = claim.organization_id();
  id = CorrectedId(corrected, &response::v1::ResponseSubmitted::mutable_department, id);
  id = CorrectedId(corrected, &intake::v1::CaseClosed::mutable_closed_by, id);
  claim.set_organization_id(CorrectedId(corrected, &v1::HandlingCompleted::mutable_completed_by, id));
}

}  // namespace

void SetPosition(const response::v1::Statement& said, v1::ObservedStatement* statement) {
  switch (said.position_case()) {
    case response::v1::Statement::kHolds:
      return statement->set_holds(said.holds());
    case response::v1::Statement::kUnknown:
      return statement->set_unknown(said.unknown());
    case response::v1::Statement::kValue:
      statement->mutable_value()->set_number(said.value().number());
      return statement->mutable_value()->set_unit(said.value().unit());
    case response::v1::Statement::kResponsible: {
      auto& responsible = *statement->mutable_responsible();
      responsible.clear_organization_ids();
      for (const auto& organization : said.responsible().organizations()) {
        responsible.add_organization_ids(organization.organization_id());
      }
      return;
    }
    case response::v1::Statement::POSITION_NOT_SET:
      return statement->clear_position();
  }
}

void CorrectObserved(const EntryCorrected& corrected, v1::Observed& observed) {
  VisitSightings(observed, [&](v1::Sighting& sighting) {
    if (sighting.event_id() != corrected.event_id()) return;
    journal::v1::Event entry;
    *entry.mutable_occurred_at() = sighting.occurred_at();
    if (domain::ApplyCorrection(corrected, &entry)) *sighting.mutable_occurred_at() = entry.occurred_at();
  });
  const auto each = [&](auto& list, auto correct) {
    for (auto& one : list) {
      if (one.seen().event_id() == corrected.event_id()) correct(corrected, one);
    }
  };
  each(*observed.mutable_responses(), CorrectResponse);
  each(*observed.mutable_statements(), CorrectStatement);
  each(*observed.mutable_conditions(), CorrectCondition);
  each(*observed.mutable_meetings(), CorrectMeeting);
  each(*observed.mutable_claims(), CorrectClaim);
  each(*observed.mutable_needs(), CorrectNeed);
  each(*observed.mutable_commitments(), [](const EntryCorrected& c, v1::ObservedTask& task) {
    task.set_organization_id(
        CorrectedId(c, &coordination::v1::CommitmentMade::mutable_organization, task.organization_id()));
  });
  each(*observed.mutable_items(), [](const EntryCorrected& c, v1::ObservedTask& task) {
    task.set_organization_id(
        CorrectedId(c, &coordination::v1::ItemListed::mutable_responsible, task.organization_id()));
  });
}

}  // namespace whistle::escalation
