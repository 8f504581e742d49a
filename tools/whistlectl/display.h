// Text for a terminal: what services answered was written by others, and must neither move the cursor nor reorder a
// line; and Chinese is two columns wide.
#ifndef WHISTLE_TOOLS_WHISTLECTL_DISPLAY_H_
#define WHISTLE_TOOLS_WHISTLECTL_DISPLAY_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace whistle::whistlectl {

// `text` on one line, with everything that is not plain text made visible: a line feed as \n, control, bidirectional
// and hidden characters as \u{202E}, bytes that are not UTF-8 as \xFF.
std::string Printable(absl::string_view text);

// The columns that a Printable text takes.
size_t DisplayWidth(absl::string_view printable);

// A JSON string with its quotes: as Printable in what it lets through, but escaped as JSON does.
std::string JsonString(absl::string_view text);

// Rows for people (aligned columns) or for programs (a JSON array of objects).
class Table {
 public:
  // `columns` are the headings and, in JSON, the names: lower case with underscores.
  explicit Table(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  // As many cells as columns.
  void AddRow(std::vector<std::string> cells);
  size_t size() const { return rows_.size(); }

  // Headings, then the rows; columns as wide as their widest cell. Only headings if there are no rows.
  std::string ToText() const;
  std::string ToJson() const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_DISPLAY_H_
