// What every journal must do: one suite, run over each implementation.
//
//   INSTANTIATE_TEST_SUITE_P(Embedded, JournalConformance, testing::Values(ImplementationUnderTest{"Embedded",
//   MakeHarness}), NameOf);
//
// in a test that links whistle::journal_conformance directly runs all of it. A new implementation brings a Harness and
// nothing else. What it lacks it says there, with the reason: the cases that need it (only those about stamps can) are
// then shown as skipped, by name.
#ifndef WHISTLE_LIBS_JOURNAL_CONFORMANCE_CONFORMANCE_H_
#define WHISTLE_LIBS_JOURNAL_CONFORMANCE_CONFORMANCE_H_

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

// One journal, freshly made, that survives being closed. One thread at a time, except for the journal itself.
class Harness {
 public:
  enum class Stop {
    // Closed as a program that ends in peace closes it.
    kClean,
    // As if the process had died: only what is stored by now is there.
    kCrash,
  };

  virtual ~Harness() = default;

  // The journal as it is open now; gone with the next Reopen.
  virtual Journal& journal() = 0;

  // Stops the journal, whose readers must be gone, and opens what it stored.
  virtual void Reopen(Stop how) = 0;

  // The clock that stamps; null if the harness lacks kSettableClock.
  virtual base::VirtualClock* clock() = 0;

  // What a journal, or what it is tested on, may lack.
  enum class Capability {
    // A clock that a test can set.
    kSettableClock,
    // A record's stamp is the same for whoever appended it and whoever reads it.
    kTrueStamps,
  };
  // Why it lacks them.
  virtual std::map<Capability, std::string> lacks() const { return {}; }

  // Why an append may be answered as unknown here although nothing is wrong with the journal; empty where each must be
  // acknowledged. No case is skipped for it: what is unknown is accounted for (appends.h).
  virtual std::string why_unknown() const { return ""; }
};

struct ImplementationUnderTest {
  // Of letters and digits.
  std::string name;
  std::function<std::unique_ptr<Harness>()> make;

  friend std::ostream& operator<<(std::ostream& os, const ImplementationUnderTest& i) { return os << i.name; }
};

// The suite's name for INSTANTIATE_TEST_SUITE_P.
class JournalConformance : public testing::TestWithParam<ImplementationUnderTest> {
 protected:
  JournalConformance() : harness_(GetParam().make()) {}

  Harness& harness() { return *harness_; }
  // Why the implementation lacks `capability`; empty if it has it.
  std::string Lacks(Harness::Capability capability) const {
    const auto lacks = harness_->lacks();
    const auto why = lacks.find(capability);
    return why == lacks.end() ? "" : why->second;
  }
  Journal& journal() { return harness_->journal(); }

 private:
  const std::unique_ptr<Harness> harness_;
};

// First in a case that needs `capability`.
#define WHISTLE_JOURNAL_NEEDS(capability)                                               \
  do {                                                                                  \
    if (const std::string why = Lacks(Harness::Capability::capability); !why.empty()) { \
      GTEST_SKIP() << why;                                                              \
    }                                                                                   \
  } while (false)

inline std::string NameOf(const testing::TestParamInfo<ImplementationUnderTest>& info) { return info.param.name; }

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_CONFORMANCE_CONFORMANCE_H_
