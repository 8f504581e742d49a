#include "tools/whistlectl/display.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "libs/base/check.h"
#include "libs/base/text.h"

namespace whistle::whistlectl {
namespace {

// One character, as it lies in the text.
struct Piece {
  absl::string_view bytes;
  // Well-formed UTF-8 that a terminal may be given.
  bool plain;
  // Well-formed UTF-8; `code_point` is its value.
  bool well_formed;
  uint32_t code_point;
};

size_t BytesByLead(uint8_t lead) {
  if (lead < 0x80) return 1;
  if ((lead & 0xE0) == 0xC0) return 2;
  if ((lead & 0xF0) == 0xE0) return 3;
  if ((lead & 0xF8) == 0xF0) return 4;
  return 1;
}

uint32_t Decode(absl::string_view bytes) {
  const uint8_t lead = static_cast<uint8_t>(bytes[0]);
  if (bytes.size() == 1) return lead;
  uint32_t value = lead & (0xFF >> (bytes.size() + 1));
  for (size_t i = 1; i < bytes.size(); ++i) value = (value << 6) | (static_cast<uint8_t>(bytes[i]) & 0x3F);
  return value;
}

Piece FrontPiece(absl::string_view text) {
  const size_t bytes = BytesByLead(static_cast<uint8_t>(text[0]));
  Piece piece{text.substr(0, bytes), false, false, 0};
  // What may enter the journal is what may be printed: one rule, libs/base/text.h.
  const absl::Status checked = base::CheckText(piece.bytes, "", {.bytes_min = 0, .bytes_max = 4});
  piece.well_formed = checked.ok() || !absl::StrContains(checked.message(), "not valid UTF-8");
  if (!piece.well_formed) {
    piece.bytes = text.substr(0, 1);
    return piece;
  }
  piece.code_point = Decode(piece.bytes);
  piece.plain = checked.ok() && piece.code_point != '\n';
  return piece;
}

bool IsZeroWidth(uint32_t c) {
  return (c >= 0x0300 && c <= 0x036F) || (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0x200C ||
         c == 0x200D;
}

// Unicode's East Asian Wide and Fullwidth, in blocks.
bool IsWide(uint32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0x303E) || (c >= 0x3041 && c <= 0x4DBF) ||
         (c >= 0x4E00 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6) ||
         (c >= 0x1F300 && c <= 0x1F64F) || (c >= 0x1F900 && c <= 0x1F9FF) || (c >= 0x20000 && c <= 0x3FFFD);
}

}  // namespace

std::string Printable(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Piece piece = FrontPiece(text);
    text.remove_prefix(piece.bytes.size());
    if (piece.plain) {
      absl::StrAppend(&out, piece.bytes);
    } else if (!piece.well_formed) {
      absl::StrAppendFormat(&out, "\\x%02X", static_cast<uint8_t>(piece.bytes[0]));
    } else if (piece.code_point == '\n') {
      out += "\\n";
    } else {
      absl::StrAppendFormat(&out, "\\u{%04X}", piece.code_point);
    }
  }
  return out;
}

size_t DisplayWidth(absl::string_view printable) {
  size_t width = 0;
  while (!printable.empty()) {
    const Piece piece = FrontPiece(printable);
    printable.remove_prefix(piece.bytes.size());
    width += IsZeroWidth(piece.code_point) ? 0 : IsWide(piece.code_point) ? 2 : 1;
  }
  return width;
}

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Piece piece = FrontPiece(text);
    text.remove_prefix(piece.bytes.size());
    if (piece.plain && (piece.code_point == '"' || piece.code_point == '\\')) {
      absl::StrAppend(&out, "\\", piece.bytes);
    } else if (piece.plain) {
      absl::StrAppend(&out, piece.bytes);
    } else if (!piece.well_formed) {
      out += "\\uFFFD";
    } else if (piece.code_point > 0xFFFF) {
      const uint32_t offset = piece.code_point - 0x10000;
      absl::StrAppendFormat(&out, "\\u%04X\\u%04X", 0xD800 + (offset >> 10), 0xDC00 + (offset & 0x3FF));
    } else {
      absl::StrAppendFormat(&out, "\\u%04X", piece.code_point);
    }
  }
  return out + "\"";
}

void Table::AddRow(std::vector<std::string> cells) {
  WHISTLE_CHECK(cells.size() == columns_.size(), "a row has as many cells as the table has columns");
  rows_.push_back(std::move(cells));
}

std::string Table::ToText() const {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> headings;
  for (const std::string& column : columns_) {
    headings.push_back(absl::AsciiStrToUpper(absl::StrReplaceAll(column, {{"_", " "}})));
  }
  lines.push_back(std::move(headings));
  for (const auto& row : rows_) {
    std::vector<std::string> line;
    for (const std::string& cell : row) line.push_back(Printable(cell));
    lines.push_back(std::move(line));
  }
  std::vector<size_t> widths(columns_.size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(line[i]));
  }
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (size_t i = 0; i < line.size(); ++i) {
      absl::StrAppend(&text, i == 0 ? "" : "  ", line[i]);
      if (i + 1 < line.size()) text.append(widths[i] - DisplayWidth(line[i]), ' ');
    }
    absl::StrAppend(&out, absl::StripTrailingAsciiWhitespace(text), "\n");
  }
  return out;
}

std::string Table::ToJson() const {
  std::string out = "[";
  for (size_t row = 0; row < rows_.size(); ++row) {
    absl::StrAppend(&out, row == 0 ? "\n  {" : ",\n  {");
    for (size_t i = 0; i < columns_.size(); ++i) {
      absl::StrAppend(&out, i == 0 ? "" : ", ", JsonString(columns_[i]), ": ", JsonString(rows_[row][i]));
    }
    out += "}";
  }
  return out + (rows_.empty() ? "]\n" : "\n]\n");
}

}  // namespace whistle::whistlectl
