// How each thing that this service keeps is folded from its events: the one piece of code that both Evolve (into the
// stored state) and the queries (in full, from the timeline) use.
//
// Each Fold takes an event that concerns the thing (SubjectsOf says which it concerns) and ignores any other. Pure and
// total; any thread may call.
#ifndef WHISTLE_SERVICES_ESCALATION_RECORDS_H_
#define WHISTLE_SERVICES_ESCALATION_RECORDS_H_

#include <string>
#include <vector>

#include "libs/domain/context.h"
#include "whistle/common/v1/corrections.pb.h"
#include "whistle/escalation/v1/records.pb.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::escalation {

// The ids of the things that an event makes or changes; its own id first if it makes one.
std::vector<std::string> SubjectsOf(const journal::v1::Event& event, const domain::EventRef& ref);

void Fold(v1::Finding& finding, const journal::v1::Event& event, const domain::EventRef& ref);
void Fold(v1::Escalation& escalation, const journal::v1::Event& event, const domain::EventRef& ref);
void Fold(v1::UpgradedHandling& handling, const journal::v1::Event& event, const domain::EventRef& ref);
void Fold(v1::SuggestionLetter& letter, const journal::v1::Event& event, const domain::EventRef& ref);
void Fold(v1::Referral& referral, const journal::v1::Event& event, const domain::EventRef& ref);
void Fold(v1::AccountabilityFile& file, const journal::v1::Event& event, const domain::EventRef& ref);
void Fold(v1::Hazard& hazard, const journal::v1::Event& event, const domain::EventRef& ref);

// What the stored state keeps of it: no long texts, proofs or lists that grow.
void Strip(v1::Escalation& escalation);
void Strip(v1::UpgradedHandling& handling);
void Strip(v1::SuggestionLetter& letter);
void Strip(v1::Referral& referral);
void Strip(v1::AccountabilityFile& file);
void Strip(v1::Hazard& hazard);

// A correction of one of the events that the stored thing was folded from.
void Correct(v1::Escalation& escalation, const common::v1::EntryCorrected& corrected, const domain::EventRef& ref);
void Correct(v1::UpgradedHandling& handling, const common::v1::EntryCorrected& corrected, const domain::EventRef& ref);
void Correct(v1::SuggestionLetter& letter, const common::v1::EntryCorrected& corrected, const domain::EventRef& ref);
void Correct(v1::Referral& referral, const common::v1::EntryCorrected& corrected);
void Correct(v1::AccountabilityFile& file, const common::v1::EntryCorrected& corrected);
void Correct(v1::Hazard& hazard, const common::v1::EntryCorrected& corrected);

// A correction of the event itself, as the queries apply it before they fold the event.
void Correct(journal::v1::Event& event, const common::v1::EntryCorrected& corrected);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_RECORDS_H_
