// Commands at random, for any service: what a request's fields are called says what stands in them. About half of them
// are about something that is owed on the case, so that many are accepted; the others try what nobody should.
//
//   CommandMaker maker(scenario.world(), "case-1", seed);
//   scenario.When(maker.AnyActor(), maker.Make<v1::ReportInRequest>());
//
// Not for use by several threads. Refers to the world.
#ifndef WHISTLE_LIBS_TESTING_RANDOM_COMMAND_H_
#define WHISTLE_LIBS_TESTING_RANDOM_COMMAND_H_

#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/testing/scenario_world.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::testing {

class CommandMaker {
 public:
  CommandMaker(World& world, std::string case_id, unsigned seed);

  // The next command is about something else.
  void Turn();
  // Whoever owes what the command is about, somebody above, or anybody.
  common::v1::Actor AnyActor();
  // With an occurred_at of now or of one of the days before.
  template <typename Request>
  Request Make() {
    Request request;
    Fill(&request, 0);
    if (OneIn(2)) *request.mutable_context()->mutable_occurred_at() = Past();
    return request;
  }

  // True once in `n`.
  bool OneIn(unsigned n) { return random_() % n == 0; }
  // 0 to n-1.
  size_t Below(size_t n) { return random_() % n; }
  std::mt19937& random() { return random_; }

 private:
  void Fill(google::protobuf::Message* message, int depth);
  size_t Times(const google::protobuf::FieldDescriptor& field);
  void FillCorrection(google::protobuf::Message* request);
  std::string Text(const std::string& name);
  std::string AnyOrganization();
  // Of something that is owed, where the field is called after it; or any.
  std::string AnyEventId(const std::string& name);
  google::protobuf::Timestamp Past();
  google::protobuf::Timestamp Future();

  World& world_;
  const std::string case_id_;
  std::mt19937 random_;
  std::vector<std::string> organization_ids_;
  // What the command is about; empty if nothing is owed.
  common::v1::Obligation topic_;
};

}  // namespace whistle::testing

#endif  // WHISTLE_LIBS_TESTING_RANDOM_COMMAND_H_
