// The rules that look (DOMAIN: Findings): each a pure function of what was observed of a case, in a file of its own.
//
// A rule says what is wrong and no finding tells yet (proofs), and which standing findings what is known by now
// disproves. The agenda raises and lifts them (services/escalation/findings.cc). A finding is a fact about the events
// that prove it: what counts in it carries its mark (Sighting.marks), counts in no other of the same rule, and is free
// again once it is lifted.
//
//   void LookForSilence(const v1::EscalationState& state, Looked& looked);    // silence.cc
//
// Pure; any thread may call. What a rule counts, and what not, is said at its function below.
#ifndef WHISTLE_SERVICES_ESCALATION_RULES_RULES_H_
#define WHISTLE_SERVICES_ESCALATION_RULES_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "whistle/escalation/v1/state.pb.h"
#include "whistle/registry/v1/policy.pb.h"

namespace whistle::escalation {

// Something wrong that no finding tells yet.
struct Proof {
  v1::FindingRule rule = v1::FINDING_RULE_UNSPECIFIED;
  // Whom it is about; empty for the case as a whole.
  std::string organization_id;
  // Who else is in it.
  std::vector<std::string> other_ids;
  // The events that prove it, oldest first, 1 to 64.
  std::vector<std::string> event_ids;
  // As in FindingRaised.
  std::string subject;
  int count = 0;
  int threshold = 0;
  std::optional<google::protobuf::Timestamp> counted_from;
  // One sentence, in which {id} stands for an organization's name.
  std::string text;
  // The event by which the proof was complete, and when that was entered.
  std::string completed_by;
  google::protobuf::Timestamp entered_at;
};

// A standing finding that what is known by now disproves.
struct Disproof {
  std::string finding_id;
  // The correction or late entry that does.
  std::string proof_event_id;
  google::protobuf::Timestamp entered_at;
  // As in FindingLifted.
  std::string why;
};

struct Looked {
  std::vector<Proof> proofs;
  // At most one for a finding.
  std::vector<Disproof> disproofs;
};

// What all rules see that the policy of the case has not switched off; what is disproved whether switched off or not.
Looked LookAt(const v1::EscalationState& state);

// What the policy says of the rule; an empty one for no rule.
const registry::v1::FindingPolicy& PolicyOf(v1::FindingRule rule, const registry::v1::Policy& policy);

// "GOALPOST_MOVED".
std::string NameOf(v1::FindingRule rule);

// A refusal, or a condition, without grounds. One finding for each.
void LookForUngrounded(const v1::EscalationState& state, Looked& looked);
// Two statements of one organization on one topic that cannot both hold: it is so, and it is not; two numbers of one
// unit; two sets of responsible organizations that share nobody; something known, and later that it is not known. A
// statement that replaces another one, with its reason, replaces all before it. Not knowing first and knowing later is
// no contradiction, nor are positions of different kinds or units. What counts is a statement, which event and topic
// name: an answer of several statements hides none.
void LookForContradiction(const v1::EscalationState& state, Looked& looked);
// An organization denies (`holds: false`) what it had imposed: a condition that it names, or one on the same topic.
// Not once it waived the condition, and not where it says that this replaces its earlier statement, and why. Each
// condition and each statement counts once; one that names no condition denies the last that was imposed before it.
void LookForDisavowedCondition(const v1::EscalationState& state, Looked& looked);
// A condition imposed after an earlier one of the same organization was met. Each ConditionMet counts once; conditions
// of one response are one demand.
void LookForGoalpostMoved(const v1::EscalationState& state, Looked& looked);
// Deferrals that close a loop, or lead on over three hops; a deferral taken back by one that has not accepted. A
// deferral counts until it is taken back, and until the one that defers, or the one deferred to, accepts or claims it
// resolved; one to somebody that has accepted counts from when that one turns to something else. Whether it counts is
// asked as of the answer that closes the loop or makes the third hop, whenever that was entered or is looked at.
void LookForBuckPassing(const v1::EscalationState& state, Looked& looked);
// What disproves one; and a stretch that is over whose date had passed, which no agenda saw in time or a late entry or
// correction shows. While it lasts, the date is an obligation (services/escalation/owner.cc).
void LookForNoOwner(const v1::EscalationState& state, Looked& looked);
// The finding that the stretch proves once its date has passed.
Proof NoOwnerProof(const v1::OwnerlessSpell& spell);
// An assignment's date that passed; not where progress was reported before it.
void LookForSilence(const v1::EscalationState& state, Looked& looked);
// The policy's number of deadlocked meetings; those that agreed on something in between change nothing.
void LookForHollowMeetings(const v1::EscalationState& state, Looked& looked);
// An organization missing at a meeting to which it was called, or one that did not answer a whistle by its date. One
// finding for each organization and occasion.
void LookForAbsent(const v1::EscalationState& state, Looked& looked);
// A commitment that was not kept by its date, or that its organization said it will not keep.
void LookForBrokenCommitment(const v1::EscalationState& state, Looked& looked);
// The policy's number of contacts without a substantive response among them: one that accepts, refuses, sets conditions
// or claims it resolved, of whatever organization. To defer or to report progress is not substantive.
void LookForPersistentDemand(const v1::EscalationState& state, Looked& looked);
// A claim of resolution, a completed handling or a closing while a condition, commitment or item was open, or that the
// petitioner's side disputed; a closing over a dispute that no later claim answered. One finding for each claim and
// closing.
void LookForClosedWithoutResult(const v1::EscalationState& state, Looked& looked);
// The handler has no authority over an organization whose action the case needs, and nobody who has it leads upgraded
// handling. One finding for each organization while the handler is the same. Not of one outside the tree, over which
// nobody ever has authority.
void LookForJurisdictionGap(const v1::EscalationState& state, Looked& looked);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_RULES_RULES_H_
