#include "libs/projection/live_store.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/projection/memory_store.h"
#include "libs/projection/store_testing.h"

namespace whistle::projection {
namespace {

std::shared_ptr<MemoryStore> StoreOf(uint64_t commits) {
  auto store = std::make_shared<MemoryStore>();
  for (uint64_t n = 1; n <= commits; ++n) EXPECT_TRUE(store->Commit(NthCommit(n)).ok());
  return store;
}

TEST(LiveStoreTest, ReadsAndCommitsGoToTheStoreThatServes) {
  const auto first = StoreOf(10);
  const auto second = StoreOf(20);
  LiveStore live(first);
  EXPECT_EQ(CommitsIn(live), 10u);
  EXPECT_EQ(live.Exchange(second), first);
  EXPECT_EQ(CommitsIn(live), 20u);
  ASSERT_TRUE(live.Commit(NthCommit(21)).ok());
  EXPECT_EQ(CommitsIn(*second), 21u);
  EXPECT_EQ(CommitsIn(*first), 10u);
  EXPECT_EQ(live.current(), second);
}

TEST(LiveStoreTest, ASnapshotStaysWithTheStoreItWasTakenOfAndKeepsItAlive) {
  auto first = StoreOf(10);
  const std::weak_ptr<MemoryStore> alive = first;
  LiveStore live(std::move(first));
  std::unique_ptr<Reader> snapshot = live.Snapshot();
  live.Exchange(StoreOf(20));
  EXPECT_EQ(CommitsIn(*snapshot), 10u);
  EXPECT_EQ(CommitsIn(live), 20u);
  EXPECT_FALSE(alive.expired());
  snapshot.reset();
  EXPECT_TRUE(alive.expired());
}

// As in a rebuild: the stores hold the same. Whoever reads meanwhile never sees less than before, nor a mixture.
TEST(LiveStoreTest, ReadersDuringAnExchangeSeeOneStoreOrTheOther) {
  constexpr uint64_t kBegin = 30;
  constexpr uint64_t kExchanges = 60;
  LiveStore live(StoreOf(kBegin));
  std::atomic<bool> over{false};
  std::atomic<uint64_t> reads{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      uint64_t before = 0;
      while (!over) {
        const std::unique_ptr<Reader> snapshot = live.Snapshot();
        const uint64_t commits = CommitsIn(*snapshot);
        ASSERT_GE(commits, before);
        before = commits;
        // The newest commit is there whole.
        const WriteSet last = NthCommit(commits);
        const auto row = Must(snapshot->FindCase(last.cases.front().first));
        ASSERT_TRUE(row.has_value());
        ASSERT_EQ(row->version(), last.cases.front().second.version());
        ASSERT_TRUE(Must(snapshot->FindTimeline(last.timeline.front().case_id, last.timeline.front().version)));
        ASSERT_GE(CommitsIn(live), commits);
        ++reads;
      }
    });
  }
  uint64_t commits = kBegin;
  for (uint64_t i = 0; !HasFailure() && (i < kExchanges || reads < kExchanges); ++i) {
    const auto next = std::make_shared<MemoryStore>();
    // Only what the readers look at: the last few commits.
    ASSERT_TRUE(live.Commit(NthCommit(++commits)).ok());
    for (uint64_t n = commits - 6; n <= commits; ++n) ASSERT_TRUE(next->Commit(NthCommit(n)).ok());
    live.Exchange(next);
  }
  over = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(CommitsIn(live), commits);
}

}  // namespace
}  // namespace whistle::projection
