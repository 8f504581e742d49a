#include "services/escalation/records.h"

#include <algorithm>

#include "libs/domain/correction.h"

namespace whistle::escalation {
namespace {

using common::v1::EntryCorrected;
using domain::EventRef;
using google::protobuf::Timestamp;
using journal::v1::Event;

void AddEvidence(const google::protobuf::RepeatedPtrField<std::string>& ids, v1::Escalation& escalation) {
  for (const std::string& id : ids) {
    const auto& known = escalation.evidence_event_ids();
    if (std::find(known.begin(), known.end(), id) == known.end()) escalation.add_evidence_event_ids(id);
  }
}

template <typename Thing>
void Settle(Thing& thing, const Event& event, const EventRef& ref) {
  thing.set_settled_by_event_id(ref.id);
  *thing.mutable_settled_at() = event.occurred_at();
}

// The date that holds: of the last rejection, else of the letter itself.
void DeriveDate(v1::SuggestionLetter& letter) {
  *letter.mutable_rectify_by() = letter.issued().rectify_by();
  for (const v1::RectificationRound& round : letter.rounds()) {
    if (round.has_rejected()) *letter.mutable_rectify_by() = round.rejected().rectify_by();
  }
}

// What was said last of who and how dangerous.
void DeriveHazard(v1::Hazard& hazard) {
  hazard.set_severity(hazard.has_assessed() ? hazard.assessed().severity() : hazard.identified().severity());
  if (hazard.assessed().has_responsible()) {
    *hazard.mutable_responsible() = hazard.assessed().responsible();
  } else if (hazard.identified().has_responsible()) {
    *hazard.mutable_responsible() = hazard.identified().responsible();
  } else {
    hazard.clear_responsible();
  }
}

void SetState(v1::Hazard& hazard, v1::HazardState state, const EventRef& ref) {
  hazard.set_state(state);
  hazard.set_state_event_id(ref.id);
}

// A correction may move when an event occurred, too: its path is a field of the event, not of the body.
void CorrectTime(const EntryCorrected& corrected, Timestamp* time) {
  Event event;
  *event.mutable_occurred_at() = *time;
  if (domain::ApplyCorrection(corrected, &event)) *time = event.occurred_at();
}

// Whoever was warned of a date is warned of another one. What set it is another event, even if it was that date before:
// the agenda carries out an item once.
template <typename Thing>
void FollowDate(const common::v1::DueDate& was, const common::v1::DueDate& is, const EventRef& ref, Thing& thing) {
  if (was.due_at().seconds() == is.due_at().seconds() && was.due_at().nanos() == is.due_at().nanos()) return;
  thing.clear_warned_event_id();
  thing.set_due_event_id(ref.id);
}

template <typename Body>
void CorrectPart(const EntryCorrected& corrected, Body* body, Timestamp* time) {
  domain::ApplyCorrection(corrected, body);
  CorrectTime(corrected, time);
}

}  // namespace

std::vector<std::string> SubjectsOf(const Event& event, const EventRef& ref) {
  std::vector<std::string> ids;
  if (event.has_finding_answered()) ids = {event.finding_answered().finding_id()};
  if (event.has_finding_lifted()) ids = {event.finding_lifted().finding_id()};
  if (event.has_escalation_raised()) ids = {ref.id, event.escalation_raised().previous_escalation_id()};
  if (event.has_escalation_declined()) ids = {event.escalation_declined().escalation_id()};
  if (event.has_escalation_evidence_added()) ids = {event.escalation_evidence_added().escalation_id()};
  if (event.has_escalation_unanswered()) ids = {event.escalation_unanswered().escalation_id()};
  if (event.has_escalation_deadline_approaching()) ids = {event.escalation_deadline_approaching().subject()};
  if (event.has_handling_upgraded()) {
    ids = {ref.id, event.handling_upgraded().escalation_id(), event.handling_upgraded().replaces_handling_id()};
  }
  if (event.has_upgraded_handling_overdue()) ids = {event.upgraded_handling_overdue().handling_id()};
  if (event.has_handling_completed()) ids = {event.handling_completed().handling_id()};
  if (event.has_rectification_reported()) ids = {event.rectification_reported().letter_id()};
  if (event.has_rectification_accepted()) ids = {event.rectification_accepted().letter_id()};
  if (event.has_rectification_rejected()) ids = {event.rectification_rejected().letter_id()};
  if (event.has_rectification_overdue()) ids = {event.rectification_overdue().letter_id()};
  if (event.has_referred_for_accountability()) ids = {ref.id, event.referred_for_accountability().letter_id()};
  if (event.has_accountability_opened()) ids = {ref.id, event.accountability_opened().referral_id()};
  if (event.has_accountability_finding_recorded()) ids = {event.accountability_finding_recorded().file_id()};
  if (event.has_accountability_closed()) ids = {event.accountability_closed().file_id()};
  if (event.has_hazard_reported()) ids = {event.hazard_reported().hazard_id()};
  if (event.has_hazard_assessed()) ids = {event.hazard_assessed().hazard_id()};
  if (event.has_hazard_warned()) ids = {event.hazard_warned().hazard_id()};
  if (event.has_hazard_cancelled()) ids = {event.hazard_cancelled().hazard_id()};
  if (event.has_finding_raised() || event.has_suggestion_issued() || event.has_hazard_identified()) ids = {ref.id};
  std::erase(ids, "");
  return ids;
}

void Fold(v1::Finding& finding, const Event& event, const EventRef& ref) {
  if (event.has_finding_raised()) {
    finding.set_finding_id(ref.id);
    *finding.mutable_raised_at() = event.occurred_at();
    *finding.mutable_raised() = event.finding_raised();
  } else if (event.has_finding_answered()) {
    v1::FindingAnswer& answer = *finding.add_answers();
    answer.set_event_id(ref.id);
    *answer.mutable_answered_at() = event.occurred_at();
    *answer.mutable_answered() = event.finding_answered();
  } else if (event.has_finding_lifted()) {
    finding.set_lifted_event_id(ref.id);
    *finding.mutable_lifted() = event.finding_lifted();
  }
}

void Fold(v1::Escalation& escalation, const Event& event, const EventRef& ref) {
  if (event.has_escalation_raised() && escalation.escalation_id().empty()) {
    escalation.set_escalation_id(ref.id);
    escalation.set_due_event_id(ref.id);
    escalation.set_status(v1::ESCALATION_STATUS_OPEN);
    *escalation.mutable_raised_at() = event.occurred_at();
    *escalation.mutable_raised() = event.escalation_raised();
    AddEvidence(event.escalation_raised().evidence_event_ids(), escalation);
  } else if (event.has_escalation_raised()) {
    // The next rung. A declined one was settled before.
    if (escalation.status() != v1::ESCALATION_STATUS_OPEN) return;
    escalation.set_status(v1::ESCALATION_STATUS_REPLACED);
    Settle(escalation, event, ref);
  } else if (event.has_escalation_evidence_added()) {
    escalation.set_further_count(escalation.further_count() + 1);
    v1::FurtherReason& further = *escalation.add_further();
    further.set_event_id(ref.id);
    *further.mutable_added_at() = event.occurred_at();
    *further.mutable_added() = event.escalation_evidence_added();
    AddEvidence(event.escalation_evidence_added().evidence_event_ids(), escalation);
  } else if (event.has_escalation_declined()) {
    escalation.set_status(v1::ESCALATION_STATUS_DECLINED);
    Settle(escalation, event, ref);
    *escalation.mutable_declined() = event.escalation_declined();
  } else if (event.has_handling_upgraded()) {
    escalation.set_status(v1::ESCALATION_STATUS_UPGRADED);
    Settle(escalation, event, ref);
  } else if (event.has_escalation_unanswered()) {
    escalation.set_unanswered_event_id(ref.id);
  } else if (event.has_escalation_deadline_approaching()) {
    escalation.set_warned_event_id(ref.id);
  } else if (event.escalation_overdue_lifted().overdue_event_id() == escalation.unanswered_event_id()) {
    escalation.clear_unanswered_event_id();
  }
}

void Fold(v1::UpgradedHandling& handling, const Event& event, const EventRef& ref) {
  if (event.has_handling_upgraded() && handling.handling_id().empty()) {
    handling.set_handling_id(ref.id);
    handling.set_due_event_id(ref.id);
    handling.set_status(v1::UPGRADED_HANDLING_STATUS_ACTIVE);
    *handling.mutable_upgraded_at() = event.occurred_at();
    *handling.mutable_upgraded() = event.handling_upgraded();
  } else if (event.has_handling_upgraded()) {
    handling.set_status(v1::UPGRADED_HANDLING_STATUS_REPLACED);
    Settle(handling, event, ref);
  } else if (event.has_upgraded_handling_overdue()) {
    handling.set_overdue_event_id(ref.id);
  } else if (event.has_handling_completed()) {
    handling.set_status(v1::UPGRADED_HANDLING_STATUS_COMPLETED);
    Settle(handling, event, ref);
    *handling.mutable_completed() = event.handling_completed();
  } else if (event.has_escalation_deadline_approaching()) {
    handling.set_warned_event_id(ref.id);
  } else if (event.escalation_overdue_lifted().overdue_event_id() == handling.overdue_event_id()) {
    handling.clear_overdue_event_id();
  }
}

void Fold(v1::SuggestionLetter& letter, const Event& event, const EventRef& ref) {
  if (event.has_suggestion_issued()) {
    letter.set_letter_id(ref.id);
    letter.set_due_event_id(ref.id);
    letter.set_status(v1::LETTER_STATUS_ISSUED);
    *letter.mutable_issued_at() = event.occurred_at();
    *letter.mutable_issued() = event.suggestion_issued();
  } else if (event.has_rectification_reported()) {
    letter.set_status(v1::LETTER_STATUS_REPORTED);
    v1::RectificationRound& round = *letter.add_rounds();
    round.set_reported_event_id(ref.id);
    *round.mutable_reported_at() = event.occurred_at();
    *round.mutable_reported() = event.rectification_reported();
  } else if (event.has_rectification_accepted() || event.has_rectification_rejected()) {
    v1::RectificationRound& round =
        letter.rounds().empty() ? *letter.add_rounds() : *letter.mutable_rounds(letter.rounds_size() - 1);
    round.set_judged_event_id(ref.id);
    *round.mutable_judged_at() = event.occurred_at();
    if (event.has_rectification_accepted()) {
      letter.set_status(v1::LETTER_STATUS_ACCEPTED);
      *round.mutable_accepted() = event.rectification_accepted();
    } else {
      letter.set_status(v1::LETTER_STATUS_REJECTED);
      letter.set_rejected_count(letter.rejected_count() + 1);
      // The new date has not passed, and nobody was warned of it.
      letter.clear_overdue_event_id();
      letter.clear_warned_event_id();
      letter.set_due_event_id(ref.id);
      *round.mutable_rejected() = event.rectification_rejected();
    }
  } else if (event.has_rectification_overdue()) {
    letter.set_overdue_event_id(ref.id);
  } else if (event.has_referred_for_accountability()) {
    letter.set_referral_id(ref.id);
  } else if (event.has_escalation_deadline_approaching()) {
    letter.set_warned_event_id(ref.id);
  } else if (event.escalation_overdue_lifted().overdue_event_id() == letter.overdue_event_id()) {
    letter.clear_overdue_event_id();
  }
  DeriveDate(letter);
}

void Fold(v1::Referral& referral, const Event& event, const EventRef& ref) {
  if (event.has_referred_for_accountability()) {
    referral.set_referral_id(ref.id);
    *referral.mutable_referred_at() = event.occurred_at();
    *referral.mutable_referred() = event.referred_for_accountability();
  } else if (event.has_accountability_opened()) {
    referral.set_file_id(ref.id);
  }
}

void Fold(v1::AccountabilityFile& file, const Event& event, const EventRef& ref) {
  if (event.has_accountability_opened()) {
    file.set_file_id(ref.id);
    file.set_status(v1::ACCOUNTABILITY_STATUS_OPEN);
    *file.mutable_opened_at() = event.occurred_at();
    *file.mutable_opened() = event.accountability_opened();
  } else if (event.has_accountability_finding_recorded()) {
    if (file.status() != v1::ACCOUNTABILITY_STATUS_CLOSED) file.set_status(v1::ACCOUNTABILITY_STATUS_ANSWERED);
    file.set_findings_count(file.findings_count() + 1);
    v1::AccountabilityFinding& finding = *file.add_findings();
    finding.set_event_id(ref.id);
    *finding.mutable_found_at() = event.occurred_at();
    *finding.mutable_recorded() = event.accountability_finding_recorded();
  } else if (event.has_accountability_closed()) {
    file.set_status(v1::ACCOUNTABILITY_STATUS_CLOSED);
    file.set_closed_event_id(ref.id);
    *file.mutable_closed_at() = event.occurred_at();
    *file.mutable_closed() = event.accountability_closed();
  }
}

void Fold(v1::Hazard& hazard, const Event& event, const EventRef& ref) {
  if (event.has_hazard_identified()) {
    hazard.set_hazard_id(ref.id);
    SetState(hazard, v1::HAZARD_STATE_IDENTIFIED, ref);
    *hazard.mutable_identified_at() = event.occurred_at();
    *hazard.mutable_identified() = event.hazard_identified();
  } else if (event.has_hazard_reported()) {
    SetState(hazard, v1::HAZARD_STATE_REPORTED, ref);
    hazard.set_reported_event_id(ref.id);
    *hazard.mutable_reported_at() = event.occurred_at();
    *hazard.mutable_reported() = event.hazard_reported();
  } else if (event.has_hazard_assessed()) {
    SetState(hazard, v1::HAZARD_STATE_ASSESSED, ref);
    hazard.set_assessed_event_id(ref.id);
    *hazard.mutable_assessed_at() = event.occurred_at();
    *hazard.mutable_assessed() = event.hazard_assessed();
  } else if (event.has_hazard_warned()) {
    SetState(hazard, v1::HAZARD_STATE_WARNED, ref);
    hazard.set_warned_event_id(ref.id);
    *hazard.mutable_warned_at() = event.occurred_at();
    *hazard.mutable_warned() = event.hazard_warned();
  } else if (event.has_hazard_cancelled()) {
    SetState(hazard, v1::HAZARD_STATE_CANCELLED, ref);
    *hazard.mutable_cancelled_at() = event.occurred_at();
    *hazard.mutable_cancelled() = event.hazard_cancelled();
  }
  DeriveHazard(hazard);
}

void Strip(v1::Escalation& escalation) {
  v1::EscalationRaised& raised = *escalation.mutable_raised();
  raised.clear_reason();
  raised.clear_evidence_event_ids();
  raised.clear_finding_ids();
  raised.clear_needed();
  raised.clear_left_out_organization_ids();
  escalation.clear_further();
  if (escalation.has_declined()) {
    escalation.mutable_declined()->clear_reason();
    escalation.mutable_declined()->clear_grounds();
  }
}

void Strip(v1::UpgradedHandling& handling) {
  handling.mutable_upgraded()->clear_bound();
  handling.mutable_upgraded()->clear_instructions();
  if (handling.has_completed()) handling.mutable_completed()->clear_measures();
}

void Strip(v1::SuggestionLetter& letter) {
  letter.mutable_issued()->clear_text();
  letter.mutable_issued()->clear_evidence_event_ids();
  for (v1::RectificationRound& round : *letter.mutable_rounds()) {
    round.clear_reported();
    if (round.has_rejected()) {
      round.mutable_rejected()->clear_reason();
      round.mutable_rejected()->clear_rejected_by();
    }
    if (round.has_accepted()) round.mutable_accepted()->Clear();
  }
  // The one before the last is kept for the date that its rejection set.
  const int surplus = letter.rounds_size() - 2;
  if (surplus > 0) letter.mutable_rounds()->DeleteSubrange(0, surplus);
}

void Strip(v1::Referral& referral) {
  referral.mutable_referred()->clear_reason();
  referral.mutable_referred()->clear_evidence_event_ids();
}

void Strip(v1::AccountabilityFile& file) {
  file.mutable_opened()->clear_question();
  file.mutable_opened()->clear_evidence_event_ids();
  file.clear_findings();
}

void Strip(v1::Hazard& hazard) {
  hazard.mutable_identified()->clear_source();
  hazard.mutable_identified()->clear_evidence();
  if (hazard.has_reported()) hazard.mutable_reported()->clear_text();
  if (hazard.has_assessed()) hazard.mutable_assessed()->clear_text();
  hazard.clear_warned();
}

void Correct(v1::Escalation& escalation, const EntryCorrected& corrected, const EventRef& ref) {
  if (corrected.event_id() == escalation.escalation_id()) {
    const common::v1::DueDate was = escalation.raised().due();
    CorrectPart(corrected, escalation.mutable_raised(), escalation.mutable_raised_at());
    FollowDate(was, escalation.raised().due(), ref, escalation);
  } else if (corrected.event_id() == escalation.settled_by_event_id()) {
    if (escalation.has_declined()) domain::ApplyCorrection(corrected, escalation.mutable_declined());
    CorrectTime(corrected, escalation.mutable_settled_at());
  } else {
    return;
  }
  Strip(escalation);
}

void Correct(v1::UpgradedHandling& handling, const EntryCorrected& corrected, const EventRef& ref) {
  if (corrected.event_id() == handling.handling_id()) {
    const common::v1::DueDate was = handling.upgraded().due();
    CorrectPart(corrected, handling.mutable_upgraded(), handling.mutable_upgraded_at());
    FollowDate(was, handling.upgraded().due(), ref, handling);
  } else if (corrected.event_id() == handling.settled_by_event_id()) {
    if (handling.has_completed()) domain::ApplyCorrection(corrected, handling.mutable_completed());
    CorrectTime(corrected, handling.mutable_settled_at());
  } else {
    return;
  }
  Strip(handling);
}

void Correct(v1::SuggestionLetter& letter, const EntryCorrected& corrected, const EventRef& ref) {
  const common::v1::DueDate was = letter.rectify_by();
  if (corrected.event_id() == letter.letter_id()) {
    CorrectPart(corrected, letter.mutable_issued(), letter.mutable_issued_at());
  }
  for (v1::RectificationRound& round : *letter.mutable_rounds()) {
    if (corrected.event_id() == round.reported_event_id()) CorrectTime(corrected, round.mutable_reported_at());
    if (corrected.event_id() == round.judged_event_id() && round.has_rejected()) {
      CorrectPart(corrected, round.mutable_rejected(), round.mutable_judged_at());
    }
  }
  DeriveDate(letter);
  FollowDate(was, letter.rectify_by(), ref, letter);
  Strip(letter);
}

void Correct(v1::Referral& referral, const EntryCorrected& corrected) {
  if (corrected.event_id() != referral.referral_id()) return;
  CorrectPart(corrected, referral.mutable_referred(), referral.mutable_referred_at());
  Strip(referral);
}

void Correct(v1::AccountabilityFile& file, const EntryCorrected& corrected) {
  if (corrected.event_id() != file.file_id()) return;
  CorrectPart(corrected, file.mutable_opened(), file.mutable_opened_at());
  Strip(file);
}

void Correct(v1::Hazard& hazard, const EntryCorrected& corrected) {
  if (corrected.event_id() == hazard.hazard_id()) {
    CorrectPart(corrected, hazard.mutable_identified(), hazard.mutable_identified_at());
  } else if (corrected.event_id() == hazard.reported_event_id()) {
    CorrectPart(corrected, hazard.mutable_reported(), hazard.mutable_reported_at());
  } else if (corrected.event_id() == hazard.assessed_event_id()) {
    CorrectPart(corrected, hazard.mutable_assessed(), hazard.mutable_assessed_at());
  } else if (corrected.event_id() == hazard.warned_event_id()) {
    CorrectTime(corrected, hazard.mutable_warned_at());
  } else {
    return;
  }
  DeriveHazard(hazard);
  Strip(hazard);
}

void Correct(Event& event, const EntryCorrected& corrected) {
  // The body first: the event has a field of its own for occurred_at alone.
  const google::protobuf::FieldDescriptor* body =
      Event::descriptor()->FindFieldByNumber(static_cast<int>(event.body_case()));
  if (body != nullptr) {
    domain::ApplyCorrection(corrected, event.GetReflection()->MutableMessage(&event, body));
  }
  CorrectTime(corrected, event.mutable_occurred_at());
}

}  // namespace whistle::escalation
