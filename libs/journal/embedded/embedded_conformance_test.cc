// The embedded journal passes the suite that every journal passes.
#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "libs/base/check.h"
#include "libs/journal/conformance/conformance.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/embedded/test_folder.h"

namespace whistle::journal {
namespace {

class EmbeddedHarness final : public Harness {
 public:
  explicit EmbeddedHarness(EmbeddedOptions options) : options_(std::move(options)) {
    options_.clock = &clock_;
    options_.clock_kind = ClockKind::kVirtual;
    Open();
  }

  Journal& journal() override { return *journal_; }

  void Reopen(Stop how) override {
    if (how == Stop::kCrash) {
      // What a killed process leaves: its files as they are at that moment, still open.
      const std::string image = folder_.NewPath();
      CopyWhileOpen(dir_, image);
      dir_ = image;
    }
    journal_.reset();
    Open();
  }

  base::VirtualClock* clock() override { return &clock_; }

 private:
  void Open() {
    options_.dir = dir_;
    auto opened = EmbeddedJournal::Open(options_);
    WHISTLE_CHECK(opened.ok(), opened.status().ToString());
    journal_ = *std::move(opened);
  }

  TestFolder folder_;
  std::string dir_ = folder_.NewPath();
  base::VirtualClock clock_{absl::FromUnixMillis(1'240'000'000'000)};
  EmbeddedOptions options_;
  std::unique_ptr<EmbeddedJournal> journal_;
};

std::unique_ptr<Harness> AsShipped() { return std::make_unique<EmbeddedHarness>(EmbeddedOptions{}); }

// Nothing stays in memory and tables are written all the time, so that every read and every reopening meets the store.
std::unique_ptr<Harness> AllFromDisk() {
  EmbeddedOptions options;
  options.tail_records_max = 1;
  options.memtable_bytes = 64 * 1024;
  options.batch_records_max = 7;
  return std::make_unique<EmbeddedHarness>(std::move(options));
}

INSTANTIATE_TEST_SUITE_P(Embedded, JournalConformance,
                         testing::Values(ImplementationUnderTest{"AsShipped", AsShipped},
                                         ImplementationUnderTest{"AllFromDisk", AllFromDisk}),
                         NameOf);

}  // namespace
}  // namespace whistle::journal
