#include "libs/domain/sentence.h"
#include "services/response/response_testing.h"

namespace whistle::response {
namespace {

std::string Said(const char* text) { return domain::Sentence(testing::Request<journal::v1::Event>(text)); }

TEST(ResponseSentenceTest, EachEventIsOnePlainSentence) {
  EXPECT_EQ(
      Said("response_requested { asked_by { name: 'Lanzhou city' } handler { name: 'Lanzhou city' } department { name: "
           "'the gas company' } question: 'Why is there no gas?' due { due_at @2021-07-06 } across_authority: true }"),
      "Lanzhou city asks the gas company, over which Lanzhou city has no authority, to answer by 2021-07-06: Why is "
      "there no gas?");
  EXPECT_EQ(
      Said("assignment_returned { department { name: 'the gas company' } proposed_owner { name: 'the developer' } "
           "why: 'Not ours' grounds { document: 'Register' clause: '3' } }"),
      "The gas company returns the assignment and names the developer: Not ours (on Register 3).");
  EXPECT_EQ(
      Said(
          "response_submitted { assignment_id: '4.1' department { name: 'the gas company' } stance: STANCE_CONDITIONAL "
          "text: 'Connected at 70 %' }"),
      "The gas company answers: on conditions: Connected at 70 %.");
  EXPECT_EQ(
      Said(
          "response_submitted { department { name: 'the gas company' } stance: STANCE_REFUSES text: 'Too expensive' }"),
      "The gas company says unasked: it refuses: Too expensive (citing nothing).");
  EXPECT_EQ(
      Said("response_submitted { department { name: 'the gas company' } stance: STANCE_DEFERS text: 'Ask them' "
           "defers_to { name: 'A' } defers_to { name: 'B' } statements { topic: 'cable' text: 'Theirs' responsible { "
           "organizations { name: 'A' } } } }"),
      "The gas company says unasked: it points to A and B: Ask them; on cable it says that A is responsible: Theirs.");
  EXPECT_EQ(
      Said("response_submitted { department { name: 'the gas company' } stance: STANCE_REPORTS_PROGRESS text: 'News' "
           "statements { topic: 'rule' holds: false text: 'No rule' replaces_event_id: '4.1' replaces_why: 'We "
           "looked' } statements { topic: 'price' value { number: '940' unit: 'yuan' } text: 'Each' } statements { "
           "topic: 'well' unknown: true text: 'Not clear' } withdraws_event_id: '3.1' }"),
      "The gas company says unasked: it reports: News; on rule it says that it is not so: No rule (in place of 4.1: We "
      "looked); on price it says 940 yuan: Each; on well it says that it does not know: Not clear; it takes back that "
      "others are to act (3.1).");
  EXPECT_EQ(Said("condition_imposed { department { name: 'the gas company' } text: 'New meters' }"),
            "The gas company demands before it acts: New meters (citing nothing).");
  EXPECT_EQ(Said("condition_met { department { name: 'the gas company' } text: 'Bought' }"),
            "What the gas company had demanded is there: Bought.");
  EXPECT_EQ(Said("condition_waived { department { organization_id: 'g' name: 'the gas company' } waived_by { "
                 "organization_id: 'p' name: 'the province' } why: 'In no rule' }"),
            "The province drops what the gas company had demanded: In no rule.");
  EXPECT_EQ(
      Said("extension_granted { department { name: 'the gas company' } old_due { due_at @2021-07-06 } new_due { due_at "
           "@2021-07-09 } number: 1 number_max: 3 why: 'Holidays' }"),
      "The gas company is given more time, from 2021-07-06 to 2021-07-09 (extension 1 of at most 3): Holidays.");
  EXPECT_EQ(Said("response_overdue { department { name: 'the gas company' } due { due_at @2021-07-06 } }"),
            "The gas company has not answered by 2021-07-06.");
  EXPECT_EQ(
      Said("response_overdue { department { name: 'the gas company' } due { due_at @2021-07-06 } progress_event_id: "
           "'5.1' progress_at @2021-07-03 }"),
      "The gas company has not answered by 2021-07-06; it last reported on 2021-07-03.");
}

}  // namespace
}  // namespace whistle::response
