// One running instance of a service: its projection in a folder of its own, its engine, and its agenda, which fires by
// itself.
//
// Owned by the test, on whose thread everything is called. Journal and clocks outlive it. What cannot be opened ends
// the test program.
#ifndef WHISTLE_TESTS_DEADLINES_INSTANCE_H_
#define WHISTLE_TESTS_DEADLINES_INSTANCE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/domain/model.h"
#include "libs/engine/engine.h"
#include "libs/journal/journal.h"
#include "libs/projection/rocks_store.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::deadlines {

struct InstanceOptions {
  domain::Model model;
  journal::Journal* journal = nullptr;
  // The journal's; virtual, so that nothing waits.
  const base::Clock* clock = nullptr;
  // The projection's.
  std::string folder;
  bool fire_agenda = true;
  // Different for each instance of a service.
  uint64_t seed = 1;
};

// A decision that counts, where the projection has it.
struct Counted {
  journal::v1::Decision decision;
  absl::Time recorded_at;
};

class Instance {
 public:
  // Ready to decide: everything that the journal holds is folded.
  explicit Instance(InstanceOptions options);
  ~Instance();

  using Decide = std::function<domain::Outcome(const google::protobuf::Message& state, domain::Context& context)>;
  // The answer to a command, which must be a receipt.
  void Command(const std::string& case_id, const std::string& request_id, Decide decide);

  // The clock was moved.
  void LookAtTheAgenda() { engine_->ResumeAgenda(); }
  // True if it has folded everything, and nothing is due or under way.
  bool IsAtRest();

  // What the projection knows of a case: its history, and what is owed.
  std::vector<Counted> History(const std::string& case_id) const;
  std::vector<common::v1::Obligation> Obligations(const std::string& case_id) const;

 private:
  const InstanceOptions options_;
  const domain::Model registry_model_;
  const base::RealClock wall_clock_;
  engine::Observer observer_;
  std::unique_ptr<projection::RocksStore> store_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace whistle::deadlines

#endif  // WHISTLE_TESTS_DEADLINES_INSTANCE_H_
