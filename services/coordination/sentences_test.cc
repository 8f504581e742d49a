#include "libs/domain/sentence.h"
#include "services/coordination/coordination_testing.h"

namespace whistle::coordination {
namespace {

std::string Said(const char* text) { return domain::Sentence(testing::Request<journal::v1::Event>(text)); }

TEST(CoordinationSentenceTest, EachEventIsOnePlainSentence) {
  EXPECT_EQ(
      Said("whistle_blown { blown_by { name: 'the community' } urgency: URGENCY_URGENT reason: 'A cable' called { "
           "department { name: 'A' } due { due_at @2021-07-02 } across_authority: true } called { department { name: "
           "'B' } } }"),
      "The community blows the whistle and calls A and B urgently by 2021-07-02: A cable (no authority over A).");
  EXPECT_EQ(Said("department_reported_in { department { name: 'the gas company' } }"), "The gas company reports in.");
  EXPECT_EQ(Said("whistle_unanswered { department { name: 'the gas company' } due { due_at @2021-07-02 } }"),
            "The gas company has not come by 2021-07-02.");
  EXPECT_EQ(Said("meeting_convened { convened_by { name: 'the community' } invited { name: 'A' } invited { name: 'B' } "
                 "meets_at @2021-07-05 topics: 'The cable' }"),
            "The community convenes a joint meeting for 2021-07-05 with A and B: The cable.");
  EXPECT_EQ(
      Said(
          "meeting_held { held_by { name: 'the community' } outcome: MEETING_OUTCOME_DEADLOCKED attended { name: 'A' } "
          "absent { name: 'B' } minutes: 'Talk' }"),
      "A joint meeting held by the community ended without result; A came, B sent nobody: Talk.");
  EXPECT_EQ(
      Said(
          "meeting_held { held_by { name: 'the community' } outcome: MEETING_OUTCOME_DEADLOCKED minutes: 'Silence.' }"),
      "A joint meeting held by the community ended without result; nobody came: Silence.");
  EXPECT_EQ(Said("commitment_made { organization { name: 'A' } what: 'Move the cable' due { due_at @2021-07-10 } }"),
            "A promises by 2021-07-10: Move the cable.");
  EXPECT_EQ(Said("commitment_kept { organization { name: 'A' } text: 'It is gone' }"),
            "A has done what it promised: It is gone.");
  EXPECT_EQ(Said("commitment_broken { organization { name: 'A' } due { due_at @2021-07-10 } why: 'Still there' }"),
            "A has not done what it promised by 2021-07-10: Still there.");
  EXPECT_EQ(Said("commitment_broken { organization { name: 'A' } renounced: true why: 'Too expensive' }"),
            "A says that it will not do what it promised: Too expensive.");
  EXPECT_EQ(Said("item_listed { listed_by { name: 'the community' } responsible { name: 'A' } problem: 'No gas' }"),
            "The community puts on its list, for A to solve: No gas.");
  EXPECT_EQ(Said("item_cleared { listed_by { name: 'the community' } responsible { name: 'A' } how: 'Gas is lit' }"),
            "The community takes off its list what was for A to solve: Gas is lit.");
}

}  // namespace
}  // namespace whistle::coordination
