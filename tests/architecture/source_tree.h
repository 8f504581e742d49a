// The project's own files as text, for rules that no compiler checks.
//
//   SourceTree tree(WHISTLE_SOURCE_DIR);
//   for (const SourceFile& file : tree.Code()) … file.path, file.text, CodeOnly(file.text)
#ifndef WHISTLE_TESTS_ARCHITECTURE_SOURCE_TREE_H_
#define WHISTLE_TESTS_ARCHITECTURE_SOURCE_TREE_H_

#include <filesystem>
#include <string>
#include <vector>

namespace whistle::architecture {

struct SourceFile {
  // Relative to the top of the project: "libs/base/hash.cc".
  std::string path;
  std::string text;
};

// Reads when asked. Any thread.
class SourceTree {
 public:
  explicit SourceTree(std::filesystem::path root) : root_(std::move(root)) {}

  // Every .h and .cc of libs, services, tools and tests, in order of path.
  std::vector<SourceFile> Code() const;
  // Every file under `folder` whose name is one of `names` or ends in one of them (".proto"), in order of path.
  std::vector<SourceFile> Files(const std::string& folder, const std::vector<std::string>& names) const;
  // The names of what lies at the top of the project, in order.
  std::vector<std::string> TopLevel() const;

 private:
  std::filesystem::path root_;
};

// The same number of lines, with comments and the insides of string and character literals blanked out. Include lines
// keep their path.
std::string CodeOnly(const std::string& text);

// "what" of every `#include <what>` and `#include "what"`, in order.
std::vector<std::string> Includes(const std::string& text);

// "hash_test.cc" of "libs/base/hash_test.cc".
std::string FileName(const std::string& path);

// True for what only tests link or start: *_test.cc, *_testing.{h,cc}, a service's given.h or scenario.h (what its
// tests start from),
// *_child.cc (programs that tests kill), and everything in libs/testing, in a conformance folder and in tests/.
bool IsTestCode(const std::string& path);

}  // namespace whistle::architecture

#endif  // WHISTLE_TESTS_ARCHITECTURE_SOURCE_TREE_H_
