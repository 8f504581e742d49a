#include "tools/scenarios/registry_apply.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "tools/whistlectl/methods.h"
#include "whistle/registry/v1/service.pb.h"

namespace whistle::scenarios {
namespace {

using google::protobuf::util::MessageDifferencer;
using registry::v1::Organization;

using ById = std::map<std::string, const Organization*>;

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = whistlectl::FindMethod(name);
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

ById IndexById(const registry::v1::RegistryState& state) {
  ById by_id;
  for (const Organization& organization : state.organizations()) by_id[organization.organization_id()] = &organization;
  return by_id;
}

class Planner {
 public:
  Planner(const registry::v1::RegistryState& in_force, const RegistryContent& content)
      : in_force_(IndexById(in_force)), content_(content) {
    for (size_t i = 0; i < content.organizations.size(); ++i) {
      place_of_[content.organizations[i].organization_id()] = i;
    }
  }

  absl::StatusOr<std::vector<RegistryChange>> Plan(const registry::v1::RegistryState& in_force) {
    // A registry begins with the top of a tree; what stands outside can only come after it.
    for (const bool outside : {false, true}) {
      for (size_t i = 0; i < content_.organizations.size(); ++i) {
        if (content_.organizations[i].outside_tree() == outside) WHISTLE_RETURN_IF_ERROR(Visit(i));
      }
    }
    if (content_.calendar &&
        !(in_force.has_calendar() && MessageDifferencer::Equals(*content_.calendar, in_force.calendar()))) {
      auto request = std::make_unique<registry::v1::AdoptCalendarRequest>();
      *request->mutable_calendar() = *content_.calendar;
      changes_.push_back({"registry.AdoptCalendar", std::move(request),
                          absl::StrCat("adopt the calendar ", content_.calendar->title()), ""});
    }
    if (content_.policy &&
        !(in_force.has_policy() && MessageDifferencer::Equals(*content_.policy, in_force.policy()))) {
      auto request = std::make_unique<registry::v1::AdoptPolicyRequest>();
      *request->mutable_policy() = *content_.policy;
      changes_.push_back({"registry.AdoptPolicy", std::move(request),
                          absl::StrCat("adopt the policy ", content_.policy->title()), ""});
    }
    return std::move(changes_);
  }

 private:
  absl::Status Fault(size_t i, absl::string_view message) const {
    return absl::InvalidArgumentError(absl::StrCat(content_.places[i], ": ", message));
  }

  // Its superior first: a superior must exist before what stands below it.
  absl::Status Visit(size_t i) {
    if (done_.count(i) > 0) return absl::OkStatus();
    const Organization& wanted = content_.organizations[i];
    if (!open_.insert(i).second) {
      return Fault(i, absl::StrCat(wanted.organization_id(), " stands, through its superiors, below itself"));
    }
    if (!wanted.superior_id().empty()) {
      const auto superior = place_of_.find(wanted.superior_id());
      if (superior != place_of_.end()) {
        WHISTLE_RETURN_IF_ERROR(Visit(superior->second));
      } else if (in_force_.count(wanted.superior_id()) == 0) {
        return Fault(i, absl::StrCat("superior_id: there is no organization ", wanted.superior_id(),
                                     ", neither in the files nor in force"));
      }
    }
    open_.erase(i);
    done_.insert(i);
    return Compare(i, wanted);
  }

  absl::Status Compare(size_t i, const Organization& wanted) {
    const auto found = in_force_.find(wanted.organization_id());
    if (found == in_force_.end()) {
      AddUpsert(i, wanted, "add");
      return absl::OkStatus();
    }
    const Organization& now = *found->second;
    if (now.retired() && !wanted.retired()) {
      return Fault(i, absl::StrCat(wanted.organization_id(), " was retired, and an id is never used again"));
    }
    if (now.outside_tree() != wanted.outside_tree()) {
      return Fault(i, absl::StrCat("outside_tree: ", wanted.organization_id(), " cannot change it; give it a new id"));
    }
    Organization changed = wanted;
    changed.set_superior_id(now.superior_id());
    changed.set_retired(now.retired());
    if (!MessageDifferencer::Equals(changed, now)) AddUpsert(i, changed, "change");
    if (wanted.superior_id() != now.superior_id()) {
      auto request = std::make_unique<registry::v1::MoveOrganizationRequest>();
      request->set_organization_id(wanted.organization_id());
      request->set_to_superior_id(wanted.superior_id());
      changes_.push_back({"registry.MoveOrganization", std::move(request),
                          absl::StrCat("move ", wanted.organization_id(), " below ",
                                       wanted.superior_id().empty() ? "nobody" : wanted.superior_id()),
                          content_.places[i]});
    }
    return absl::OkStatus();
  }

  void AddUpsert(size_t i, const Organization& organization, absl::string_view verb) {
    auto request = std::make_unique<registry::v1::UpsertOrganizationRequest>();
    *request->mutable_organization() = organization;
    changes_.push_back({"registry.UpsertOrganization", std::move(request),
                        absl::StrCat(verb, " ", organization.organization_id(), " (", organization.name(), ")"),
                        content_.places[i]});
  }

  const ById in_force_;
  const RegistryContent& content_;
  std::map<std::string, size_t> place_of_;
  std::set<size_t> done_;
  std::set<size_t> open_;
  std::vector<RegistryChange> changes_;
};

bool IsTop(const Organization& organization) {
  return organization.superior_id().empty() && !organization.outside_tree() && !organization.retired();
}

// The organization on whose behalf to act: the top of a tree, in force or (while nothing is) about to be.
std::string FindTop(const registry::v1::RegistryState& in_force, const RegistryContent& content) {
  for (const Organization& organization : in_force.organizations()) {
    if (IsTop(organization)) return organization.organization_id();
  }
  for (const Organization& organization : content.organizations) {
    if (IsTop(organization)) return organization.organization_id();
  }
  return "";
}

}  // namespace

absl::StatusOr<std::vector<RegistryChange>> PlanRegistry(const registry::v1::RegistryState& in_force,
                                                         const RegistryContent& content) {
  return Planner(in_force, content).Plan(in_force);
}

absl::StatusOr<int> ApplyRegistry(const RegistryContent& content, whistlectl::Client& client, absl::string_view as,
                                  const std::function<void(const RegistryChange&)>& on_change) {
  registry::v1::GetRegistryResponse in_force;
  WHISTLE_RETURN_IF_ERROR(
      client.Call(Method("registry.GetRegistry"), registry::v1::GetRegistryRequest(), "", in_force));
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<RegistryChange> changes, PlanRegistry(in_force.registry(), content));
  const std::string top = as.empty() ? FindTop(in_force.registry(), content) : std::string(as);
  bool nothing_in_force = in_force.registry().organizations().empty();
  // Unlike a scenario's, these need no name: sending them again starts from what is in force then.
  std::random_device random;
  const std::string run = absl::StrFormat("apply-%08x%08x", random(), random());
  int sent = 0;
  for (const RegistryChange& change : changes) {
    const auto* field = change.request->GetDescriptor()->FindFieldByName("context");
    common::v1::CommandContext context;
    context.set_request_id(absl::StrCat(run, "-", sent + 1));
    // Nobody stands above the first organization: the contracts let anybody add it.
    if (nothing_in_force && as.empty()) {
      context.mutable_actor()->set_kind(common::v1::ACTOR_KIND_PETITIONER);
    } else {
      context.mutable_actor()->set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
      context.mutable_actor()->set_organization_id(top);
    }
    change.request->GetReflection()->MutableMessage(change.request.get(), field)->CopyFrom(context);
    const auto& method = Method(change.method);
    const std::unique_ptr<google::protobuf::Message> response = whistlectl::NewMessage(*method.output_type());
    absl::Status status = client.Call(method, *change.request, "", *response);
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat(change.place, change.place.empty() ? "" : ": ", change.what, ": ",
                                                      whistlectl::DescribeStatus(status)));
    }
    nothing_in_force = false;
    ++sent;
    if (on_change != nullptr) on_change(change);
  }
  return sent;
}

}  // namespace whistle::scenarios
