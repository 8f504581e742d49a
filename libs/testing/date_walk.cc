#include "libs/testing/date_walk.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "libs/domain/correction.h"
#include "libs/domain/entry_keys.h"
#include "libs/testing/scenario_registry.h"
#include "whistle/common/v1/corrections.pb.h"
#include "whistle/intake/v1/case.pb.h"
#include "whistle/registry/v1/policy.pb.h"

namespace whistle::testing {
namespace {

using common::v1::AgendaItem;
using common::v1::Obligation;
using google::protobuf::Message;

// What a service finds to do by itself, as soon as what it rests on was entered.
bool IsSeen(const AgendaItem& item) {
  return item.kind() == common::v1::AGENDA_KIND_FINDING || item.kind() == common::v1::AGENDA_KIND_FINDING_DISPROVED ||
         item.kind() == common::v1::AGENDA_KIND_ESCALATION_REASON ||
         item.kind() == common::v1::AGENDA_KIND_OWNER_AWAITED;
}

// Every other kind of item but the conversations between cases is a date.
bool IsDate(const AgendaItem& item) {
  return !IsSeen(item) && item.kind() != common::v1::AGENDA_KIND_MERGE_PROPOSAL &&
         item.kind() != common::v1::AGENDA_KIND_UNMERGE_NOTICE;
}

bool Same(const AgendaItem& a, const AgendaItem& b) { return a.SerializeAsString() == b.SerializeAsString(); }

absl::Time TimeOf(const google::protobuf::Timestamp& time) { return base::FromProto(time); }

std::string Words(const std::vector<std::string>& words) { return absl::StrJoin(words, " "); }

// Written anew from the words of libs/domain/obligation.h, not by its code.
bool Fires(const Obligation& owed) {
  return owed.due().has_due_at() && !owed.resting() && owed.overdue_event_id().empty();
}

// Every term and every finding rule switched off, or not, and terms of other lengths.
registry::v1::Policy AnyPolicy(CommandMaker& maker) {
  registry::v1::Policy policy = DefaultPolicy();
  const auto* reflection = policy.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(policy, &fields);
  for (const auto* field : fields) {
    if (field->message_type() != registry::v1::Term::descriptor()) continue;
    auto& term = static_cast<registry::v1::Term&>(*reflection->MutableMessage(&policy, field));
    term.set_off(maker.OneIn(3));
    term.set_count(1 + static_cast<int>(maker.Below(9)));
  }
  Message& findings = *policy.mutable_findings();
  const auto* rules = findings.GetDescriptor();
  for (int i = 0; i < rules->field_count(); ++i) {
    auto* rule = findings.GetReflection()->MutableMessage(&findings, rules->field(i));
    static_cast<registry::v1::FindingPolicy*>(rule)->set_off(maker.OneIn(3));
  }
  return policy;
}

std::string Rebound(const registry::v1::Policy& policy) {
  return absl::StrCat("policy_rebound { policy_version: 2 policy {", policy.ShortDebugString(), "} }");
}

bool IsWarning(const journal::v1::Event& event) {
  const Message* body = domain::BodyOf(event);
  return body != nullptr && body->GetDescriptor() == common::v1::DeadlineApproaching::descriptor();
}

}  // namespace

DateWalk::Tally& DateWalk::Tally::operator+=(const Tally& other) {
  accepted += other.accepted;
  warned += other.warned;
  overdue += other.overdue;
  lifted += other.lifted;
  moved += other.moved;
  found += other.found;
  disproved += other.disproved;
  escalated += other.escalated;
  return *this;
}

std::string DateWalk::Tally::Text() const {
  return absl::StrCat("accepted ", accepted, ", warned ", warned, ", overdue ", overdue, ", lifted ", lifted,
                      ", moved ", moved, ", found ", found, ", disproved ", disproved, ", escalated ", escalated);
}

DateWalk::DateWalk(World& world, std::vector<std::string> case_ids, unsigned seed)
    : world_(world), case_ids_(std::move(case_ids)), seed_(seed) {
  for (size_t i = 0; i < case_ids_.size(); ++i) makers_.emplace_back(world_, case_ids_[i], seed * 100 + i);
  Look();
}

common::v1::Actor DateWalk::Somebody() {
  common::v1::Actor actor;
  actor.set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
  actor.set_organization_id("lanzhou");
  return actor;
}

std::string DateWalk::Where() const {
  return absl::StrCat("seed ", seed_, ", step ", step_, ", at ", base::TimeText(world_.now()));
}

void DateWalk::BeginStep() {
  ++step_;
  turn_ = makers_[0].Below(case_ids_.size());
}

std::string DateWalk::CaseEvent() {
  if (!comes_and_goes_) return "";
  const Message& state = world_.State(case_id());
  const auto* header = state.GetDescriptor()->FindFieldByName("header");
  const auto status =
      static_cast<const intake::v1::CaseHeader&>(state.GetReflection()->GetMessage(state, header)).status();
  if (status == intake::v1::CASE_STATUS_REGISTERED || status == intake::v1::CASE_STATUS_ACCEPTED) {
    switch (maker().Below(100)) {
      case 0:
        return "case_closed {}";
      case 1:
        return "case_declined {}";
      case 2:
        return "merge_completed { target_case_id: 'case-9' }";
      case 3:
        return Rebound(AnyPolicy(maker()));
      default:
        return "";
    }
  }
  if (!maker().OneIn(6)) return "";
  return status == intake::v1::CASE_STATUS_MERGED ? "case_unmerged { side: MERGE_SIDE_SOURCE }" : "case_reopened {}";
}

void DateWalk::PassTime() {
  std::vector<AgendaItem> next;
  for (const std::string& case_id : case_ids_) {
    for (const AgendaItem& item : world_.Agenda(case_id)) {
      if (TimeOf(item.due_at()) <= world_.now()) continue;
      if (!next.empty() && TimeOf(item.due_at()) > TimeOf(next[0].due_at())) continue;
      if (!next.empty() && TimeOf(item.due_at()) < TimeOf(next[0].due_at())) next.clear();
      next.push_back(item);
    }
  }
  if (!next.empty() && maker().OneIn(2)) {
    const absl::Time due_at = TimeOf(next[0].due_at());
    world_.AdvanceTo(std::max(world_.now(), due_at - absl::Milliseconds(1)));
    for (const AgendaItem& item : next) RunEarly(item);
    world_.AdvanceTo(due_at);
  } else {
    world_.AdvanceTo(world_.now() + absl::Minutes(static_cast<int>(maker().Below(maker().OneIn(6) ? 20000 : 800))));
  }
  // Now and then nobody looks for a while.
  if (!maker().OneIn(4)) RunDue();
}

void DateWalk::RunDue() {
  AgendaItem last;
  for (int runs = 0; runs < 1000 && !::testing::Test::HasFailure(); ++runs) {
    std::vector<AgendaItem> due;
    for (const std::string& case_id : case_ids_) {
      for (const AgendaItem& item : world_.Agenda(case_id)) {
        if (TimeOf(item.due_at()) <= world_.now()) due.push_back(item);
      }
    }
    if (due.empty()) return;
    last = due[maker().Below(due.size())];
    Run(last);
  }
  EXPECT_TRUE(::testing::Test::HasFailure())
      << Where() << ": the agenda does not come to rest; it ran last " << last.ShortDebugString();
}

void DateWalk::RunEarly(const AgendaItem& item) {
  if (!IsDate(item)) return;
  const size_t before = world_.accepted().size();
  std::vector<domain::Rejection> rejections;
  world_.RunItem(item, &rejections);
  EXPECT_EQ(world_.accepted().size(), before) << Where() << ": fired early: " << item.ShortDebugString();
  EXPECT_EQ(rejections.size(), 1u) << Where() << ": " << item.ShortDebugString();
}

void DateWalk::Run(const AgendaItem& item) {
  const size_t before = world_.accepted().size();
  const auto obligations = world_.model().obligations(world_.State(item.case_id()), item.case_id());
  std::vector<domain::Rejection> rejections;
  world_.RunItem(item, &rejections);
  for (const AgendaItem& left : world_.Agenda(item.case_id())) {
    EXPECT_FALSE(Same(left, item)) << Where() << ": run and still there: " << item.ShortDebugString() << " "
                                   << (rejections.empty() ? "" : rejections[0].message);
  }
  if (!IsDate(item) && !IsSeen(item)) return;
  EXPECT_THAT(rejections, ::testing::IsEmpty())
      << Where() << ": " << item.ShortDebugString()
      << " was refused: " << (rejections.empty() ? "" : rejections[0].message);
  ASSERT_EQ(world_.accepted().size(), before + 1) << Where() << ": " << item.ShortDebugString();
  if (IsSeen(item)) {
    EXPECT_TRUE(fired_.insert(item.SerializeAsString()).second) << Where() << ": twice: " << item.ShortDebugString();
    if (item.kind() == common::v1::AGENDA_KIND_ESCALATION_REASON) ++tally_.escalated;
    return;
  }
  const auto owed = std::find_if(obligations.begin(), obligations.end(), [&](const Obligation& one) {
    return one.subject() == item.subject() && one.due_event_id() == item.created_by_event_id() &&
           (item.kind() == one.overdue_kind() || TimeOf(one.due().warn_at()) == TimeOf(item.due_at()));
  });
  ASSERT_NE(owed, obligations.end()) << Where() << ": nothing is owed for " << item.ShortDebugString();
  const journal::v1::Event& fired = world_.accepted().back().decision.events(0);
  const bool passed = world_.now() >= TimeOf(owed->due().due_at());
  EXPECT_EQ(IsWarning(fired), !passed) << Where() << ": " << fired.ShortDebugString();
  ++(passed ? tally_.overdue : tally_.warned);
  EXPECT_TRUE(fired_
                  .insert(Words({item.case_id(), owed->rule(), owed->subject(), owed->due_event_id(),
                                 passed ? "overdue" : "warning"}))
                  .second)
      << Where() << ": fired twice: " << item.ShortDebugString();
}

void DateWalk::Look() {
  ReadNewEvents();
  for (const std::string& case_id : case_ids_) LookAt(case_id);
}

void DateWalk::ReadNewEvents() {
  new_events_.clear();
  new_lifted_.clear();
  for (; seen_accepted_ < world_.accepted().size(); ++seen_accepted_) {
    const Accepted& accepted = world_.accepted()[seen_accepted_];
    for (int i = 0; i < accepted.decision.events_size(); ++i) {
      new_events_.emplace(accepted.case_id, domain::MakeEventId(accepted.version, i + 1));
      ReadFinding(accepted.case_id, domain::MakeEventId(accepted.version, i + 1), accepted.decision.events(i));
      const Message* body = domain::BodyOf(accepted.decision.events(i));
      if (body == nullptr || body->GetDescriptor() != common::v1::OverdueLifted::descriptor()) continue;
      new_lifted_.emplace(accepted.case_id, static_cast<const common::v1::OverdueLifted&>(*body).overdue_event_id());
      ++tally_.lifted;
    }
  }
}

void DateWalk::ReadFinding(const std::string& case_id, const std::string& event_id, const journal::v1::Event& event) {
  auto& standing = standing_[case_id];
  if (event.has_finding_raised()) {
    ++tally_.found;
    const auto& raised = event.finding_raised();
    std::vector<std::string> words = {absl::StrCat(raised.rule()), raised.organization().organization_id(),
                                      raised.subject()};
    words.insert(words.end(), raised.evidence_event_ids().begin(), raised.evidence_event_ids().end());
    EXPECT_GT(raised.evidence_event_ids_size(), 0) << Where() << ": nothing proves " << raised.ShortDebugString();
    for (const auto& [other_id, other] : standing) {
      EXPECT_NE(other, Words(words)) << Where() << ": " << event_id << " tells what " << other_id << " tells";
    }
    standing[event_id] = Words(words);
  } else if (event.has_finding_lifted()) {
    ++tally_.disproved;
    const std::string& finding_id = event.finding_lifted().finding_id();
    EXPECT_EQ(standing.erase(finding_id), 1u) << Where() << ": " << finding_id << " did not stand";
    new_lifted_.emplace(case_id, finding_id);
  }
}

void DateWalk::LookAt(const std::string& case_id) {
  Owed owed;
  const uint64_t version = world_.VersionOf(case_id).value;
  for (const Obligation& one : world_.model().obligations(world_.State(case_id), case_id)) {
    EXPECT_EQ(one.case_id(), case_id) << Where();
    EXPECT_NE(one.rule(), "") << Where();
    EXPECT_NE(one.subject(), "") << Where();
    EXPECT_NE(one.overdue_kind(), common::v1::AGENDA_KIND_UNSPECIFIED) << Where();
    const auto due_event = domain::ParseEventId(one.due_event_id());
    EXPECT_TRUE(due_event && due_event->version.value <= version) << Where() << ": " << one.ShortDebugString();
    if (one.due().has_warn_at()) {
      EXPECT_LT(TimeOf(one.due().warn_at()), TimeOf(one.due().due_at())) << Where();
    }
    EXPECT_TRUE(owed.emplace(std::make_pair(one.rule(), one.subject()), one).second)
        << Where() << ": owed twice: " << one.ShortDebugString();
  }
  CheckAgenda(case_id, owed);
  CheckKeys(case_id, owed);
  Owed& before = seen_[case_id];
  for (const auto& [key, one] : owed) {
    if (const auto found = before.find(key); found != before.end()) CheckChange(case_id, found->second, one);
  }
  before = std::move(owed);
}

void DateWalk::CheckAgenda(const std::string& case_id, const Owed& owed) {
  std::multiset<std::string> expected;
  const auto expect = [&](const Obligation& one, const google::protobuf::Timestamp& at, common::v1::AgendaKind kind) {
    expected.insert(
        Words({base::TimeText(TimeOf(at)), common::v1::AgendaKind_Name(kind), one.subject(), one.due_event_id()}));
  };
  for (const auto& [key, one] : owed) {
    if (!Fires(one)) continue;
    expect(one, one.due().due_at(), one.overdue_kind());
    if (one.due().has_warn_at() && one.warned_event_id().empty()) {
      expect(one, one.due().warn_at(), common::v1::AGENDA_KIND_DEADLINE_APPROACHING);
    }
  }
  std::multiset<std::string> actual;
  for (const AgendaItem& item : world_.Agenda(case_id)) {
    EXPECT_EQ(item.case_id(), case_id) << Where();
    if (IsSeen(item)) {
      EXPECT_LE(TimeOf(item.due_at()), world_.now()) << Where() << ": " << item.ShortDebugString();
    }
    if (!IsDate(item)) continue;
    actual.insert(Words({base::TimeText(TimeOf(item.due_at())), common::v1::AgendaKind_Name(item.kind()),
                         item.subject(), item.created_by_event_id()}));
  }
  EXPECT_EQ(actual, expected) << Where() << ", " << case_id;
  EXPECT_EQ(std::set<std::string>(actual.begin(), actual.end()).size(), actual.size()) << Where() << ": an item twice";
}

void DateWalk::CheckKeys(const std::string& case_id, const Owed& owed) {
  const auto ms = [](absl::Time time) { return absl::ToInt64Milliseconds(time - base::EarliestTime()); };
  std::set<std::string> expected;
  for (const auto& [key, one] : owed) {
    if (!one.due().has_due_at() || one.resting()) continue;
    const std::string date = absl::StrCat(ms(TimeOf(one.due().due_at())));
    const std::string& organization_id = one.organization().organization_id();
    expected.insert(Words({"due", date, case_id, one.rule(), one.subject()}));
    if (!organization_id.empty()) {
      expected.insert(Words({"due_of", organization_id, date, case_id, one.rule(), one.subject()}));
    }
    if (!one.overdue_event_id().empty()) {
      expected.insert(Words({"overdue", one.rule(), organization_id, case_id, one.subject()}));
    }
  }
  std::set<std::string> actual;
  for (const std::string& key : world_.model().indexes(world_.State(case_id), case_id)) {
    std::vector<std::string> parts = domain::KeyParts(key);
    const std::string kind = parts.empty() ? "" : parts[0];
    if (kind != "due" && kind != "due_of" && kind != "overdue") continue;
    if (kind != "overdue") {
      ASSERT_EQ(parts.size(), kind == "due" ? 5u : 6u) << Where();
      std::string& date = parts[parts.size() - 4];
      int64_t since = -1;
      EXPECT_TRUE(date.size() == 16 && absl::SimpleAtoi(date, &since)) << Where() << ": not a date: " << date;
      date = absl::StrCat(since);
    }
    actual.insert(Words(parts));
  }
  EXPECT_EQ(actual, expected) << Where() << ", " << case_id;
}

void DateWalk::CheckChange(const std::string& case_id, const Obligation& before, const Obligation& after) {
  const auto recorded = [&](const std::string& event_id) { return new_events_.contains({case_id, event_id}); };
  const std::string change =
      absl::StrCat(Where(), ": ", before.ShortDebugString(), " became ", after.ShortDebugString());
  const bool other_date = before.due().has_due_at() != after.due().has_due_at() ||
                          TimeOf(before.due().due_at()) != TimeOf(after.due().due_at());
  if (other_date) ++tally_.moved;
  if (other_date || before.due_event_id() != after.due_event_id()) {
    EXPECT_TRUE(recorded(after.due_event_id())) << "moved silently: " << change;
  } else if (!before.warned_event_id().empty()) {
    EXPECT_EQ(after.warned_event_id(), before.warned_event_id()) << change;
  }
  if (before.overdue_event_id() == after.overdue_event_id()) return;
  if (!before.overdue_event_id().empty()) {
    EXPECT_TRUE(new_lifted_.contains({case_id, before.overdue_event_id()})) << "went without being lifted: " << change;
  }
  if (!after.overdue_event_id().empty()) {
    EXPECT_TRUE(recorded(after.overdue_event_id())) << change;
  }
}

}  // namespace whistle::testing
