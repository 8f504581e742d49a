#include "tests/bench/rules.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/check.h"
#include "libs/base/time.h"
#include "libs/domain/model.h"
#include "libs/registry/registry.h"
#include "services/escalation/model.h"

namespace whistle::bench {
namespace {

using journal::v1::Event;

// More of each than the state keeps, so that it is as large as it gets.
constexpr int kOfEachKind = 160;

// The service whose hundred the event's number lies in.
common::v1::Service ServiceOf(const Event& event) {
  return static_cast<common::v1::Service>(static_cast<int>(event.body_case()) / 100);
}

class NoHistory final : public domain::History {
 public:
  std::optional<Event> FindEvent(absl::string_view) const override { return std::nullopt; }
};

// One case, folded as the engine folds it.
class Case {
 public:
  // Adds every decision to `keep` unless that is null.
  explicit Case(bool rules_on, std::vector<journal::v1::Decision>* keep = nullptr)
      : registry_(std::make_shared<registry::Registry>(0, registry::v1::RegistryState())), keep_(keep) {
    Event event;
    auto& registered = *event.mutable_case_registered();
    registry::v1::Policy& policy = *registered.mutable_policy();
    policy.set_hollow_meetings(2);
    policy.set_persistent_contacts(3);
    if (!rules_on) SwitchOff(*policy.mutable_findings());
    Fold(std::move(event));
  }

  void Fold(Event event) {
    now_ += absl::Minutes(1);
    *event.mutable_occurred_at() = base::ToProto(now_);
    journal::v1::Decision decision;
    *decision.mutable_decided_at() = base::ToProto(now_);
    if (keep_ != nullptr) {
      *decision.add_events() = event;
      decision.set_service(ServiceOf(event));
      keep_->push_back(decision);
    }
    ++version_;
    const domain::EventRef ref = {"busy", domain::MakeEventId(base::Version{version_}, 1), base::Version{version_},
                                  &decision};
    const absl::Time began = absl::Now();
    model_.evolve(*state_, event, ref);
    model_.footprints(*state_, event, ref);
    model_.indexes(*state_, "busy");
    agenda_ = model_.agenda(*state_, "busy");
    spent_ += absl::Now() - began;
    ++folded_;
  }

  // Carries out what is due by now, one item after the other; how many findings that raised.
  int RunAgenda() {
    int findings = 0;
    while (!agenda_.empty()) {
      const common::v1::AgendaItem item = agenda_.front();
      if (base::FromProto(item.due_at()) > now_) break;
      domain::Context context;
      context.case_id = "busy";
      context.now = now_;
      context.occurred_at = now_;
      context.version = base::Version{version_ + 1};
      context.registry = registry_.get();
      context.history = &history_;
      domain::Outcome outcome = model_.next_step(item, 0, nullptr)->decide(*state_, context);
      auto* events = std::get_if<domain::Events>(&outcome);
      WHISTLE_CHECK(events != nullptr && events->size() == 1, "a finding or its like is one event");
      findings += events->front().has_finding_raised();
      Fold(std::move(events->front()));
    }
    return findings;
  }

  size_t bytes() const { return state_->ByteSizeLong(); }
  std::string NextId() const { return domain::MakeEventId(base::Version{version_ + 1}, 1); }
  void Forget() { spent_ = absl::ZeroDuration(), folded_ = 0; }
  absl::Duration per_fold() const { return spent_ / folded_; }

 private:
  static void SwitchOff(registry::v1::FindingPolicies& findings) {
    for (int i = 0; i < findings.GetDescriptor()->field_count(); ++i) {
      auto* rule = findings.GetReflection()->MutableMessage(&findings, findings.GetDescriptor()->field(i));
      static_cast<registry::v1::FindingPolicy*>(rule)->set_off(true);
    }
  }

  const domain::Model model_ = escalation::MakeModel();
  const std::shared_ptr<const registry::Registry> registry_;
  const NoHistory history_;
  const std::unique_ptr<google::protobuf::Message> state_ = model_.new_state();
  std::vector<common::v1::AgendaItem> agenda_;
  absl::Time now_ = absl::FromUnixSeconds(1262304000);
  uint64_t version_ = 0;
  absl::Duration spent_;
  int folded_ = 0;
  std::vector<journal::v1::Decision>* const keep_;
};

common::v1::OrganizationRef Department(int number) {
  common::v1::OrganizationRef organization;
  organization.set_organization_id(absl::StrCat("department-", number % 40));
  organization.set_name(absl::StrCat("Department ", number % 40));
  organization.add_superior_ids("city");
  organization.add_superior_ids("province");
  return organization;
}

void AddAnswer(Case& busy, int number) {
  Event event;
  auto& response = *event.mutable_response_submitted();
  *response.mutable_department() = Department(number);
  response.set_stance(number % 3 == 0 ? response::v1::STANCE_DEFERS : response::v1::STANCE_REFUSES);
  if (number % 3 == 0) *response.add_defers_to() = Department(number + 1);
  auto& statement = *response.add_statements();
  statement.set_topic("whose-it-is");
  statement.set_holds(number % 2 == 0);
  busy.Fold(std::move(event));
}

void AddCondition(Case& busy, int number) {
  const std::string id = busy.NextId();
  Event imposed;
  *imposed.mutable_condition_imposed()->mutable_department() = Department(number);
  imposed.mutable_condition_imposed()->set_topic(absl::StrCat("condition-", number));
  imposed.mutable_condition_imposed()->set_response_event_id(id);
  busy.Fold(std::move(imposed));
  Event met;
  met.mutable_condition_met()->set_condition_id(id);
  if (number % 2 == 0) busy.Fold(std::move(met));
}

void AddJointWork(Case& busy, int number) {
  Event meeting;
  auto& held = *meeting.mutable_meeting_held();
  held.set_outcome(coordination::v1::MEETING_OUTCOME_DEADLOCKED);
  *held.add_absent() = Department(number);
  busy.Fold(std::move(meeting));
  const std::string id = busy.NextId();
  Event made;
  *made.mutable_commitment_made()->mutable_organization() = Department(number);
  busy.Fold(std::move(made));
  Event broken;
  broken.mutable_commitment_broken()->set_commitment_id(id);
  *broken.mutable_commitment_broken()->mutable_organization() = Department(number);
  busy.Fold(std::move(broken));
  Event kept;
  kept.mutable_commitment_kept()->set_commitment_id(id);
  busy.Fold(std::move(kept));
}

void AddAssignment(Case& busy, int number) {
  const std::string id = busy.NextId();
  Event asked;
  *asked.mutable_response_requested()->mutable_department() = Department(number);
  busy.Fold(std::move(asked));
  Event overdue;
  overdue.mutable_response_overdue()->set_assignment_id(id);
  *overdue.mutable_response_overdue()->mutable_department() = Department(number);
  busy.Fold(std::move(overdue));
}

// Everything that rules look at, up to what the state keeps.
void AddOfEachKind(Case& busy) {
  Event handler;
  *handler.mutable_handler_assigned()->mutable_handler() = Department(0);
  busy.Fold(std::move(handler));
  for (int i = 0; i < kOfEachKind; ++i) {
    AddAnswer(busy, i);
    AddCondition(busy, i);
    AddJointWork(busy, i);
    AddAssignment(busy, i);
    busy.RunAgenda();
  }
}

// One contact and what it brings about; how many findings that raised.
int AddContact(Case& busy, int number) {
  Event event;
  *event.mutable_contact_recorded()->mutable_contacted() = Department(number);
  busy.Fold(std::move(event));
  return busy.RunAgenda();
}

}  // namespace

std::vector<journal::v1::Decision> BusyDecisions(size_t count) {
  std::vector<journal::v1::Decision> decisions;
  Case busy(true, &decisions);
  AddOfEachKind(busy);
  for (int i = 0; decisions.size() < count; ++i) AddContact(busy, i);
  decisions.resize(count);
  return decisions;
}

BusyCase FoldBusyCase(bool rules_on, int contacts) {
  Case busy(rules_on);
  AddOfEachKind(busy);
  BusyCase figures;
  figures.bytes_before = busy.bytes();
  busy.Forget();
  for (int i = 0; i < contacts; ++i) figures.findings += AddContact(busy, i);
  figures.bytes_after = busy.bytes();
  figures.fold = busy.per_fold();
  return figures;
}

}  // namespace whistle::bench
