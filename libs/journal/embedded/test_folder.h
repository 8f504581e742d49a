// A folder of a test's own, gone when the test is.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_TEST_FOLDER_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_TEST_FOLDER_H_

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"

namespace whistle::journal {

// One thread at a time.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "whistle_journal_XXXXXX").string();
    WHISTLE_CHECK(mkdtemp(pattern.data()) != nullptr, pattern);
    path_ = pattern;
  }
  ~TestFolder() {
    if (kept_) return;
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  // Leaves it, for somebody to look at.
  void Keep() { kept_ = true; }

  const std::string& path() const { return path_; }
  // A path in it that does not exist.
  std::string NewPath() { return absl::StrCat(path_, "/", ++paths_); }

 private:
  std::string path_;
  int paths_ = 0;
  bool kept_ = false;
};

// Every file under `dir` with its size.
inline std::map<std::string, uintmax_t> FilesIn(const std::string& dir) {
  std::map<std::string, uintmax_t> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    if (entry.is_regular_file(error)) files[entry.path().string()] = entry.file_size(error);
  }
  return files;
}

// Copies a journal that is open and has no appends under way, as it is at one moment: again and again, until RocksDB's
// own threads changed nothing meanwhile.
inline void CopyWhileOpen(const std::string& dir, const std::string& to) {
  std::error_code error;
  std::map<std::string, uintmax_t> before;
  do {
    std::filesystem::remove_all(to);
    before = FilesIn(dir);
    std::filesystem::copy(dir, to, std::filesystem::copy_options::recursive, error);
  } while (error || FilesIn(dir) != before);
}

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_TEST_FOLDER_H_
