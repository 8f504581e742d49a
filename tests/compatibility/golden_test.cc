#include "tests/compatibility/golden.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/compatibility/models.h"

namespace whistle::compatibility {
namespace {

const char kHowToAdd[] = "run build/tests/golden_write tests/compatibility/golden and check in what it adds";

TEST(GoldenBytesTest, EveryEventTypeHasItsStoredBytes) {
  const auto decisions = ReadDecisions(GOLDEN_DIR);
  ASSERT_TRUE(decisions.ok()) << decisions.status();
  std::set<std::string> stored;
  for (const GoldenDecision& decision : *decisions) stored.insert(decision.event);
  for (const std::string& name : EventNames()) {
    EXPECT_TRUE(stored.contains(name)) << name << " has no stored bytes; " << kHowToAdd;
  }
}

TEST(GoldenBytesTest, StoredBytesDecodeAndComeOutAgainAsTheyWere) {
  const auto decisions = ReadDecisions(GOLDEN_DIR);
  ASSERT_TRUE(decisions.ok());
  for (const GoldenDecision& golden : *decisions) {
    journal::v1::Decision decision;
    ASSERT_TRUE(decision.ParseFromString(golden.bytes)) << golden.event;
    ASSERT_EQ(decision.events_size(), 1) << golden.event;
    const auto* field = journal::v1::Event::descriptor()->FindFieldByName(golden.event);
    ASSERT_NE(field, nullptr) << golden.event << " was stored once and has no field any more";
    EXPECT_EQ(static_cast<int>(decision.events(0).body_case()), field->number()) << golden.event;
    EXPECT_TRUE(decision.GetReflection()->GetUnknownFields(decision).empty()) << golden.event;
  }
}

TEST(GoldenBytesTest, EveryServiceFoldsThemToWhatItsFingerprintSays) {
  const auto decisions = ReadDecisions(GOLDEN_DIR);
  ASSERT_TRUE(decisions.ok());
  for (const domain::Model& model : AllModels()) {
    const auto digests = FoldDigests(model, *decisions);
    ASSERT_TRUE(digests.ok()) << digests.status();
    std::ifstream file(FoldFile(GOLDEN_DIR, model));
    ASSERT_TRUE(file) << model.name << " has no golden fold for fingerprint " << model.fold_fingerprint << "; "
                      << kHowToAdd;
    std::vector<std::string> expected;
    for (std::string line; std::getline(file, line);) expected.push_back(line);
    // Event types that were added since only make the list longer.
    ASSERT_LE(expected.size(), digests->size());
    const auto [was, is] = std::mismatch(expected.begin(), expected.end(), digests->begin());
    EXPECT_TRUE(was == expected.end()) << "the fold of " << model.name << " makes something else of " << *was
                                       << "\nthan it did; raise fold_fingerprint in services/" << model.name
                                       << "/model.cc, so that stores are rebuilt, and " << kHowToAdd;
  }
}

TEST(GoldenBytesTest, AFoldThatChangesWithoutANewFingerprintIsNoticed) {
  const auto decisions = ReadDecisions(GOLDEN_DIR);
  ASSERT_TRUE(decisions.ok());
  domain::Model changed = intake::MakeModel();
  changed.evolve = [evolve = changed.evolve](google::protobuf::Message& state, const journal::v1::Event& event,
                                             const domain::EventRef& ref) {
    if (!event.has_contact_recorded()) evolve(state, event, ref);
  };
  EXPECT_NE(*FoldDigests(changed, *decisions), *FoldDigests(intake::MakeModel(), *decisions));
}

}  // namespace
}  // namespace whistle::compatibility
