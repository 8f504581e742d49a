// A folder of a test's own, gone when the test is.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_TEST_FOLDER_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_TEST_FOLDER_H_

#include <cstdlib>
#include <filesystem>
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
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::string& path() const { return path_; }
  // A path in it that does not exist.
  std::string NewPath() { return absl::StrCat(path_, "/", ++paths_); }

 private:
  std::string path_;
  int paths_ = 0;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_TEST_FOLDER_H_
