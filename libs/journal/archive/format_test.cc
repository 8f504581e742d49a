// Golden bytes: README.md's example, made from its grammar without this code, and read for ever.
#include "libs/journal/archive/format.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/journal/archive/archive_testing.h"

namespace whistle::journal {
namespace {

// A journal of one case partition: nothing but a genesis in the registry's, one record more in partition 0. Its blocks
// are zstd frames of one raw block, so that no release of zstd changes them.
constexpr char kPreamble[] = "574853544152434801000000";
constexpr char kHeader[] =
    "484541440000000063000000623f31c4ee995c892400000030623761316534632d356432662d346333612d396538622d"
    "31313232333334343535363608000000656d626564646564070000007669727475616c0070c2b52001000000806e8774"
    "01000001000000010000000000000002000000000000006ef0da3995bd32344ee2c3b5ba54f697b3925eb4eaafcdb92c"
    "96fc7848f8dd8c";
constexpr char kRegistryBlock[] =
    "524543530100000074000000293c15525b2590ba000000000000000000000000010000005700000028b52ffd2057b902"
    "0000000000000000000070c2b5200100000700000067656e6573697300000000340000000a2430623761316534632d35"
    "6432662d346333612d396538622d313132323333343435353636100220012a060880cca3cf0430027954a990243a6e77"
    "06a1820e8d8f8e53c3b6ea3cce37cf87afcafab23916bdb3";
constexpr char kCasesBlock[] =
    "5245435302000000a50000005d9056d1a578d123010000000000000000000000020000008800000028b52ffd20884104"
    "0000000000000000000070c2b5200100000700000067656e6573697300000000340000000a2430623761316534632d35"
    "6432662d346333612d396538622d313132323333343435353636100120012a060880cca3cf0430020100000000000000"
    "e873c2b52001000003000000632d31010000000500000063655f696403000000312e3102000000686948c0a82482a6ad"
    "9a47818215c9a2637239b2426d865267dbda60b98cfef031bc";
constexpr char kFooter[] =
    "464f4f54030000007c00000043e6c43958f2f46ae873c2b52001000002000000010000000000000045ade246a76d4e9e"
    "9ed23c8b8b5f4b7bad7d9312e7769b371bf049a8959143f002000000000000000a85c9d38b9f6b19dcada736c7d66812"
    "56e537a772f3e1c022cc60b31f15b5103460b0c1524a75cd3c5b549854f95579358b2e9c5bf2c129819a648346f172f9"
    "dd00e2f4e3b1fc3003b47cb1c5f02330e63b9ef297b3b0fc2272ba25f7453f49";

std::string Golden() {
  return absl::HexStringToBytes(absl::StrCat(kPreamble, kHeader, kRegistryBlock, kCasesBlock, kFooter));
}

SmallJournal Example() {
  SmallJournal journal(SmallIdentity(1));
  journal.Add(base::PartitionId::Case(0), {"c-1", "hi", {{"ce_id", "1.1"}}}, kMade + absl::Seconds(1));
  return journal;
}

TEST(ArchiveFormatTest, TheExampleIsReadForEver) {
  TestFolder folder;
  const std::string path = folder.NewPath();
  PutFile(path, Golden());
  const auto blocks = ReadAllBlocks(path);
  ASSERT_TRUE(blocks.ok()) << blocks.status();
  const SmallJournal journal = Example();
  ASSERT_EQ(blocks->size(), 2u);
  ASSERT_EQ((*blocks)[1].records.size(), 2u);
  EXPECT_TRUE(Same((*blocks)[0].records[0], journal.partitions[0][0]));
  EXPECT_TRUE(Same((*blocks)[1].records[0], journal.partitions[1][0]));
  EXPECT_TRUE(Same((*blocks)[1].records[1], journal.partitions[1][1]));
  const auto archive = CheckArchive(path, nullptr);
  ASSERT_TRUE(archive.ok()) << archive.status();
  EXPECT_EQ(archive->footer.whole.ToHex(), "3460b0c1524a75cd3c5b549854f95579358b2e9c5bf2c129819a648346f172f9");
  EXPECT_EQ(archive->header.exported_at, kExported);
}

TEST(ArchiveFormatTest, WhatDoesNotHangOnACompressorIsWrittenByteForByte) {
  EXPECT_EQ(absl::BytesToHexString(EncodePreamble()), kPreamble);
  const std::string header = EncodeFrame(FrameKind::kHeader, 0, EncodeHeader(Example().header()), EncodePreamble());
  EXPECT_EQ(absl::BytesToHexString(header), kHeader);
  TestFolder folder;
  const std::string path = folder.NewPath();
  PutFile(path, Golden());
  const auto archive = CheckArchive(path, nullptr);
  ASSERT_TRUE(archive.ok()) << archive.status();
  const std::string root = header.substr(header.size() - base::Digest::kSize);
  EXPECT_EQ(absl::BytesToHexString(EncodeFrame(FrameKind::kFooter, 3, EncodeFooter(archive->footer), root)), kFooter);
}

TEST(ArchiveFormatTest, ARecordTakesInABlockWhatItIsSaidTo) {
  const Record record = {"c-1", "hi", {{"ce_id", "1.1"}}};
  // 8 + 8, then five lengths and a count of 4 each, then the bytes.
  EXPECT_EQ(ArchivedBytes(record), 8u + 8 + 4 * 5 + 3 + 2 + 5 + 3);
}

}  // namespace
}  // namespace whistle::journal
