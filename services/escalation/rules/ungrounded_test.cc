// UNGROUNDED: a refusal or a condition cites no grounds.
#include "services/escalation/rules/given_rule.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_UNGROUNDED;

const std::string kRefusal = Answer("gas-company", "stance: STANCE_REFUSES");

TEST(UngroundedRuleTest, FiresOnARefusalWithoutGrounds) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), kRefusal)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_UNGROUNDED organization { organization_id: 'gas-company' } "
          "evidence_event_ids: '4.1' text: 'the gas company refuses and cites no grounds.' }");
}

}  // namespace
}  // namespace whistle::escalation
