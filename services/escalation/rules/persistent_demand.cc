#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "services/escalation/rules/sightings.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_PERSISTENT_DEMAND;

using Event = const v1::Sighting*;

bool Earlier(Event a, Event b) { return Before(*a, *b); }

}  // namespace

void LookForPersistentDemand(const v1::EscalationState& state, Looked& looked) {
  const v1::Observed& observed = state.observed();
  std::vector<Event> answers;
  for (const v1::ObservedResponse& response : observed.responses()) {
    if (IsSubstantive(response.stance())) answers.push_back(&response.seen());
  }
  std::sort(answers.begin(), answers.end(), Earlier);
  // The first answer after an event; null if none was.
  const auto answer_after = [&](Event event) -> Event {
    const auto after = std::upper_bound(answers.begin(), answers.end(), event, Earlier);
    return after == answers.end() ? nullptr : *after;
  };

  std::vector<Event> open;
  std::map<std::string, std::vector<Event>> by_finding;
  for (const v1::ObservedContact& contact : observed.contacts()) {
    if (const v1::Mark* mark = MarkOf(contact.seen(), kRule)) {
      by_finding[mark->finding_id()].push_back(&contact.seen());
    } else {
      open.push_back(&contact.seen());
    }
  }
  std::sort(open.begin(), open.end(), Earlier);

  const size_t wanted = std::max(1, state.header().policy().persistent_contacts());
  std::vector<Event> run;
  for (const Event contact : open) {
    if (!run.empty() && answer_after(run.front()) != answer_after(contact)) run.clear();
    run.push_back(contact);
    if (run.size() < wanted) continue;
    Proof& proof = looked.proofs.emplace_back(ProofBy(kRule, run));
    proof.count = static_cast<int>(wanted);
    proof.threshold = static_cast<int>(wanted);
    proof.counted_from = run.front()->occurred_at();
    proof.text = absl::StrCat("The petitioner's side got in touch ", wanted, " times without a substantive response.");
    run.clear();
  }

  for (auto& [finding_id, contacts] : by_finding) {
    std::sort(contacts.begin(), contacts.end(), Earlier);
    const Event answer = answer_after(contacts.front());
    if (answer == nullptr || !Before(*answer, *contacts.back())) continue;
    // The answer was entered late, or a time was wrong.
    std::vector<Event> changed = contacts;
    changed.push_back(answer);
    AddDisproof(*MarkOf(*contacts.front(), kRule), changed, "There was a substantive response among these contacts.",
                looked);
  }
}

}  // namespace whistle::escalation
