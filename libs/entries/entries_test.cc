#include "libs/entries/entries.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/domain/entry_keys.h"
#include "libs/domain/model.h"
#include "libs/entries/pages.h"
#include "libs/projection/memory_store.h"
#include "whistle/response/v1/service.pb.h"

namespace whistle::entries {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(EntryKeysTest, EventIdsSortByVersionAndNumberAndComeBack) {
  const std::vector<std::string> ids = {"1.1", "1.2", "1.10", "2.1", "10.1", "123456.64"};
  for (const std::string& id : ids) {
    EXPECT_EQ(domain::EventIdFromSortable(domain::SortableEventId(id)), id);
  }
  for (size_t i = 1; i < ids.size(); ++i) {
    EXPECT_LT(domain::SortableEventId(ids[i - 1]), domain::SortableEventId(ids[i]));
  }
  EXPECT_EQ(domain::EventIdFromSortable("no event"), std::nullopt);
}

TEST(EntryKeysTest, APrefixFindsItsOwnKeysAlone) {
  EXPECT_EQ(domain::ThingKey("case-1", "4.1", "5.1").rfind(domain::ThingPrefix("case-1", "4.1"), 0), 0u);
  EXPECT_NE(domain::ThingKey("case-10", "4.1", "5.1").rfind(domain::ThingPrefix("case-1", "4.1"), 0), 0u);
  EXPECT_THAT(domain::KeyParts(domain::BesideKey("case-1", "4.1", "5.1")),
              ElementsAre("beside", "case-1", "000000000004.0001", "000000000005.0001"));
}

// `count` things of one organization, without timelines.
std::unique_ptr<projection::MemoryStore> StoreOf(int count) {
  auto store = std::make_unique<projection::MemoryStore>();
  projection::WriteSet set;
  set.cases.emplace_back("case-1", projection::v1::CaseRow());
  for (int i = 1; i <= count; ++i) {
    const std::string id = domain::SortableEventId(domain::MakeEventId(base::Version{static_cast<uint64_t>(i)}, 1));
    set.index_puts.push_back({domain::IndexKey({"thing_of", "gas-company", "case-1", id}), "case-1"});
  }
  EXPECT_TRUE(store->Commit(set).ok());
  return store;
}

// Takes all pages; what each held.
std::vector<int> PageSizes(const projection::Reader& reader, int size, size_t bytes_each) {
  std::vector<int> sizes;
  common::v1::Page page;
  page.set_size(size);
  do {
    int taken = 0;
    const auto token = TakePage(reader, ThingsOf("thing", "", "gas-company"), "query", page,
                                [&](const std::string&, const std::string&) -> absl::StatusOr<size_t> {
                                  if (bytes_each > 0) ++taken;
                                  return bytes_each;
                                });
    EXPECT_TRUE(token.ok()) << token.status();
    if (!token.ok()) return sizes;
    sizes.push_back(taken);
    page.set_token(*token);
  } while (!page.token().empty());
  return sizes;
}

TEST(PagesTest, APageHoldsAsManyAsAskedAndTheLastHasNoToken) {
  EXPECT_THAT(PageSizes(*StoreOf(10), 5, 1), ElementsAre(5, 5));
  EXPECT_THAT(PageSizes(*StoreOf(11), 5, 1), ElementsAre(5, 5, 1));
  EXPECT_THAT(PageSizes(*StoreOf(0), 5, 1), ElementsAre(0));
}

TEST(PagesTest, APageEndsAtItsBytes) { EXPECT_THAT(PageSizes(*StoreOf(5), 100, 600 << 10), ElementsAre(2, 2, 1)); }

TEST(PagesTest, APageThatFindsNothingEndsAfterItsRows) {
  EXPECT_THAT(PageSizes(*StoreOf(2001), 5, 0), ElementsAre(0, 0));
}

TEST(PagesTest, ATokenFitsItsOwnQueryAlone) {
  const auto store = StoreOf(3);
  common::v1::Page page;
  page.set_size(1);
  const Take take = [](const std::string&, const std::string&) -> absl::StatusOr<size_t> { return 1; };
  const std::string prefix = ThingsOf("thing", "", "gas-company");
  page.set_token(*TakePage(*store, prefix, "query", page, take));
  EXPECT_TRUE(TakePage(*store, prefix, "query", page, take).ok());
  EXPECT_EQ(TakePage(*store, prefix, "another", page, take).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(PagesTest, TheQueryOfATokenIsWithoutPageAndOptions) {
  response::v1::ListResponsesRequest first;
  first.set_case_id("case-1");
  response::v1::ListResponsesRequest second = first;
  second.mutable_page()->set_size(7);
  second.mutable_options()->mutable_min_position()->set_offset(9);
  EXPECT_EQ(QueryBytes(first), QueryBytes(second));
  second.set_case_id("case-2");
  EXPECT_NE(QueryBytes(first), QueryBytes(second));
}

TEST(EntriesTest, WhatIsNotThereIsNothing) {
  const auto store = StoreOf(1);
  EXPECT_EQ(FindEntry(*store, "case-1", "1.1")->has_value(), false);
  EXPECT_EQ(FindEntry(*store, "case-1", "no event")->has_value(), false);
  EXPECT_THAT(*ListEntries(*store, "case-1", "1.1"), IsEmpty());
}

TEST(EntriesTest, AnIndexThatNamesWhatTheTimelineDoesNotHoldIsDataLoss) {
  projection::MemoryStore store;
  projection::WriteSet set;
  set.cases.emplace_back("case-1", projection::v1::CaseRow());
  set.index_puts.push_back({domain::ThingKey("case-1", "1.1", "1.1"), "case-1"});
  ASSERT_TRUE(store.Commit(set).ok());
  EXPECT_EQ(ListEntries(store, "case-1", "1.1").status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace whistle::entries
