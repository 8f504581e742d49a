#include "libs/testing/scenario_world.h"

#include <algorithm>
#include <regex>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/check.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/domain/validate.h"
#include "libs/testing/scenario_registry.h"

namespace whistle::testing {
namespace {

using common::v1::AgendaItem;
using google::protobuf::Message;

class CaseHistory final : public domain::History {
 public:
  explicit CaseHistory(const std::vector<journal::v1::Decision>& decisions) : decisions_(decisions) {}

  std::optional<journal::v1::Event> FindEvent(absl::string_view event_id) const override {
    const auto parts = domain::ParseEventId(event_id);
    if (!parts || parts->version.value > decisions_.size()) return std::nullopt;
    const journal::v1::Decision& decision = decisions_[parts->version.value - 1];
    if (parts->number > decision.events_size()) return std::nullopt;
    return decision.events(parts->number - 1);
  }

 private:
  const std::vector<journal::v1::Decision>& decisions_;
};

auto DueOrder(const AgendaItem& item) {
  return std::make_tuple(base::FromProto(item.due_at()), item.case_id(), base::SerializeDeterministically(item));
}

}  // namespace

World::World(domain::Model model)
    : model_(std::move(model)), registry_(RegistryBuilder().Build()), now_(*base::TimeFromText("2021-07-01")) {}

void World::AdvanceTo(absl::Time to) {
  WHISTLE_CHECK(accepted_.empty() || to >= now_,
                absl::StrCat("time never goes back: from ", base::TimeText(now_), " to ", base::TimeText(to)));
  now_ = to;
}

World::Case& World::Find(const std::string& case_id) {
  Case& found = cases_[case_id];
  if (found.state == nullptr) found.state = model_.new_state();
  return found;
}

const Message& World::State(const std::string& case_id) { return *Find(case_id).state; }

base::Version World::VersionOf(const std::string& case_id) const {
  const auto it = cases_.find(case_id);
  return base::Version{it == cases_.end() ? 0 : it->second.decisions.size()};
}

std::vector<journal::v1::Decision> World::Decisions(const std::string& case_id) const {
  const auto it = cases_.find(case_id);
  return it == cases_.end() ? std::vector<journal::v1::Decision>{} : it->second.decisions;
}

domain::Context World::NewContext(const std::string& case_id) {
  if (model_.service == common::v1::SERVICE_REGISTRY) {
    // The registry's own chain: what it has decided so far is the registry that its commands see.
    registry_ = std::make_shared<const registry::Registry>(
        VersionOf(case_id).value, static_cast<const registry::v1::RegistryState&>(State(case_id)));
  }
  domain::Context context;
  context.case_id = case_id;
  context.now = now_;
  context.occurred_at = now_;
  context.version = VersionOf(case_id).Next();
  context.registry = registry_.get();
  context.entropy = absl::StrFormat("%032x", ++entropy_);
  return context;
}

domain::Outcome World::Decide(const std::string& case_id, domain::Context context, const domain::History& history,
                              const DecideOn& decide) {
  context.history = &history;
  domain::Outcome outcome = decide(State(case_id), context);
  auto* events = std::get_if<domain::Events>(&outcome);
  if (events == nullptr) return outcome;
  WHISTLE_CHECK(!events->empty(), "a command records something or is refused");
  WHISTLE_CHECK(events->size() <= 64, "a decision holds at most 64 events");
  journal::v1::Decision decision;
  decision.set_case_id(case_id);
  decision.set_service(model_.service);
  *decision.mutable_decided_at() = base::ToProto(context.now);
  decision.set_level(registry_->level());
  *decision.mutable_actor() = context.actor;
  decision.set_registry_version(registry_->version());
  for (const journal::v1::Event& event : *events) {
    WHISTLE_CHECK(ServiceOf(event) == model_.service, "a service writes its own events only");
    WHISTLE_CHECK(base::CheckTimestamp(event.occurred_at(), "occurred_at").ok(), "an event says when it occurred");
    *decision.add_events() = event;
  }
  WHISTLE_CHECK(decision.ByteSizeLong() < 256 * 1024, "a decision is at most 256 KiB");
  Fold(case_id, std::move(decision));
  return outcome;
}

domain::Outcome World::Command(const std::string& case_id, const common::v1::CommandContext& command,
                               const DecideOn& decide) {
  domain::Context context = NewContext(case_id);
  if (auto no = domain::CheckCommandContext(command, context)) return *std::move(no);
  const std::vector<journal::v1::Decision> before = Decisions(case_id);
  return Decide(case_id, std::move(context), CaseHistory(before), decide);
}

void World::Record(const std::string& case_id, common::v1::Service service, const common::v1::Actor& actor,
                   const std::vector<journal::v1::Event>& events) {
  journal::v1::Decision decision;
  decision.set_case_id(case_id);
  decision.set_service(service);
  *decision.mutable_decided_at() = base::ToProto(now_);
  decision.set_level(registry_->level());
  *decision.mutable_actor() = actor;
  decision.set_registry_version(registry_->version());
  for (const journal::v1::Event& event : events) *decision.add_events() = event;
  Fold(case_id, std::move(decision));
}

void World::Fold(const std::string& case_id, journal::v1::Decision decision) {
  Case& folded = Find(case_id);
  folded.decisions.push_back(std::move(decision));
  const base::Version version{folded.decisions.size()};
  const journal::v1::Decision& stored = folded.decisions.back();
  for (int i = 0; i < stored.events_size(); ++i) {
    const domain::EventRef ref{case_id, domain::MakeEventId(version, i + 1), version, &stored};
    model_.evolve(*folded.state, stored.events(i), ref);
    for (const std::string& key : model_.footprints(*folded.state, stored.events(i), ref))
      folded.footprints.insert(key);
  }
  accepted_.push_back({case_id, version, stored});
}

std::vector<AgendaItem> World::Agenda(const std::string& case_id) {
  std::vector<AgendaItem> items = model_.agenda(State(case_id), case_id);
  std::sort(items.begin(), items.end(),
            [](const AgendaItem& a, const AgendaItem& b) { return DueOrder(a) < DueOrder(b); });
  return items;
}

std::optional<AgendaItem> World::FirstDue() {
  std::optional<AgendaItem> first;
  for (const auto& [case_id, unused] : cases_) {
    for (const AgendaItem& item : Agenda(case_id)) {
      if (base::FromProto(item.due_at()) > now_) continue;
      if (!first || DueOrder(item) < DueOrder(*first)) first = item;
    }
  }
  return first;
}

void World::RunItem(const AgendaItem& item, std::vector<domain::Rejection>* rejections, int steps_max) {
  const std::string request_id = absl::StrCat("agenda:", base::SerializeDeterministically(item));
  const Message* answered = nullptr;
  for (int step = 0; step < steps_max; ++step) {
    std::optional<domain::AgendaStep> next = model_.next_step(item, step, answered);
    if (!next) return;
    if (!Find(next->case_id).requests.contains(request_id)) {
      domain::Context context = NewContext(next->case_id);
      context.actor.set_kind(common::v1::ACTOR_KIND_AGENDA);
      const std::vector<journal::v1::Decision> before = Decisions(next->case_id);
      domain::Outcome outcome = Decide(next->case_id, std::move(context), CaseHistory(before), next->decide);
      if (auto* rejection = std::get_if<domain::Rejection>(&outcome)) {
        rejections->push_back(*rejection);
      } else {
        Find(next->case_id).requests.insert(request_id);
      }
    }
    answered = &State(next->case_id);
  }
}

std::set<std::string> World::Keys(const std::string& case_id) {
  std::set<std::string> keys = Find(case_id).footprints;
  for (const std::string& key : model_.indexes(State(case_id), case_id)) keys.insert(key);
  return keys;
}

common::v1::Service ServiceOf(const journal::v1::Event& event) {
  return static_cast<common::v1::Service>(static_cast<int>(event.body_case()) / 100);
}

void ParseText(absl::string_view text, Message* message) {
  static const std::regex* const kTime = new std::regex("@(\\d{4}-\\d\\d-\\d\\d[0-9TZ:.+-]*)");
  const std::string source(text);
  std::string plain;
  auto last = source.cbegin();
  for (std::sregex_iterator it(source.begin(), source.end(), *kTime), end; it != end; ++it) {
    plain.append(last, (*it)[0].first);
    const auto time = base::TimeFromText((*it)[1].str());
    WHISTLE_CHECK(time.ok(), time.status().ToString());
    const auto stamp = base::ToProto(*time);
    absl::StrAppend(&plain, "{ seconds: ", stamp.seconds(), " nanos: ", stamp.nanos(), " }");
    last = (*it)[0].second;
  }
  plain.append(last, source.cend());
  WHISTLE_CHECK(google::protobuf::TextFormat::ParseFromString(plain, message),
                absl::StrCat("not a ", message->GetDescriptor()->full_name(), ": ", plain));
}

void CompleteOrganizations(const registry::Registry& registry, Message* message) {
  if (message->GetDescriptor() == common::v1::OrganizationRef::descriptor()) {
    auto* ref = static_cast<common::v1::OrganizationRef*>(message);
    if (!ref->name().empty() || ref->superior_ids_size() > 0 || ref->outside_tree()) return;
    const registry::v1::Organization* organization = registry.Find(ref->organization_id());
    WHISTLE_CHECK(organization != nullptr, absl::StrCat("the test registry has no ", ref->organization_id()));
    *ref = registry.Ref(*organization);
    return;
  }
  const auto* reflection = message->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      CompleteOrganizations(registry, reflection->MutableMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      CompleteOrganizations(registry, reflection->MutableRepeatedMessage(message, field, i));
    }
  }
}

std::string Missing(const Message& expected, const Message& actual) {
  google::protobuf::util::MessageDifferencer differencer;
  differencer.set_scope(google::protobuf::util::MessageDifferencer::PARTIAL);
  std::string report;
  differencer.ReportDifferencesToString(&report);
  return differencer.Compare(expected, actual) ? "" : report;
}

}  // namespace whistle::testing
