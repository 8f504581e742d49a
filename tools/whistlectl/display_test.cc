#include "tools/whistlectl/display.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whistle::whistlectl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PrintableTest, PlainTextStaysAsItIs) { EXPECT_EQ(Printable("燃气 gas, 70 %"), "燃气 gas, 70 %"); }

TEST(PrintableTest, WhatMovesTheCursorIsMadeVisible) {
  EXPECT_EQ(Printable("a\x1b[2Jb"), "a\\u{001B}[2Jb");
  EXPECT_EQ(Printable("a\rb\tc\nd"), "a\\u{000D}b\\u{0009}c\\nd");
  EXPECT_EQ(Printable("\xC2\x9B"), "\\u{009B}");
}

TEST(PrintableTest, WhatReordersOrHidesIsMadeVisible) {
  EXPECT_EQ(Printable("a\u202Eb"), "a\\u{202E}b");
  EXPECT_EQ(Printable("a\u200Bb"), "a\\u{200B}b");
}

TEST(PrintableTest, BytesThatAreNoTextAreShownAsBytes) {
  EXPECT_EQ(Printable("a\xFF\xC3"), "a\\xFF\\xC3");
  EXPECT_EQ(Printable("\xE7\x87"), "\\xE7\\x87");
}

TEST(DisplayWidthTest, ChineseIsTwoColumnsWideAndMarksNone) {
  EXPECT_EQ(DisplayWidth("gas"), 3u);
  EXPECT_EQ(DisplayWidth("燃气"), 4u);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u);
}

TEST(TableTest, ColumnsStandUnderOneAnotherWhateverTheScript) {
  Table table({"who", "what_happened"});
  table.AddRow({"gas company", "a"});
  table.AddRow({"燃气公司", "b"});
  EXPECT_EQ(table.ToText(),
            "WHO          WHAT HAPPENED\n"
            "gas company  a\n"
            "燃气公司     b\n");
}

TEST(TableTest, ACellCannotBreakItsLine) {
  Table table({"a", "b"});
  table.AddRow({"x\ny", "z"});
  EXPECT_EQ(table.ToText(), "A     B\nx\\ny  z\n");
}

TEST(TableTest, JsonIsEscapedAndHasNoControlCharacters) {
  Table table({"text"});
  table.AddRow({"say \"no\" \\ \x1b \u202E \xFF \n \U000E0041"});
  const std::string json = table.ToJson();
  EXPECT_THAT(json, HasSubstr(R"("say \"no\" \\ \u001B \u202E \uFFFD \u000A \uDB40\uDC41")"));
  EXPECT_THAT(json, Not(HasSubstr("\x1b")));
}

TEST(TableTest, NoRowsAreAnEmptyArray) { EXPECT_EQ(Table({"a"}).ToJson(), "[]\n"); }

}  // namespace
}  // namespace whistle::whistlectl
