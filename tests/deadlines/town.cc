#include "tests/deadlines/town.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "libs/base/check.h"
#include "libs/base/time.h"
#include "libs/testing/scenario_registry.h"

namespace whistle::deadlines {
namespace {

domain::Model ModelOf(const std::string& service) {
  for (domain::Model& model : std::vector<domain::Model>{intake::MakeModel(), response::MakeModel(),
                                                         coordination::MakeModel(), escalation::MakeModel()}) {
    if (model.name == service) return std::move(model);
  }
  base::CheckFailed(__FILE__, __LINE__, "a service", service);
}

// The test policy, in which only NO_OWNER is looked for and nothing escalates by itself: what fires is a date.
registry::v1::Policy Policy() {
  registry::v1::Policy policy = testing::DefaultPolicy();
  registry::v1::FindingPolicies& findings = *policy.mutable_findings();
  for (int i = 0; i < findings.GetDescriptor()->field_count(); ++i) {
    const auto* rule = findings.GetDescriptor()->field(i);
    if (rule->name() == "no_owner") continue;
    static_cast<registry::v1::FindingPolicy*>(findings.GetReflection()->MutableMessage(&findings, rule))->set_off(true);
  }
  for (auto* escalates : {policy.mutable_open_hazard(), policy.mutable_statutory_clock()}) {
    escalates->set_when(registry::v1::ESCALATE_WHEN_NEVER);
    escalates->clear_after();
  }
  return policy;
}

// The organizations of the tests and the policy, in one decision.
domain::Outcome DecideRegistry(domain::Context& context) {
  context.actor.set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
  context.actor.set_organization_id("gansu");
  domain::Events events;
  const testing::RegistryBuilder registry;
  for (const auto& organization : registry.state().organizations()) {
    *events.emplace_back(context.NewEvent()).mutable_organization_upserted()->mutable_organization() = organization;
  }
  *events.emplace_back(context.NewEvent()).mutable_policy_adopted()->mutable_policy() = Policy();
  return events;
}

}  // namespace

Town::Town() : clock_(*base::TimeFromText("2021-07-01")) {
  Restart();
  InStory("intake").Command(
      std::string(journal::kRegistryCaseId), "registry",
      [](const google::protobuf::Message&, domain::Context& context) { return DecideRegistry(context); });
}

void Town::At(absl::string_view time) {
  const auto to = base::TimeFromText(time);
  WHISTLE_CHECK(to.ok(), to.status().ToString());
  clock_.AdvanceTo(*to);
}

void Town::Stop() {
  story_.clear();
  journal_.reset();
}

void Town::Restart() {
  auto journal = journal::EmbeddedJournal::Open({.dir = absl::StrCat(folder_.path(), "/journal"),
                                                 .clock = &clock_,
                                                 .clock_kind = journal::ClockKind::kVirtual,
                                                 .partition_count = 1});
  WHISTLE_CHECK(journal.ok(), journal.status().ToString());
  journal_ = *std::move(journal);
}

Instance& Town::InStory(const std::string& service) {
  std::unique_ptr<Instance>& instance = story_[service];
  if (instance == nullptr) {
    instance = std::make_unique<Instance>(InstanceOptions{.model = ModelOf(service),
                                                          .journal = journal_.get(),
                                                          .clock = &clock_,
                                                          .folder = absl::StrCat(folder_.path(), "/", service),
                                                          .fire_agenda = false,
                                                          .seed = ++instances_});
  }
  return *instance;
}

std::unique_ptr<Instance> Town::Start(const std::string& service, const std::string& folder,
                                      journal::Journal* journal) {
  return std::make_unique<Instance>(InstanceOptions{.model = ModelOf(service),
                                                    .journal = journal == nullptr ? journal_.get() : journal,
                                                    .clock = &clock_,
                                                    .folder = absl::StrCat(folder_.path(), "/", folder),
                                                    .fire_agenda = true,
                                                    .seed = ++instances_});
}

void Town::DeleteProjection(const std::string& folder) {
  std::error_code error;
  WHISTLE_CHECK(std::filesystem::remove_all(absl::StrCat(folder_.path(), "/", folder), error) > 0 && !error,
                absl::StrCat("there is no projection ", folder));
}

std::vector<journal::v1::Decision> Town::Attempts() {
  std::vector<journal::v1::Decision> attempts;
  auto reader = journal_->OpenReader(base::PartitionId::Case(0), base::Offset{0}, [] {});
  WHISTLE_CHECK(reader.ok(), reader.status().ToString());
  for (auto batch = (*reader)->Read({}); batch.ok() && !batch->empty(); batch = (*reader)->Read({})) {
    for (const journal::StoredRecord& stored : *batch) {
      if (stored.record.key != kCase) continue;
      WHISTLE_CHECK(attempts.emplace_back().ParseFromString(stored.record.value), "a record that is no decision");
    }
  }
  return attempts;
}

bool ComeToRest(const std::vector<Instance*>& instances) {
  const absl::Time give_up_at = absl::Now() + absl::Seconds(20);
  while (absl::Now() < give_up_at) {
    // Twice, for what one instance did after the other had been looked at.
    const auto at_rest = [](Instance* instance) { return instance->IsAtRest(); };
    if (std::all_of(instances.begin(), instances.end(), at_rest) &&
        std::all_of(instances.begin(), instances.end(), at_rest)) {
      return true;
    }
    std::this_thread::yield();
  }
  return false;
}

}  // namespace whistle::deadlines
