// Made-up histories for the tests of hindsight.
#ifndef WHISTLE_TOOLS_SCENARIOS_HINDSIGHT_TESTING_H_
#define WHISTLE_TOOLS_SCENARIOS_HINDSIGHT_TESTING_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "tools/scenarios/hindsight.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::scenarios {

inline absl::TimeZone China() { return absl::FixedTimeZone(8 * 3600); }

// "2019-07-10T00:00:00+08:00".
inline absl::Time TimeOf(const std::string& text) {
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) << text;
  return time;
}

// Decisions of one event each, so that event 3.1 is the third to be added.
class History {
 public:
  explicit History(std::string name) { history_.name = std::move(name); }

  // By a step of the story "story".
  journal::v1::Event& Step(const std::string& step, const std::string& at) {
    return Add("story:" + step, common::v1::ACTOR_KIND_ORGANIZATION, at);
  }
  // By the agenda.
  journal::v1::Event& Agenda(const std::string& at) { return Add("agenda:item", common::v1::ACTOR_KIND_AGENDA, at); }

  journal::v1::Event& Finding(escalation::v1::FindingRule rule, const std::string& at, const std::string& evidence,
                              const std::string& text) {
    journal::v1::Event& event = Agenda(at);
    event.mutable_finding_raised()->set_rule(rule);
    event.mutable_finding_raised()->add_evidence_event_ids(evidence);
    event.mutable_finding_raised()->set_text(text);
    return event;
  }

  CaseHistory& history() { return history_; }
  const CaseHistory& operator*() const { return history_; }

 private:
  journal::v1::Event& Add(const std::string& request_id, common::v1::ActorKind actor, const std::string& at) {
    timeline::v1::TimelineEntry& entry = history_.entries.emplace_back();
    entry.set_version(history_.entries.size());
    entry.mutable_decision()->mutable_request()->set_request_id(request_id);
    entry.mutable_decision()->mutable_actor()->set_kind(actor);
    journal::v1::Event& event = *entry.mutable_decision()->add_events();
    *event.mutable_occurred_at() = base::ToProto(TimeOf(at));
    return event;
  }

  CaseHistory history_;
};

inline common::v1::OrganizationRef Organization(const std::string& id, const std::string& name,
                                                std::initializer_list<std::string> superiors = {}) {
  common::v1::OrganizationRef organization;
  organization.set_organization_id(id);
  organization.set_name(name);
  for (const std::string& superior : superiors) organization.add_superior_ids(superior);
  return organization;
}

}  // namespace whistle::scenarios

#endif  // WHISTLE_TOOLS_SCENARIOS_HINDSIGHT_TESTING_H_
