#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "libs/domain/obligation.h"
#include "services/escalation/keys.h"
#include "services/escalation/model.h"
#include "services/escalation/records.h"
#include "services/escalation/score_keys.h"

namespace whistle::escalation {
namespace {

using common::v1::OrganizationRef;
using domain::EventRef;
using domain::IndexKey;

// The keys of one thing; `open` is "" or ".open".
class Keys {
 public:
  Keys(std::vector<std::string>& out, const std::string& case_id, std::string kind, const std::string& id)
      : out_(out), case_id_(case_id), kind_(std::move(kind)), id_(PadId(id)) {
    out_.push_back(IndexKey({kind_, case_id_, id_}));
  }
  Keys& By(absl::string_view way, const std::string& value) {
    if (!value.empty()) out_.push_back(IndexKey({absl::StrCat(kind_, ".", way), value, case_id_, id_}));
    return *this;
  }
  Keys& By(absl::string_view way, const google::protobuf::RepeatedPtrField<OrganizationRef>& organizations) {
    for (const OrganizationRef& organization : organizations) By(way, organization.organization_id());
    return *this;
  }

 private:
  std::vector<std::string>& out_;
  const std::string& case_id_;
  std::string kind_;
  std::string id_;
};

void AddEscalation(std::vector<std::string>& out, const std::string& case_id, absl::string_view open,
                   const std::string& id, const v1::EscalationRaised& raised) {
  Keys(out, case_id, absl::StrCat("escalation", open), id).By("before", raised.to().organization_id());
}

void AddLetter(std::vector<std::string>& out, const std::string& case_id, absl::string_view open, const std::string& id,
               const v1::SuggestionIssued& issued) {
  Keys(out, case_id, absl::StrCat("letter", open), id).By("to", issued.addressee().organization_id());
}

void AddFile(std::vector<std::string>& out, const std::string& case_id, absl::string_view open, const std::string& id,
             const v1::AccountabilityOpened& opened) {
  Keys(out, case_id, absl::StrCat("file", open), id).By("about", opened.organizations());
}

void AddHazard(std::vector<std::string>& out, const std::string& case_id, absl::string_view open, const std::string& id,
               const std::string& site_id, const OrganizationRef& responsible) {
  Keys(out, case_id, absl::StrCat("hazard", open), id).By("at", site_id).By("by", responsible.organization_id());
}

// An assessment names who is responsible for a hazard that is there already.
void AddResponsible(std::vector<std::string>& out, const std::string& case_id, const v1::HazardAssessed& assessed) {
  Keys(out, case_id, "hazard", assessed.hazard_id()).By("by", assessed.responsible().organization_id());
}

// A correction may have moved a thing to another organization or site: it is found there, too, from now on.
void AddCorrected(std::vector<std::string>& out, const State& state, const std::string& corrected_id,
                  const EventRef& ref) {
  out.push_back(IndexKey({"correction", ref.case_id, PadId(corrected_id), PadId(ref.id)}));
  for (const v1::Escalation* escalation : {&state.escalation(), &state.last_escalation()}) {
    if (escalation->escalation_id() != corrected_id) continue;
    AddEscalation(out, ref.case_id, "", corrected_id, escalation->raised());
  }
  for (const v1::SuggestionLetter& letter : state.letters()) {
    if (letter.letter_id() == corrected_id) AddLetter(out, ref.case_id, "", corrected_id, letter.issued());
  }
  for (const v1::AccountabilityFile& file : state.files()) {
    if (file.file_id() == corrected_id) AddFile(out, ref.case_id, "", corrected_id, file.opened());
  }
  for (const v1::Hazard& hazard : state.hazards()) {
    if (hazard.hazard_id() != corrected_id && hazard.assessed_event_id() != corrected_id) continue;
    AddHazard(out, ref.case_id, "", hazard.hazard_id(), hazard.identified().site().site_id(), hazard.responsible());
  }
}

// What a lifted overdue was about: what its proof is about, which is an event of the same decision.
std::vector<std::string> LiftedSubjects(const State& state, const journal::v1::Event& event, const EventRef& ref) {
  const auto proof = domain::ParseEventId(event.escalation_overdue_lifted().proof_event_id());
  if (!proof || ref.decision == nullptr || proof->number < 1 || proof->number > ref.decision->events_size()) return {};
  const journal::v1::Event& act = ref.decision->events(proof->number - 1);
  if (!act.has_escalation_entry_corrected()) {
    return SubjectsOf(act,
                      {ref.case_id, event.escalation_overdue_lifted().proof_event_id(), ref.version, ref.decision});
  }
  // A correction is about the entry that it puts right: the thing itself, or what was done about it.
  const std::string& entry_id = act.escalation_entry_corrected().event_id();
  for (const v1::Escalation* one : {&state.escalation(), &state.last_escalation()}) {
    if (one->escalation_id() == entry_id || one->settled_by_event_id() == entry_id) return {one->escalation_id()};
  }
  for (const v1::UpgradedHandling* one : {&state.handling(), &state.last_handling()}) {
    if (one->handling_id() == entry_id || one->settled_by_event_id() == entry_id) return {one->handling_id()};
  }
  for (const v1::SuggestionLetter& letter : state.letters()) {
    bool about = letter.letter_id() == entry_id;
    for (const auto& round : letter.rounds()) {
      about |= round.reported_event_id() == entry_id || round.judged_event_id() == entry_id;
    }
    if (about) return {letter.letter_id()};
  }
  return {};
}

}  // namespace

std::string PadId(absl::string_view event_id) {
  const auto parts = domain::ParseEventId(event_id);
  if (!parts) return std::string(event_id);
  return absl::StrFormat("%012d.%04d", parts->version.value, parts->number);
}

std::optional<std::string> UnpadId(absl::string_view padded) {
  const std::vector<std::string> parts = absl::StrSplit(padded, '.');
  uint64_t version = 0;
  int number = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &version) || !absl::SimpleAtoi(parts[1], &number)) {
    return std::nullopt;
  }
  return domain::MakeEventId(base::Version{version}, number);
}

std::vector<std::string> KeyParts(absl::string_view key) {
  std::vector<std::string> parts = absl::StrSplit(key, '\0');
  // Each part is followed by a zero byte, so the last piece is empty.
  if (!parts.empty()) parts.pop_back();
  return parts;
}

std::vector<std::string> Indexes(const State& state, const std::string& case_id) {
  constexpr absl::string_view kOpen = ".open";
  std::vector<std::string> out;
  if (state.has_escalation()) {
    AddEscalation(out, case_id, kOpen, state.escalation().escalation_id(), state.escalation().raised());
  }
  for (const auto& letter : state.letters()) AddLetter(out, case_id, kOpen, letter.letter_id(), letter.issued());
  for (const auto& file : state.files()) AddFile(out, case_id, kOpen, file.file_id(), file.opened());
  for (const auto& hazard : state.hazards()) {
    AddHazard(out, case_id, kOpen, hazard.hazard_id(), hazard.identified().site().site_id(), hazard.responsible());
  }
  domain::AddDueKeys(Obligations(state, case_id), &out);
  return out;
}

std::vector<std::string> Footprints(const State& state, const journal::v1::Event& event, const EventRef& ref) {
  std::vector<std::string> out;
  std::vector<std::string> subjects = SubjectsOf(event, ref);
  if (event.has_escalation_overdue_lifted()) subjects = LiftedSubjects(state, event, ref);
  for (const std::string& subject : subjects) {
    out.push_back(IndexKey({"event", ref.case_id, PadId(subject), PadId(ref.id)}));
  }
  if (event.has_finding_raised()) {
    const v1::FindingRaised& raised = event.finding_raised();
    Keys(out, ref.case_id, "finding", ref.id)
        .By("about", raised.organization().organization_id())
        .By("rule", v1::FindingRule_Name(raised.rule()));
  } else if (event.has_finding_lifted()) {
    out.push_back(IndexKey({"finding.lifted", ref.case_id, PadId(event.finding_lifted().finding_id()), PadId(ref.id)}));
  } else if (event.has_escalation_raised()) {
    AddEscalation(out, ref.case_id, "", ref.id, event.escalation_raised());
  } else if (event.has_suggestion_issued()) {
    AddLetter(out, ref.case_id, "", ref.id, event.suggestion_issued());
  } else if (event.has_accountability_opened()) {
    AddFile(out, ref.case_id, "", ref.id, event.accountability_opened());
  } else if (event.has_hazard_identified()) {
    const v1::HazardIdentified& identified = event.hazard_identified();
    AddHazard(out, ref.case_id, "", ref.id, identified.site().site_id(), identified.responsible());
  } else if (event.has_hazard_assessed()) {
    AddResponsible(out, ref.case_id, event.hazard_assessed());
  } else if (event.has_escalation_entry_corrected()) {
    AddCorrected(out, state, event.escalation_entry_corrected().event_id(), ref);
  }
  AddScoreKeys(state, event, ref, &out);
  return out;
}

}  // namespace whistle::escalation
