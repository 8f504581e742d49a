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
  // It says that the other one holds no more, though by its date it was said before it.
  if (earlier.replaces_event_id() == later.seen().event_id()) return false;
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

// Every pair that cannot both hold, of one organization and topic, that no statement up to the second replaced. The
// latest of what was said before comes first.
std::vector<std::pair<Statement, Statement>> PairsOf(const std::vector<Statement>& said) {
  std::vector<std::pair<Statement, Statement>> pairs;
  std::vector<Statement> standing;
  for (const Statement statement : said) {
    // It replaces the last one that was entered, and with it what was said before; also what is entered later.
    if (!statement->replaces_event_id().empty()) standing.clear();
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

// What is known by now of a standing finding and its two statements.
struct Standing {
  const v1::Mark* mark = nullptr;
  // Its events that are remembered, and of their statements those on its topic by its organization.
  std::set<std::string> event_ids;
  std::vector<Statement> statements;
  // What it rests on: its events, and what replaces something on its topic.
  std::vector<const v1::Sighting*> seen;
};

// `all` in order of time.
std::map<std::string, Standing> FindStanding(const std::vector<Statement>& all) {
  std::map<std::string, Standing> standing;
  for (const Statement statement : all) {
    for (const v1::Mark& mark : statement->seen().marks()) {
      if (mark.rule() != kRule) continue;
      Standing& finding = standing[mark.finding_id()];
      finding.mark = &mark;
      finding.event_ids.insert(statement->seen().event_id());
      finding.seen.push_back(&statement->seen());
      // The mark is on every statement of the response; the finding is of one topic.
      if (statement->topic() == mark.subject() && statement->department_id() == mark.organization_id()) {
        finding.statements.push_back(statement);
      }
    }
  }
  for (auto& [finding_id, finding] : standing) {
    for (const Statement statement : all) {
      if (!statement->replaces_event_id().empty() && statement->topic() == finding.mark->subject() &&
          statement->department_id() == finding.mark->organization_id()) {
        finding.seen.push_back(&statement->seen());
      }
    }
  }
  return standing;
}

void AddDisproofs(const std::vector<Statement>& all, const std::set<std::pair<Statement, Statement>>& pairs,
                  Looked& looked) {
  for (const auto& [finding_id, finding] : FindStanding(all)) {
    // Of one that is remembered no more nothing is known.
    if (finding.event_ids.size() < 2) continue;
    const std::vector<Statement>& two = finding.statements;
    if (two.size() >= 2 && pairs.contains({two.front(), two.back()})) continue;
    AddDisproof(*finding.mark, finding.seen, "By what is known now, both statements can hold.", looked);
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
