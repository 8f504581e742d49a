#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_BUCK_PASSING;
// Three hops: four organizations, none of which takes the matter on. (DOMAIN: Findings.)
constexpr size_t kHopsMax = 3;

using Response = const v1::ObservedResponse*;

bool Accepts(const v1::ObservedResponse& response) {
  return response.stance() == v1::OBSERVED_STANCE_ACCEPTS || response.stance() == v1::OBSERVED_STANCE_CLAIMS_RESOLVED;
}

bool WithdrawsWithoutAccepting(const v1::ObservedResponse& response) {
  return !response.withdraws_event_id().empty() && !Accepts(response);
}

// One organization sends on to another.
struct Hop {
  Response response;
  const std::string& from;
  const std::string& to;
};

using Path = std::vector<const Hop*>;

class Deferrals {
 public:
  explicit Deferrals(const v1::Observed& observed) : observed_(observed) {
    for (const v1::ObservedResponse& response : observed.responses()) responses_.push_back(&response);
    std::sort(responses_.begin(), responses_.end(),
              [](Response a, Response b) { return Before(a->seen(), b->seen()); });
    for (const Response response : responses_) {
      if (response->stance() != v1::OBSERVED_STANCE_DEFERS) continue;
      for (const std::string& to : response->defers_to_ids())
        hops_.push_back({response, response->department_id(), to});
    }
  }

  const std::vector<Response>& responses() const { return responses_; }

  // The shortest loop of hops that count in no finding; among equals the one whose last hop is the earliest.
  std::optional<Path> FindLoop(const std::set<Response>& counted) const {
    std::optional<Path> shortest;
    for (const Hop& last : hops_) {
      if (!IsFree(last, counted)) continue;
      std::optional<Path> way = ShortestWay(last.to, last.from, counted);
      if (!way) continue;
      way->push_back(&last);
      if (!shortest || way->size() < shortest->size()) shortest = std::move(way);
    }
    return shortest;
  }

  std::optional<Path> FindChain(const std::set<Response>& counted) const {
    for (const Hop& first : hops_) {
      if (!IsFree(first, counted)) continue;
      Path path = {&first};
      if (Extend(path, counted)) return path;
    }
    return std::nullopt;
  }

  // The acceptance after `response` by whoever defers or is deferred to; null if there is none.
  Response AcceptedAfter(const v1::ObservedResponse& response, const std::string& organization_id) const {
    for (const Response other : responses_) {
      const bool after = Before(response.seen(), other->seen());
      if (after && Accepts(*other) && other->department_id() == organization_id) return other;
    }
    return nullptr;
  }

 private:
  bool IsWithdrawn(const v1::ObservedResponse& response) const {
    return std::any_of(responses_.begin(), responses_.end(),
                       [&](Response other) { return other->withdraws_event_id() == response.seen().event_id(); });
  }

  bool IsFree(const Hop& hop, const std::set<Response>& counted) const {
    if (counted.contains(hop.response) || MarkOf(hop.response->seen(), kRule) != nullptr) return false;
    if (IsWithdrawn(*hop.response)) return false;
    if (AcceptedAfter(*hop.response, hop.from) != nullptr || AcceptedAfter(*hop.response, hop.to) != nullptr) {
      return false;
    }
    const Response stance = StanceOf(observed_, hop.to);
    return stance == nullptr || !Accepts(*stance);
  }

  // Breadth first, so that the way is the shortest.
  std::optional<Path> ShortestWay(const std::string& from, const std::string& to,
                                  const std::set<Response>& counted) const {
    std::map<std::string, Path> ways = {{from, {}}};
    std::vector<std::string> reached = {from};
    for (size_t i = 0; i < reached.size(); ++i) {
      if (reached[i] == to) return ways[to];
      for (const Hop& hop : hops_) {
        if (hop.from != reached[i] || ways.contains(hop.to) || !IsFree(hop, counted)) continue;
        Path way = ways[reached[i]];
        way.push_back(&hop);
        ways.emplace(hop.to, std::move(way));
        reached.push_back(hop.to);
      }
    }
    return std::nullopt;
  }

  bool Extend(Path& path, const std::set<Response>& counted) const {
    if (path.size() == kHopsMax) return true;
    for (const Hop& hop : hops_) {
      if (hop.from != path.back()->to || !IsFree(hop, counted)) continue;
      const bool visited = std::any_of(path.begin(), path.end(), [&](const Hop* h) { return h->from == hop.to; });
      if (visited) continue;
      path.push_back(&hop);
      if (Extend(path, counted)) return true;
      path.pop_back();
    }
    return false;
  }

  const v1::Observed& observed_;
  std::vector<Response> responses_;
  std::vector<Hop> hops_;
};

void AddPath(const Path& path, const std::string& what, std::set<Response>& counted, Looked& looked) {
  std::vector<const v1::Sighting*> events;
  Response last = path.front()->response;
  for (const Hop* hop : path) {
    counted.insert(hop->response);
    events.push_back(&hop->response->seen());
    if (Before(last->seen(), hop->response->seen())) last = hop->response;
  }
  Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, events));
  // Whoever made the hop that completed it.
  proof.organization_id = last->department_id();
  std::vector<std::string> names;
  for (const Hop* hop : path) names.push_back(absl::StrCat("{", hop->from, "}"));
  names.push_back(absl::StrCat("{", path.back()->to, "}"));
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i]->from != proof.organization_id) proof.other_ids.push_back(path[i]->from);
  }
  if (path.back()->to != path.front()->from) proof.other_ids.push_back(path.back()->to);
  proof.subject = proof.completed_by;
  proof.count = static_cast<int>(path.size());
  proof.text = absl::StrCat(what, ": ", absl::StrJoin(names, " → "), ".");
}

void AddWithdrawals(const Deferrals& deferrals, std::set<Response>& counted, Looked& looked) {
  for (const Response withdrawal : deferrals.responses()) {
    if (!WithdrawsWithoutAccepting(*withdrawal) || MarkOf(withdrawal->seen(), kRule) != nullptr) continue;
    counted.insert(withdrawal);
    std::vector<const v1::Sighting*> events = {&withdrawal->seen()};
    for (const Response deferral : deferrals.responses()) {
      if (deferral->seen().event_id() != withdrawal->withdraws_event_id()) continue;
      if (deferral->department_id() == withdrawal->department_id() && MarkOf(deferral->seen(), kRule) == nullptr) {
        counted.insert(deferral);
        events.push_back(&deferral->seen());
      }
    }
    Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, events));
    proof.organization_id = withdrawal->department_id();
    proof.subject = withdrawal->withdraws_event_id();
    proof.text = absl::StrCat("{", withdrawal->department_id(),
                              "} takes back that others are to act, and does not accept the matter itself.");
  }
}

// Whether these deferrals, each once, make one way from `at` on that ends where it began or after kHopsMax hops.
bool MakeOneWay(const std::vector<Response>& left, const std::string& begin, const std::string& at, size_t hops) {
  if (left.empty()) return at == begin || hops == kHopsMax;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i]->department_id() != at) continue;
    std::vector<Response> others = left;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    for (const std::string& to : left[i]->defers_to_ids()) {
      if (MakeOneWay(others, begin, to, hops + 1)) return true;
    }
  }
  return false;
}

bool StillProve(const std::vector<Response>& group) {
  for (const Response response : group) {
    if (WithdrawsWithoutAccepting(*response)) {
      return std::all_of(group.begin(), group.end(),
                         [&](Response r) { return r->department_id() == response->department_id(); });
    }
  }
  return std::any_of(group.begin(), group.end(), [&](Response first) {
    return MakeOneWay(group, first->department_id(), first->department_id(), 0);
  });
}

// An acceptance in between, entered late: from its deferral on, and before the last of the group.
Response AcceptedInBetween(const Deferrals& deferrals, const std::vector<Response>& group) {
  for (const Response response : group) {
    std::vector<std::string> concerned = {response->department_id()};
    for (const Response other : group) {
      const auto& to = response->defers_to_ids();
      if (std::find(to.begin(), to.end(), other->department_id()) != to.end()) {
        concerned.push_back(other->department_id());
      }
    }
    for (const std::string& id : concerned) {
      const Response accepted = deferrals.AcceptedAfter(*response, id);
      if (accepted != nullptr && Before(accepted->seen(), group.back()->seen())) return accepted;
    }
  }
  return nullptr;
}

void AddDisproofs(const Deferrals& deferrals, Looked& looked) {
  // In order of time, as the responses are.
  std::map<std::string, std::vector<Response>> by_finding;
  for (const Response response : deferrals.responses()) {
    if (const v1::Mark* mark = MarkOf(response->seen(), kRule)) by_finding[mark->finding_id()].push_back(response);
  }
  for (const auto& [finding_id, group] : by_finding) {
    const v1::Mark& mark = *MarkOf(group.front()->seen(), kRule);
    const bool withdrawal =
        std::any_of(group.begin(), group.end(), [](Response r) { return WithdrawsWithoutAccepting(*r); });
    if (!withdrawal) {
      if (const Response accepted = AcceptedInBetween(deferrals, group)) {
        looked.disproofs.push_back(DisprovedBy(mark, accepted->seen(), "One of them had accepted the matter."));
        continue;
      }
    }
    for (const Response response : group) {
      if (response->seen().changed_by_event_id().empty() || StillProve(group)) continue;
      looked.disproofs.push_back(DisprovedBy(mark, response->seen(), "As corrected, these deferrals lead elsewhere."));
      break;
    }
  }
}

}  // namespace

void LookForBuckPassing(const v1::EscalationState& state, Looked& looked) {
  const Deferrals deferrals(state.observed());
  std::set<Response> counted;
  AddWithdrawals(deferrals, counted, looked);
  while (const auto loop = deferrals.FindLoop(counted)) {
    AddPath(*loop, "Those who are to act defer to one another", counted, looked);
  }
  while (const auto chain = deferrals.FindChain(counted)) {
    AddPath(*chain, "Each defers to the next, and nobody accepts", counted, looked);
  }
  AddDisproofs(deferrals, looked);
}

}  // namespace whistle::escalation
