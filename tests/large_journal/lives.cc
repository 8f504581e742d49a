#include "tests/large_journal/lives.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "libs/base/time.h"
#include "whistle/coordination/v1/service.pb.h"
#include "whistle/escalation/v1/service.pb.h"
#include "whistle/intake/v1/service.pb.h"
#include "whistle/response/v1/service.pb.h"

namespace whistle::large_journal {
namespace {

constexpr int kDistricts = 5;
constexpr int kStreets = 4;
constexpr char kNation[] = "nation";
constexpr char kProvince[] = "province";
constexpr char kCity[] = "city";
constexpr const char* kTrades[] = {"water", "gas", "roads", "housing", "power"};
constexpr const char* kTopics[] = {"occupancy-rule", "cable-owner", "pipe-depth", "pump-size"};

std::string DistrictId(int district) { return absl::StrCat("district-", district); }

constexpr char kPetitioner[] = "";

template <typename Request>
Request By(const std::string& organization_id) {
  Request request;
  common::v1::Actor& actor = *request.mutable_context()->mutable_actor();
  actor.set_kind(organization_id.empty() ? common::v1::ACTOR_KIND_PETITIONER : common::v1::ACTOR_KIND_ORGANIZATION);
  actor.set_organization_id(organization_id);
  return request;
}

void AddGrounds(google::protobuf::RepeatedPtrField<common::v1::Grounds>* grounds) {
  common::v1::Grounds& one = *grounds->Add();
  one.set_document("Rules on supply to residential buildings");
  one.set_clause("Article 12");
}

common::v1::Evidence Document(const std::string& title) {
  common::v1::Evidence evidence;
  evidence.set_sha256(base::Sha256(title).ToBytes());
  evidence.set_size_bytes(20'000 + title.size());
  evidence.set_media_type("application/pdf");
  evidence.set_title(title);
  evidence.set_location("archive/shelf-7");
  return evidence;
}

}  // namespace

std::vector<registry::v1::Organization> Organizations() {
  std::vector<registry::v1::Organization> organizations;
  const auto add = [&](const std::string& id, const std::string& name, registry::v1::OrganizationLevel level,
                       registry::v1::OrganizationKind kind, const std::string& superior_id) {
    registry::v1::Organization& organization = organizations.emplace_back();
    organization.set_organization_id(id);
    organization.set_name(name);
    organization.set_level(level);
    organization.set_kind(kind);
    organization.set_superior_id(superior_id);
  };
  using namespace registry::v1;  // NOLINT: the enumerators' names are long enough.
  add(kNation, "State Council", ORGANIZATION_LEVEL_NATION, ORGANIZATION_KIND_GOVERNMENT, "");
  add(kProvince, "The province", ORGANIZATION_LEVEL_PROVINCE, ORGANIZATION_KIND_GOVERNMENT, kNation);
  add(kCity, "The city", ORGANIZATION_LEVEL_CITY, ORGANIZATION_KIND_GOVERNMENT, kProvince);
  for (const char* trade : kTrades) {
    add(absl::StrCat("province-", trade), absl::StrCat("The province's ", trade, " company"),
        ORGANIZATION_LEVEL_PROVINCE, ORGANIZATION_KIND_ENTERPRISE, kProvince);
  }
  for (int d = 0; d < kDistricts; ++d) {
    add(DistrictId(d), absl::StrCat("District ", d), ORGANIZATION_LEVEL_DISTRICT, ORGANIZATION_KIND_GOVERNMENT, kCity);
    for (int s = 0; s < kStreets; ++s) {
      add(absl::StrCat("street-", d, "-", s), absl::StrCat("Street ", d, "-", s), ORGANIZATION_LEVEL_STREET,
          ORGANIZATION_KIND_GRASSROOTS, DistrictId(d));
    }
    for (const char* trade : kTrades) {
      add(absl::StrCat(DistrictId(d), "-", trade), absl::StrCat("District ", d, ", ", trade, " bureau"),
          ORGANIZATION_LEVEL_DISTRICT, ORGANIZATION_KIND_DEPARTMENT, DistrictId(d));
    }
  }
  return organizations;
}

Life::Life(uint64_t seed, uint64_t number, uint64_t decisions, absl::Duration span)
    : chance_(seed * 1'000'003 + number), number_(number), gap_(span / static_cast<double>(decisions)) {
  const int64_t district = chance_.Between(0, kDistricts - 1);
  district_ = DistrictId(static_cast<int>(district));
  street_ = absl::StrCat("street-", district, "-", chance_.Between(0, kStreets - 1));
}

absl::Time Life::Next(absl::Time now) {
  absl::Time next = now + gap_ * (static_cast<double>(chance_.Between(1, 2000)) / 1000);
  // Offices are open from eight to eighteen, in China's time.
  const absl::Duration into_day = (next - absl::UnixEpoch() + absl::Hours(8)) -
                                  absl::Trunc(next - absl::UnixEpoch() + absl::Hours(8), absl::Hours(24));
  if (gap_ > absl::Hours(12)) {
    if (into_day < absl::Hours(8)) next += absl::Hours(8) - into_day;
    if (into_day > absl::Hours(18)) next += absl::Hours(32) - into_day;
    next += absl::Seconds(chance_.Between(0, 7200));
  }
  return absl::FromUnixMillis(absl::ToUnixMillis(next) + chance_.Between(0, 999));
}

std::string Life::Department() {
  const char* trade = kTrades[chance_.Below(std::size(kTrades))];
  return absl::StrCat(chance_.Percent(15) ? std::string("province") : district_, "-", trade);
}

bool Life::Begin(Recorder& recorder, CaseFile& file, absl::Time now) {
  auto request = By<intake::v1::RegisterCaseRequest>(chance_.Percent(70) ? std::string() : street_);
  const char* trade = kTrades[chance_.Below(std::size(kTrades))];
  request.set_title(absl::StrCat("No ", trade, " on the upper floors"));
  request.set_demand(absl::StrCat("The building has been without ", trade, " since spring. They ask for a repair."));
  request.set_category(trade);
  request.mutable_site()->set_site_id(absl::StrCat("building-", chance_.Below(20'000)));
  request.mutable_site()->set_name(absl::StrCat("A building in ", street_));
  return recorder.Do(file, now, std::move(request));
}

bool Life::Act(Recorder& recorder, CaseFile& file, absl::Time now, bool last) {
  const intake::v1::CaseStatus status = file.intake().header().status();
  if (status == intake::v1::CASE_STATUS_REGISTERED && chance_.Percent(60)) {
    if (!file.intake().header().has_handler()) {
      auto request = By<intake::v1::AssignHandlerRequest>(street_);
      request.set_handler_id(street_);
      return recorder.Do(file, now, std::move(request));
    }
    if (last && chance_.Percent(20)) {
      auto request = By<intake::v1::DeclineCaseRequest>(street_);
      request.set_why("It is before a court.");
      AddGrounds(request.mutable_grounds());
      return recorder.Do(file, now, std::move(request));
    }
    return recorder.Do(file, now, By<intake::v1::AcceptCaseRequest>(street_));
  }
  if (status != intake::v1::CASE_STATUS_ACCEPTED) return IntakeAct(recorder, file, now);
  const uint64_t what = chance_.Below(100);
  if (what < 34) return IntakeAct(recorder, file, now);
  if (what < 66) return ResponseAct(recorder, file, now);
  if (what < 86) return CoordinationAct(recorder, file, now);
  if (what < 97) return EscalationAct(recorder, file, now);
  return Correction(recorder, file, now);
}

bool Life::Contact(Recorder& recorder, CaseFile& file, absl::Time now) {
  auto request = By<intake::v1::RecordContactRequest>(kPetitioner);
  request.set_channel(static_cast<intake::v1::ContactChannel>(chance_.Between(1, 4)));
  request.set_contacted_id(chance_.Percent(80) ? street_ : Department());
  request.set_note(absl::StrCat("They asked how far it is, and heard nothing new (", file.version.value + 1, ")."));
  if (!recorder.Do(file, now, std::move(request))) return false;
  contact_id_ = file.LastEventId();
  return true;
}

bool Life::IntakeAct(Recorder& recorder, CaseFile& file, absl::Time now) {
  const intake::State& state = file.intake();
  if (state.header().status() == intake::v1::CASE_STATUS_CLOSED) {
    if (state.has_review() && state.review().decided_event_id().empty() && chance_.Percent(60)) {
      auto request = By<intake::v1::DecideReviewRequest>(district_);
      request.set_review_event_id(state.review().review_event_id());
      request.set_outcome(chance_.Percent(50) ? intake::v1::REVIEW_OUTCOME_UPHELD
                                              : intake::v1::REVIEW_OUTCOME_RETURNED);
      request.set_why("The file was read again.");
      AddGrounds(request.mutable_grounds());
      return recorder.Do(file, now, std::move(request));
    }
    if (chance_.Percent(40)) {
      auto request = By<intake::v1::RequestReviewRequest>(kPetitioner);
      request.set_reviewer_id(district_);
      request.set_why("It never ran.");
      return recorder.Do(file, now, std::move(request));
    }
    auto request = By<intake::v1::ReopenCaseRequest>(kPetitioner);
    request.set_why("It stands still again.");
    return recorder.Do(file, now, std::move(request));
  }
  if (state.open_claims_size() > 0 && chance_.Percent(60)) {
    const std::string claim = state.open_claims(0).event_id();
    if (chance_.Percent(50)) {
      auto request = By<intake::v1::ConfirmResolutionRequest>(kPetitioner);
      request.set_claim_event_id(claim);
      request.set_satisfaction(static_cast<intake::v1::Satisfaction>(chance_.Between(1, 3)));
      return recorder.Do(file, now, std::move(request));
    }
    auto request = By<intake::v1::DisputeResolutionRequest>(kPetitioner);
    request.set_claim_event_id(claim);
    request.set_why("Nothing was repaired.");
    return recorder.Do(file, now, std::move(request));
  }
  const uint64_t what = chance_.Below(100);
  if (what < 72) return Contact(recorder, file, now);
  if (what < 78) return recorder.Do(file, now, By<intake::v1::JoinPetitionerRequest>(kPetitioner));
  if (what < 86) {
    auto request = By<intake::v1::AttachEvidenceRequest>(kPetitioner);
    *request.mutable_evidence() = Document(absl::StrCat("Photo ", number_, "-", file.version.value));
    return recorder.Do(file, now, std::move(request));
  }
  if (what < 90) {
    auto request = By<intake::v1::ExtendHandlingRequest>(district_);
    request.set_count(30);
    request.set_reason_told("The parts have to be ordered.");
    return recorder.Do(file, now, std::move(request));
  }
  if (what < 94) {
    auto request = By<intake::v1::CloseCaseRequest>(street_);
    request.set_why("It was repaired.");
    return recorder.Do(file, now, std::move(request));
  }
  return Contact(recorder, file, now);
}

bool Life::Answer(Recorder& recorder, CaseFile& file, absl::Time now) {
  const auto& open = file.response().open_assignments();
  const auto& assignment = open[static_cast<int>(chance_.Below(static_cast<uint64_t>(open.size())))];
  const std::string department = assignment.department().organization_id();
  auto request = By<response::v1::SubmitResponseRequest>(department);
  request.set_assignment_id(assignment.assignment_id());
  request.set_text(absl::StrCat("The bureau has looked at it (", file.version.value + 1, ")."));
  const uint64_t stance = chance_.Below(100);
  const char* topic = kTopics[chance_.Below(std::size(kTopics))];
  if (stance < 30) {
    request.set_stance(response::v1::STANCE_ACCEPTS);
  } else if (stance < 45) {
    request.set_stance(response::v1::STANCE_REFUSES);
  } else if (stance < 60) {
    request.set_stance(response::v1::STANCE_CONDITIONAL);
    auto& condition = *request.add_conditions();
    condition.set_topic(topic);
    condition.set_text("Four fifths of the flats must be lived in.");
    if (chance_.Percent(60)) AddGrounds(condition.mutable_grounds());
  } else if (stance < 72) {
    request.set_stance(response::v1::STANCE_DEFERS);
    std::string to = Department();
    if (to == department) to = street_;
    request.add_defers_to_ids(to);
  } else if (stance < 84) {
    request.set_stance(response::v1::STANCE_REPORTS_PROGRESS);
  } else {
    request.set_stance(response::v1::STANCE_CLAIMS_RESOLVED);
  }
  if (chance_.Percent(60)) AddGrounds(request.mutable_grounds());
  if (chance_.Percent(35)) {
    auto& statement = *request.add_statements();
    statement.set_topic(topic);
    statement.set_text("So it is in the drawings.");
    statement.set_holds(chance_.Percent(75));
  }
  if (!recorder.Do(file, now, std::move(request))) return false;
  response_id_ = file.LastEventId();
  return true;
}

bool Life::ResponseAct(Recorder& recorder, CaseFile& file, absl::Time now) {
  const response::State& state = file.response();
  if (state.open_conditions_size() > 0 && chance_.Percent(30)) {
    const std::string condition = state.open_conditions(0).condition_id();
    if (chance_.Percent(75)) {
      auto request = By<response::v1::MarkConditionMetRequest>(street_);
      request.set_condition_id(condition);
      request.set_text("The street has counted.");
      *request.add_evidence() = Document(absl::StrCat("Count ", number_, "-", file.version.value));
      return recorder.Do(file, now, std::move(request));
    }
    auto request = By<response::v1::WaiveConditionRequest>(state.open_conditions(0).department().organization_id());
    request.set_condition_id(condition);
    request.set_why("It is needed no longer.");
    return recorder.Do(file, now, std::move(request));
  }
  if (state.open_assignments_size() > 0 && chance_.Percent(70)) {
    const auto& assignment = state.open_assignments(0);
    const uint64_t what = chance_.Below(100);
    if (what < 8) {
      auto request = By<response::v1::ReturnAssignmentRequest>(assignment.department().organization_id());
      request.set_assignment_id(assignment.assignment_id());
      request.set_proposed_owner_id("province-roads");
      AddGrounds(request.mutable_grounds());
      request.set_why("The pipe lies under the road.");
      return recorder.Do(file, now, std::move(request));
    }
    if (what < 18) {
      auto request = By<response::v1::GrantExtensionRequest>(street_);
      request.set_assignment_id(assignment.assignment_id());
      request.set_count(3);
      request.set_why("The bureau measures first.");
      return recorder.Do(file, now, std::move(request));
    }
    return Answer(recorder, file, now);
  }
  auto request = By<response::v1::AskForResponseRequest>(street_);
  request.set_department_id(Department());
  request.set_question(absl::StrCat("When will it be repaired? (", file.version.value + 1, ")"));
  return recorder.Do(file, now, std::move(request));
}

bool Life::Meeting(Recorder& recorder, CaseFile& file, absl::Time now) {
  const coordination::State& state = file.coordination();
  if (state.open_meetings_size() == 0) {
    auto request = By<coordination::v1::ConveneMeetingRequest>(street_);
    for (const char* trade : {"water", "gas"}) request.add_invited_ids(absl::StrCat(district_, "-", trade));
    *request.mutable_meets_at() = base::ToProto(now + absl::Hours(chance_.Between(24, 240)));
    request.set_place("The street's hall");
    request.add_topics("Who repairs what");
    return recorder.Do(file, now, std::move(request));
  }
  const auto& meeting = state.open_meetings(0);
  auto request = By<coordination::v1::HoldMeetingRequest>(street_);
  request.set_meeting_id(meeting.meeting_id());
  request.set_minutes("Each said what it could do.");
  request.add_attended_ids(meeting.invited(0).organization_id());
  if (chance_.Percent(70)) request.add_attended_ids(meeting.invited(1).organization_id());
  const uint64_t came_to = chance_.Below(100);
  request.set_outcome(came_to < 40   ? coordination::v1::MEETING_OUTCOME_DEADLOCKED
                      : came_to < 70 ? coordination::v1::MEETING_OUTCOME_PARTLY
                                     : coordination::v1::MEETING_OUTCOME_AGREED);
  if (came_to >= 40 && chance_.Percent(60)) {
    auto& commitment = *request.add_commitments();
    commitment.set_organization_id(meeting.invited(0).organization_id());
    commitment.set_what("A pump");
    *commitment.mutable_due_at() = base::ToProto(now + absl::Hours(24 * chance_.Between(5, 40)));
  }
  return recorder.Do(file, now, std::move(request));
}

bool Life::CoordinationAct(Recorder& recorder, CaseFile& file, absl::Time now) {
  const coordination::State& state = file.coordination();
  const uint64_t what = chance_.Below(100);
  if (what < 30) return Meeting(recorder, file, now);
  if (what < 55) {
    if (state.open_whistles_size() > 0 && chance_.Percent(60)) {
      auto request =
          By<coordination::v1::ReportInRequest>(state.open_whistles(0).called(0).department().organization_id());
      request.set_whistle_id(state.open_whistles(0).whistle_id());
      request.set_note("Two came.");
      return recorder.Do(file, now, std::move(request));
    }
    auto request = By<coordination::v1::BlowWhistleRequest>(street_);
    request.set_urgency(static_cast<coordination::v1::Urgency>(chance_.Between(1, 3)));
    request.set_reason("The cellar is under water.");
    request.add_department_ids(Department());
    return recorder.Do(file, now, std::move(request));
  }
  if (what < 80) {
    if (state.open_commitments_size() > 0 && chance_.Percent(60)) {
      auto request = By<coordination::v1::KeepCommitmentRequest>(street_);
      request.set_commitment_id(state.open_commitments(0).commitment_id());
      request.set_text("It is there.");
      return recorder.Do(file, now, std::move(request));
    }
    auto request = By<coordination::v1::MakeCommitmentRequest>(Department());
    request.set_what("A repair of the main.");
    *request.mutable_due_at() = base::ToProto(now + absl::Hours(24 * chance_.Between(3, 60)));
    return recorder.Do(file, now, std::move(request));
  }
  if (state.open_items_size() > 0 && chance_.Percent(60)) {
    auto request = By<coordination::v1::ClearItemRequest>(street_);
    request.set_item_id(state.open_items(0).item_id());
    request.set_how("It was put right.");
    return recorder.Do(file, now, std::move(request));
  }
  auto request = By<coordination::v1::ListItemRequest>(street_);
  request.set_responsible_id(Department());
  request.set_problem(absl::StrCat("The main leaks at house ", file.version.value + 1, "."));
  return recorder.Do(file, now, std::move(request));
}

bool Life::Above(Recorder& recorder, CaseFile& file, absl::Time now) {
  const escalation::State& state = file.escalation();
  if (state.has_handling() && chance_.Percent(60)) {
    auto request = By<escalation::v1::CompleteHandlingRequest>(state.handling().upgraded().lead().organization_id());
    request.set_handling_id(state.handling().handling_id());
    request.add_measures()->set_text("A new main.");
    return recorder.Do(file, now, std::move(request));
  }
  if (!state.has_escalation()) {
    auto request = By<escalation::v1::RaiseEscalationRequest>(street_);
    request.set_reason("Nobody repairs it.");
    request.add_evidence_event_ids("1.1");
    return recorder.Do(file, now, std::move(request));
  }
  const std::string to = state.escalation().raised().to().organization_id();
  if (chance_.Percent(50)) {
    auto request = By<escalation::v1::DeclineEscalationRequest>(to);
    request.set_escalation_id(state.escalation().escalation_id());
    request.set_reason("It is the city's.");
    return recorder.Do(file, now, std::move(request));
  }
  auto request = By<escalation::v1::UpgradeHandlingRequest>(to);
  request.set_leader_office("Office of the deputy governor");
  return recorder.Do(file, now, std::move(request));
}

bool Life::Hazard(Recorder& recorder, CaseFile& file, absl::Time now) {
  const escalation::State& state = file.escalation();
  if (state.hazards_size() == 0) {
    auto request = By<escalation::v1::IdentifyHazardRequest>(street_);
    request.set_source("A cable in the gas well.");
    *request.mutable_site() = file.intake().header().site();
    request.set_severity(escalation::v1::HAZARD_SEVERITY_MAJOR);
    return recorder.Do(file, now, std::move(request));
  }
  const auto& hazard = state.hazards(0);
  if (hazard.state() == escalation::v1::HAZARD_STATE_IDENTIFIED) {
    auto request = By<escalation::v1::ReportHazardRequest>(street_);
    request.set_hazard_id(hazard.hazard_id());
    request.set_to_organization_id(district_);
    request.set_text("The well is full of water.");
    return recorder.Do(file, now, std::move(request));
  }
  if (hazard.state() == escalation::v1::HAZARD_STATE_REPORTED) {
    auto request = By<escalation::v1::AssessHazardRequest>(district_);
    request.set_hazard_id(hazard.hazard_id());
    request.set_severity(escalation::v1::HAZARD_SEVERITY_MAJOR);
    request.set_text("It must be emptied.");
    request.set_responsible_id(absl::StrCat(district_, "-gas"));
    return recorder.Do(file, now, std::move(request));
  }
  auto request = By<escalation::v1::CancelHazardRequest>(district_);
  request.set_hazard_id(hazard.hazard_id());
  request.set_text("It was emptied.");
  *request.add_proof() = Document(absl::StrCat("Report ", number_, "-", file.version.value));
  return recorder.Do(file, now, std::move(request));
}

bool Life::EscalationAct(Recorder& recorder, CaseFile& file, absl::Time now) {
  const escalation::State& state = file.escalation();
  const uint64_t what = chance_.Below(100);
  if (what < 35 && state.finding_counts_size() > 0) {
    const auto& counted =
        state.finding_counts(static_cast<int>(chance_.Below(static_cast<uint64_t>(state.finding_counts_size()))));
    auto request = By<escalation::v1::AnswerFindingRequest>(kProvince);
    request.set_finding_id(counted.last_finding_id());
    request.set_text("The bureau was short of people.");
    return recorder.Do(file, now, std::move(request));
  }
  if (what < 65) return Above(recorder, file, now);
  if (what < 80) return Hazard(recorder, file, now);
  if (state.letters_size() == 0) {
    auto request = By<escalation::v1::IssueSuggestionRequest>(district_);
    request.set_kind(escalation::v1::SUGGESTION_KIND_IMPROVE_WORK);
    request.set_addressee_id(absl::StrCat(district_, "-water"));
    request.set_text("Keep pumps in store.");
    return recorder.Do(file, now, std::move(request));
  }
  const auto& letter = state.letters(state.letters_size() - 1);
  if (letter.status() == escalation::v1::LETTER_STATUS_REPORTED) {
    auto request = By<escalation::v1::AcceptRectificationRequest>(district_);
    request.set_letter_id(letter.letter_id());
    request.set_reason("Two will do.");
    return recorder.Do(file, now, std::move(request));
  }
  auto request = By<escalation::v1::ReportRectificationRequest>(letter.issued().addressee().organization_id());
  request.set_letter_id(letter.letter_id());
  request.set_text("Two pumps are in store.");
  return recorder.Do(file, now, std::move(request));
}

bool Life::Correction(Recorder& recorder, CaseFile& file, absl::Time now) {
  const std::string what = absl::StrCat("\"As it was said, put right (", file.version.value + 1, ").\"");
  if (!response_id_.empty() && chance_.Percent(50)) {
    auto request = By<response::v1::CorrectEntryRequest>(kProvince);
    request.set_event_id(response_id_);
    auto& correction = *request.add_corrections();
    correction.set_path("text");
    correction.set_value_json(what);
    request.set_why("A slip of the pen.");
    return recorder.Do(file, now, std::move(request));
  }
  if (contact_id_.empty()) return Contact(recorder, file, now);
  auto request = By<intake::v1::CorrectEntryRequest>(street_);
  request.set_event_id(contact_id_);
  auto& correction = *request.add_corrections();
  correction.set_path("note");
  correction.set_value_json(what);
  request.set_why("A slip of the pen.");
  return recorder.Do(file, now, std::move(request));
}

}  // namespace whistle::large_journal
