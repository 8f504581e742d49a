#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

// One organization sends on to another.
struct Hop {
  // Its place among the responses by time.
  size_t made;
  std::string from;
  std::string to;
  // Counts from this response on, and until this one.
  size_t begins;
  size_t ends;
  // The acceptance of `to` that stood when it was made; kNever if none did.
  size_t accepted;
};

constexpr size_t kNever = std::numeric_limits<size_t>::max();

using Path = std::vector<const Hop*>;

// Who defers to whom over the case's whole life. What was said when is all that matters, not when it was entered: what
// a response closes is judged by what had been said up to it.
class Deferrals {
 public:
  explicit Deferrals(const v1::Observed& observed) {
    for (const v1::ObservedResponse& response : observed.responses()) responses_.push_back(&response);
    std::sort(responses_.begin(), responses_.end(),
              [](Response a, Response b) { return Before(a->seen(), b->seen()); });
    for (size_t i = 0; i < responses_.size(); ++i) {
      if (responses_[i]->stance() != v1::OBSERVED_STANCE_DEFERS) continue;
      for (const std::string& to : responses_[i]->defers_to_ids()) {
        const std::string& from = responses_[i]->department_id();
        if (from != to) hops_.push_back(MakeHop(i, from, to));
      }
    }
  }

  const std::vector<Response>& responses() const { return responses_; }
  const std::vector<Hop>& hops() const { return hops_; }

  static bool CountsAt(const Hop& hop, size_t place) {
    return hop.made <= place && hop.begins <= place && place < hop.ends;
  }

  // It takes back a deferral of its own, and does not accept: not by this answer, and not before.
  bool IsWithdrawal(size_t place) const {
    const v1::ObservedResponse& response = *responses_[place];
    if (response.withdraws_event_id().empty()) return false;
    if (AcceptsAt(response.department_id(), place) != kNever) return false;
    const Response deferral = Find(response.withdraws_event_id());
    return deferral == nullptr || deferral->department_id() == response.department_id();
  }

  // Null if it is remembered no more.
  Response Find(const std::string& event_id) const {
    const auto found = std::find_if(responses_.begin(), responses_.end(),
                                    [&](Response response) { return response->seen().event_id() == event_id; });
    return found == responses_.end() ? nullptr : *found;
  }

  // The places of what the organization accepts by.
  std::vector<size_t> Acceptances(const std::string& organization_id) const {
    std::vector<size_t> places;
    for (size_t i = 0; i < responses_.size(); ++i) {
      if (responses_[i]->department_id() == organization_id && Accepts(*responses_[i])) places.push_back(i);
    }
    return places;
  }

 private:
  bool IsStanceOf(size_t place, const std::string& organization_id) const {
    return responses_[place]->department_id() == organization_id &&
           responses_[place]->stance() != v1::OBSERVED_STANCE_UNSPECIFIED;
  }

  // Where its last stance up to `place` stands, if that accepts; kNever if it does not, or there is none.
  size_t AcceptsAt(const std::string& organization_id, size_t place) const {
    for (size_t i = place + 1; i-- > 0;) {
      if (IsStanceOf(i, organization_id)) return Accepts(*responses_[i]) ? i : kNever;
    }
    return kNever;
  }

  Hop MakeHop(size_t made, const std::string& from, const std::string& to) const {
    Hop hop = {made, from, to, made, kNever, AcceptsAt(to, made)};
    // To defer to one that has accepted passes nothing on, until that one turns to something else.
    if (hop.accepted != kNever) hop.begins = kNever;
    for (size_t i = made + 1; i < responses_.size(); ++i) {
      if (hop.begins == kNever && IsStanceOf(i, to)) hop.begins = i;
      const std::string& id = responses_[i]->department_id();
      const bool accepted = (id == from || id == to) && Accepts(*responses_[i]);
      if (!accepted && responses_[i]->withdraws_event_id() != responses_[made]->seen().event_id()) continue;
      hop.ends = i;
      break;
    }
    return hop;
  }

  std::vector<Response> responses_;
  std::vector<Hop> hops_;
};

// Looks for loops and chains that one response closes, among the hops that count then and in no finding.
class Search {
 public:
  Search(const Deferrals& deferrals, size_t closing, const std::set<size_t>& counted) : closing_(closing) {
    for (const Hop& hop : deferrals.hops()) {
      if (Deferrals::CountsAt(hop, closing) && !counted.contains(hop.made)) hops_.push_back(&hop);
    }
  }

  // A loop, the shortest; where there is none, kHopsMax hops.
  std::optional<Path> Find() const {
    std::optional<Path> found;
    for (const Hop* last : hops_) {
      if (last->made != closing_) continue;
      std::optional<Path> way = ShortestWay(last->to, last->from);
      if (!way) continue;
      way->push_back(last);
      if (!found || way->size() < found->size()) found = std::move(way);
    }
    for (const Hop* hop : hops_) {
      if (found) break;
      Path path = {hop};
      if (hop->made == closing_ && Grow(path)) found = std::move(path);
    }
    return found;
  }

 private:
  // Breadth first, so that the way is the shortest.
  std::optional<Path> ShortestWay(const std::string& from, const std::string& to) const {
    std::map<std::string, Path> ways = {{from, {}}};
    std::vector<std::string> reached = {from};
    for (size_t i = 0; i < reached.size(); ++i) {
      if (reached[i] == to) return ways[to];
      for (const Hop* hop : hops_) {
        if (hop->from != reached[i] || ways.contains(hop->to)) continue;
        Path way = ways[reached[i]];
        way.push_back(hop);
        ways.emplace(hop->to, std::move(way));
        reached.push_back(hop->to);
      }
    }
    return std::nullopt;
  }

  static bool Visits(const Path& path, const std::string& organization_id) {
    return std::any_of(path.begin(), path.end(),
                       [&](const Hop* hop) { return hop->from == organization_id || hop->to == organization_id; });
  }

  // To kHopsMax, at either end.
  bool Grow(Path& path) const {
    if (path.size() == kHopsMax) return true;
    for (const Hop* hop : hops_) {
      if (hop->from == path.back()->to && !Visits(path, hop->to)) {
        path.push_back(hop);
        if (Grow(path)) return true;
        path.pop_back();
      }
      if (hop->to == path.front()->from && !Visits(path, hop->from)) {
        path.insert(path.begin(), hop);
        if (Grow(path)) return true;
        path.erase(path.begin());
      }
    }
    return false;
  }

  const size_t closing_;
  std::vector<const Hop*> hops_;
};

void AddPath(const Deferrals& deferrals, const Path& path, size_t closing, Looked& looked) {
  std::vector<const v1::Sighting*> events;
  std::vector<std::string> names;
  for (const Hop* hop : path) {
    events.push_back(&deferrals.responses()[hop->made]->seen());
    names.push_back(absl::StrCat("{", hop->from, "}"));
  }
  const bool loop = path.back()->to == path.front()->from;
  names.push_back(absl::StrCat("{", path.back()->to, "}"));
  Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, events));
  proof.organization_id = deferrals.responses()[closing]->department_id();
  for (const Hop* hop : path) {
    if (hop->from != proof.organization_id) proof.other_ids.push_back(hop->from);
  }
  if (!loop) proof.other_ids.push_back(path.back()->to);
  proof.subject = deferrals.responses()[closing]->seen().event_id();
  proof.count = static_cast<int>(path.size());
  proof.text = absl::StrCat(
      loop ? "Those who are to act defer to one another: " : "Each defers to the next, and nobody accepts: ",
      absl::StrJoin(names, " → "), ".");
}

void AddWithdrawal(const Deferrals& deferrals, const v1::ObservedResponse& withdrawal, std::set<size_t>& counted,
                   Looked& looked) {
  std::vector<const v1::Sighting*> events = {&withdrawal.seen()};
  const std::vector<Response>& responses = deferrals.responses();
  for (size_t i = 0; i < responses.size(); ++i) {
    if (responses[i]->seen().event_id() != withdrawal.withdraws_event_id() || !counted.insert(i).second) continue;
    events.push_back(&responses[i]->seen());
  }
  Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, events));
  proof.organization_id = withdrawal.department_id();
  proof.subject = withdrawal.withdraws_event_id();
  proof.text = absl::StrCat("{", withdrawal.department_id(),
                            "} takes back that others are to act, and does not accept the matter itself.");
}

void AddProofs(const Deferrals& deferrals, Looked& looked) {
  const std::vector<Response>& responses = deferrals.responses();
  // Places of what counts in a finding.
  std::set<size_t> counted;
  for (size_t i = 0; i < responses.size(); ++i) {
    if (MarkOf(responses[i]->seen(), kRule) != nullptr) counted.insert(i);
  }
  // One after the other, as if each had been looked at on its day.
  for (size_t i = 0; i < responses.size(); ++i) {
    if (counted.contains(i)) continue;
    if (deferrals.IsWithdrawal(i)) {
      counted.insert(i);
      AddWithdrawal(deferrals, *responses[i], counted, looked);
      continue;
    }
    if (responses[i]->stance() != v1::OBSERVED_STANCE_DEFERS) continue;
    const std::optional<Path> path = Search(deferrals, i, counted).Find();
    if (!path) continue;
    for (const Hop* hop : *path) counted.insert(hop->made);
    AddPath(deferrals, *path, i, looked);
  }
}

// A standing finding, by what is known now.
class Standing {
 public:
  // `places` in order of time.
  Standing(const Deferrals& deferrals, const v1::Mark& mark, const std::vector<size_t>& places)
      : deferrals_(deferrals), mark_(mark), places_(places) {}

  bool Holds() const { return IsWithdrawal() || IsWay(/*then=*/true); }

  void Disprove(Looked& looked) const {
    std::vector<const v1::Sighting*> events;
    const auto add = [&](size_t place) { events.push_back(&deferrals_.responses()[place]->seen()); };
    for (const size_t place : places_) add(place);
    // What was taken back counts in another finding, perhaps.
    if (const Response deferral = deferrals_.Find(mark_.subject())) events.push_back(&deferral->seen());
    for (const Hop& hop : deferrals_.hops()) {
      if (!std::binary_search(places_.begin(), places_.end(), hop.made)) continue;
      if (hop.ends < places_.back()) add(hop.ends);
      if (hop.begins > places_.back()) add(hop.accepted);
    }
    for (const size_t place : deferrals_.Acceptances(mark_.organization_id())) {
      if (place < places_.back()) add(place);
    }
    const std::string why = IsWay(/*then=*/false)
                                ? "By then one of them had accepted the matter, or taken its deferral back."
                                : "By what is known now, this is not who deferred to whom.";
    if (AddDisproof(mark_, events, why, looked)) return;
    // It is none of these; an answer that was theirs no longer is.
    for (const Response response : deferrals_.responses()) events.push_back(&response->seen());
    AddDisproof(mark_, events, why, looked);
  }

 private:
  const v1::ObservedResponse& At(size_t place) const { return *deferrals_.responses()[place]; }

  bool IsWithdrawal() const {
    return std::any_of(places_.begin(), places_.end(), [&](size_t place) {
      return deferrals_.IsWithdrawal(place) && At(place).withdraws_event_id() == mark_.subject() &&
             At(place).department_id() == mark_.organization_id();
    });
  }

  // Whether these deferrals, each once, make one way; with `then` by those that counted when the last was made.
  bool IsWay(bool then) const {
    if (then && At(places_.back()).department_id() != mark_.organization_id()) return false;
    return std::any_of(places_.begin(), places_.end(), [&](size_t first) {
      const std::string& begin = At(first).department_id();
      return LeadsOn(places_, begin, begin, {}, then);
    });
  }

  // From `at` over all that are left, back to `begin`, or over kHopsMax hops to one that was not passed.
  bool LeadsOn(const std::vector<size_t>& left, const std::string& begin, const std::string& at,
               std::set<std::string> passed, bool then) const {
    if (left.empty()) return at == begin || (passed.size() == kHopsMax && !passed.contains(at));
    if (!passed.insert(at).second) return false;
    for (const Hop& hop : deferrals_.hops()) {
      if (hop.from != at || (then && !Deferrals::CountsAt(hop, places_.back()))) continue;
      const auto made = std::find(left.begin(), left.end(), hop.made);
      if (made == left.end()) continue;
      std::vector<size_t> others(left.begin(), made);
      others.insert(others.end(), made + 1, left.end());
      if (LeadsOn(others, begin, hop.to, passed, then)) return true;
    }
    return false;
  }

  const Deferrals& deferrals_;
  const v1::Mark& mark_;
  const std::vector<size_t>& places_;
};

void AddDisproofs(const Deferrals& deferrals, Looked& looked) {
  std::map<std::string, std::vector<size_t>> by_finding;
  for (size_t i = 0; i < deferrals.responses().size(); ++i) {
    if (const v1::Mark* mark = MarkOf(deferrals.responses()[i]->seen(), kRule)) {
      by_finding[mark->finding_id()].push_back(i);
    }
  }
  for (const auto& [finding_id, places] : by_finding) {
    const v1::Mark& mark = *MarkOf(deferrals.responses()[places.front()]->seen(), kRule);
    const Standing standing(deferrals, mark, places);
    if (!standing.Holds()) standing.Disprove(looked);
  }
}

}  // namespace

void LookForBuckPassing(const v1::EscalationState& state, Looked& looked) {
  const Deferrals deferrals(state.observed());
  AddProofs(deferrals, looked);
  AddDisproofs(deferrals, looked);
}

}  // namespace whistle::escalation
