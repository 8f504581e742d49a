#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_CONTRADICTION;

using Statement = const v1::ObservedStatement*;

bool ShareNobody(const v1::ObservedResponsible& a, const v1::ObservedResponsible& b) {
  return std::none_of(a.organization_ids().begin(), a.organization_ids().end(), [&](const std::string& id) {
    return std::find(b.organization_ids().begin(), b.organization_ids().end(), id) != b.organization_ids().end();
  });
}

// `earlier` was said before `later`.
bool CannotBothHold(const v1::ObservedStatement& earlier, const v1::ObservedStatement& later) {
  if (later.has_unknown()) return !earlier.has_unknown();
  if (earlier.position_case() != later.position_case()) return false;
  switch (later.position_case()) {
    case v1::ObservedStatement::kHolds:
      return earlier.holds() != later.holds();
    case v1::ObservedStatement::kValue:
      return earlier.value().unit() == later.value().unit() && earlier.value().number() != later.value().number();
    case v1::ObservedStatement::kResponsible:
      return ShareNobody(earlier.responsible(), later.responsible());
    default:
      return false;
  }
}

// Every pair that cannot both hold, of one organization and topic, that no statement in between replaced. The latest
// of what was said before comes first.
std::vector<std::pair<Statement, Statement>> PairsOf(const std::vector<Statement>& said) {
  std::vector<std::pair<Statement, Statement>> pairs;
  std::vector<Statement> standing;
  for (const Statement statement : said) {
    if (!statement->replaces_event_id().empty()) {
      const auto replaced = std::find_if(standing.begin(), standing.end(), [&](Statement s) {
        return s->seen().event_id() == statement->replaces_event_id();
      });
      // One that is remembered no more was before all that are.
      standing.erase(standing.begin(), replaced == standing.end() ? replaced : replaced + 1);
    }
    for (auto earlier = standing.rbegin(); earlier != standing.rend(); ++earlier) {
      if (CannotBothHold(**earlier, *statement)) pairs.emplace_back(*earlier, statement);
    }
    standing.push_back(statement);
  }
  return pairs;
}

void AddProofs(const std::vector<std::pair<Statement, Statement>>& pairs, Looked& looked) {
  std::set<Statement> counted;
  for (const auto& [earlier, later] : pairs) {
    const std::string& topic = later->topic();
    if (MarkOf(earlier->seen(), kRule, topic) || MarkOf(later->seen(), kRule, topic)) continue;
    if (counted.contains(earlier) || counted.contains(later)) continue;
    counted.insert({earlier, later});
    Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, {&earlier->seen(), &later->seen()}));
    proof.organization_id = later->department_id();
    proof.subject = topic;
    proof.text = absl::StrCat("{", later->department_id(), "} makes two statements on \"", topic,
                              "\" that cannot both hold, without saying that the second replaces the first.");
  }
}

void AddDisproofs(const std::vector<Statement>& all, const std::set<std::pair<Statement, Statement>>& pairs,
                  Looked& looked) {
  std::map<std::string, std::vector<Statement>> by_finding;
  for (const Statement statement : all) {
    // The mark is on every statement of the response; the finding is of one topic. Where that was corrected, its mark
    // is found by the finding's other statement, or not at all.
    for (const v1::Mark& mark : statement->seen().marks()) {
      if (mark.rule() == kRule && mark.subject() == statement->topic()) {
        by_finding[mark.finding_id()].push_back(statement);
      }
    }
  }
  for (auto& [finding_id, two] : by_finding) {
    std::sort(two.begin(), two.end(), [](Statement a, Statement b) { return Before(a->seen(), b->seen()); });
    if (two.size() < 2 || pairs.contains({two.front(), two.back()})) continue;
    const Statement changed = two.back()->seen().changed_by_event_id().empty() ? two.front() : two.back();
    if (changed->seen().changed_by_event_id().empty()) continue;
    for (const v1::Mark& mark : changed->seen().marks()) {
      if (mark.finding_id() != finding_id) continue;
      looked.disproofs.push_back(DisprovedBy(mark, changed->seen(), "As corrected, both statements can hold."));
    }
  }
}

}  // namespace

void LookForContradiction(const v1::EscalationState& state, Looked& looked) {
  std::vector<Statement> all;
  for (const v1::ObservedStatement& statement : state.observed().statements()) all.push_back(&statement);
  std::sort(all.begin(), all.end(), [](Statement a, Statement b) { return Before(a->seen(), b->seen()); });
  std::map<std::pair<std::string, std::string>, std::vector<Statement>> by_topic;
  for (const Statement statement : all) by_topic[{statement->department_id(), statement->topic()}].push_back(statement);
  std::set<std::pair<Statement, Statement>> pairs;
  for (const auto& [key, said] : by_topic) {
    const auto found = PairsOf(said);
    AddProofs(found, looked);
    pairs.insert(found.begin(), found.end());
  }
  AddDisproofs(all, pairs, looked);
}

}  // namespace whistle::escalation
