#include "tests/architecture/source_tree.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "absl/strings/match.h"

namespace whistle::architecture {
namespace {

std::string Read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Where the literal that begins at `quote` ends: the index behind its closing quote.
size_t EndOfLiteral(const std::string& text, size_t quote) {
  if (text[quote] == '"' && quote > 0 && text[quote - 1] == 'R') {
    const size_t open = text.find('(', quote);
    if (open == std::string::npos) return text.size();
    const std::string close = ")" + text.substr(quote + 1, open - quote - 1) + "\"";
    const size_t end = text.find(close, open);
    return end == std::string::npos ? text.size() : end + close.size();
  }
  for (size_t i = quote + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text[quote] || text[i] == '\n') {
      return i + 1;
    }
  }
  return text.size();
}

void Blank(std::string& text, size_t from, size_t to) {
  for (size_t i = from; i < to && i < text.size(); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

bool OnIncludeLine(const std::string& text, size_t at) {
  const size_t newline = text.rfind('\n', at);
  const size_t begin = newline == std::string::npos ? 0 : newline + 1;
  return text.compare(begin, 8, "#include") == 0;
}

}  // namespace

std::vector<SourceFile> SourceTree::Files(const std::string& folder, const std::vector<std::string>& names) const {
  std::vector<SourceFile> files;
  if (!std::filesystem::exists(root_ / folder)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root_ / folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = std::filesystem::relative(entry.path(), root_).string();
    if (std::any_of(names.begin(), names.end(), [&](const std::string& name) { return absl::EndsWith(path, name); })) {
      files.push_back({path, Read(entry.path())});
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

std::vector<SourceFile> SourceTree::Code() const {
  std::vector<SourceFile> code;
  for (const char* folder : {"libs", "services", "tests", "tools"}) {
    for (SourceFile& file : Files(folder, {".h", ".cc"})) code.push_back(std::move(file));
  }
  return code;
}

std::vector<std::string> SourceTree::TopLevel() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(root_))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string CodeOnly(const std::string& text) {
  std::string code = text;
  size_t i = 0;
  while (i < text.size()) {
    size_t end = i + 1;
    if (text.compare(i, 2, "//") == 0) {
      end = std::min(text.find('\n', i), text.size());
      Blank(code, i, end);
    } else if (text.compare(i, 2, "/*") == 0) {
      const size_t close = text.find("*/", i + 2);
      end = close == std::string::npos ? text.size() : close + 2;
      Blank(code, i, end);
    } else if (text[i] == '"' ||
               (text[i] == '\'' && !(i > 0 && std::isalnum(static_cast<unsigned char>(text[i - 1]))))) {
      // A quote behind a digit or a letter separates thousands: 10'000.
      end = EndOfLiteral(text, i);
      if (!OnIncludeLine(text, i)) Blank(code, i + 1, end - 1);
    }
    i = end;
  }
  return code;
}

std::vector<std::string> Includes(const std::string& text) {
  static const std::regex kInclude(R"re((?:^|\n)\s*#\s*include\s*[<"]([^>"]+)[>"])re");
  const std::string code = CodeOnly(text);
  std::vector<std::string> includes;
  for (auto it = std::sregex_iterator(code.begin(), code.end(), kInclude); it != std::sregex_iterator(); ++it) {
    includes.push_back((*it)[1]);
  }
  return includes;
}

std::string FileName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool IsTestCode(const std::string& path) {
  const std::string name = FileName(path);
  return absl::EndsWith(name, "_test.cc") || absl::EndsWith(name, "_child.cc") ||
         absl::StrContains(name, "_testing.") ||
         ((name == "given.h" || name == "scenario.h") && absl::StartsWith(path, "services/")) ||
         absl::StartsWith(path, "tests/") || absl::StartsWith(path, "libs/testing/") ||
         absl::StrContains(path, "/conformance/");
}

}  // namespace whistle::architecture
