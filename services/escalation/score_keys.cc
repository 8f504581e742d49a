#include "services/escalation/score_keys.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/correction.h"
#include "libs/domain/entry_keys.h"
#include "libs/domain/model.h"
#include "libs/domain/obligation.h"

namespace whistle::escalation {
namespace {

using common::v1::EntryCorrected;
using common::v1::OrganizationRef;
using domain::EventRef;
using domain::IndexKey;
using domain::SortableEventId;
using journal::v1::Event;

class Keys {
 public:
  Keys(const Event& event, const EventRef& ref, std::vector<std::string>* out) : event_(event), ref_(ref), out_(out) {}

  void Began(const char* kind, const OrganizationRef& organization) {
    const std::string& organization_id = organization.organization_id();
    if (organization_id.empty()) return;
    const absl::Time at = base::FromProto(event_.occurred_at());
    out_->push_back(IndexKey({"score", organization_id, kind, YearOf(at), domain::SortableTime(at), ref_.case_id,
                              SortableEventId(ref_.id)}));
  }
  void Claimed(const OrganizationRef& organization) {
    About(ref_.id);
    Began(kClaim, organization);
    if (organization.organization_id().empty()) return;
    out_->push_back(IndexKey({"claim", organization.organization_id(), ref_.case_id, SortableEventId(ref_.id)}));
  }
  void About(const std::string& thing_id) {
    if (!thing_id.empty()) out_->push_back(domain::ThingKey(ref_.case_id, thing_id, ref_.id));
  }
  void Beside(const std::string& event_id) { out_->push_back(domain::BesideKey(ref_.case_id, event_id, ref_.id)); }

  void Corrected(const EntryCorrected& corrected) {
    Beside(corrected.event_id());
    const std::string id = SortableEventId(corrected.event_id());
    for (const std::string& organization_id : NamedIn(corrected)) {
      out_->push_back(IndexKey({"score.moved", organization_id, ref_.case_id, id}));
    }
    Event dated;
    if (!domain::ApplyCorrection(corrected, &dated) || !dated.has_occurred_at()) return;
    const absl::Time at = base::FromProto(dated.occurred_at());
    out_->push_back(IndexKey({"score.redated", YearOf(at), domain::SortableTime(at), ref_.case_id, id}));
  }

 private:
  // The organizations that a correction may have put into the field that says whose score the entry is part of.
  static std::set<std::string> NamedIn(const EntryCorrected& corrected) {
    response::v1::ResponseRequested asked;
    intake::v1::HandlerAssigned assigned;
    coordination::v1::CommitmentMade made;
    v1::HandlingUpgraded upgraded;
    v1::HandlingCompleted completed;
    for (google::protobuf::Message* body :
         {static_cast<google::protobuf::Message*>(&asked), static_cast<google::protobuf::Message*>(&assigned),
          static_cast<google::protobuf::Message*>(&made), static_cast<google::protobuf::Message*>(&upgraded),
          static_cast<google::protobuf::Message*>(&completed)}) {
      domain::ApplyCorrection(corrected, body);
    }
    std::set<std::string> ids;
    for (const OrganizationRef* organization : {&asked.department(), &assigned.handler(), &made.organization(),
                                                &upgraded.lead(), &completed.completed_by()}) {
      if (!organization->organization_id().empty()) ids.insert(organization->organization_id());
    }
    return ids;
  }

  const Event& event_;
  const EventRef& ref_;
  std::vector<std::string>* const out_;
};

bool GoesOn(const v1::EscalationState& state) {
  const auto status = state.header().status();
  return status == intake::v1::CASE_STATUS_REGISTERED || status == intake::v1::CASE_STATUS_ACCEPTED;
}

}  // namespace

std::string YearOf(absl::Time time) { return absl::StrCat(absl::ToCivilYear(time, absl::UTCTimeZone()).year()); }

void AddScoreKeys(const v1::EscalationState& state, const Event& event, const EventRef& ref,
                  std::vector<std::string>* out) {
  Keys keys(event, ref, out);
  switch (event.body_case()) {
    case Event::kHandlerAssigned:
    case Event::kCaseReopened:
    case Event::kCaseUnmerged:
      keys.About(kClockThing);
      if (GoesOn(state)) keys.Began(kDwell, state.header().handler());
      return;
    case Event::kCaseClosed:
    case Event::kCaseDeclined:
    case Event::kMergeCompleted:
      return keys.About(kClockThing);
    case Event::kResolutionConfirmed:
      return keys.About(event.resolution_confirmed().claim_event_id());
    case Event::kResolutionDisputed:
      return keys.About(event.resolution_disputed().claim_event_id());

    case Event::kResponseRequested:
      keys.Began(kAsked, event.response_requested().department());
      return keys.About(ref.id);
    case Event::kAssignmentReturned:
      return keys.About(event.assignment_returned().assignment_id());
    case Event::kExtensionGranted:
      return keys.About(event.extension_granted().assignment_id());
    case Event::kResponseOverdue:
      return keys.About(event.response_overdue().assignment_id());
    case Event::kResponseSubmitted:
      keys.About(event.response_submitted().assignment_id());
      if (event.response_submitted().stance() == response::v1::STANCE_CLAIMS_RESOLVED) {
        keys.Claimed(event.response_submitted().department());
      }
      return;
    case Event::kHandlingUpgraded:
      return keys.Began(kLed, event.handling_upgraded().lead());
    case Event::kHandlingCompleted:
      return keys.Claimed(event.handling_completed().completed_by());

    case Event::kCommitmentMade:
      keys.Began(kCommitment, event.commitment_made().organization());
      return keys.About(ref.id);
    case Event::kCommitmentKept:
      return keys.About(event.commitment_kept().commitment_id());
    case Event::kCommitmentBroken:
      return keys.About(event.commitment_broken().commitment_id());

    case Event::kFindingRaised:
      keys.Began(kFinding, event.finding_raised().organization());
      return keys.About(ref.id);
    case Event::kFindingLifted:
      return keys.Beside(event.finding_lifted().finding_id());
    case Event::kResponseOverdueLifted:
      return keys.Beside(event.response_overdue_lifted().overdue_event_id());
    case Event::kCoordinationOverdueLifted:
      return keys.Beside(event.coordination_overdue_lifted().overdue_event_id());

    case Event::kIntakeEntryCorrected:
      return keys.Corrected(event.intake_entry_corrected());
    case Event::kResponseEntryCorrected:
      return keys.Corrected(event.response_entry_corrected());
    case Event::kCoordinationEntryCorrected:
      return keys.Corrected(event.coordination_entry_corrected());
    case Event::kEscalationEntryCorrected:
      return keys.Corrected(event.escalation_entry_corrected());

    // No score counts them, nor do they change what one counts.
    default:
      return;
  }
}

}  // namespace whistle::escalation
