// One journal and the services on it, as they are started, stopped and started again: what a story of one case is told
// to and what its deadlines must survive.
//
//   Town town;                                                    // 2021-07-01; organizations and a policy
//   town.Intake(Petitioner(), Request<intake::v1::RegisterCaseRequest>("…"));   // on case-1, by the service itself
//   town.Stop();
//   town.AdvanceTo(due);
//   auto instance = town.Start("intake", "a folder");
//
// One thread. What a story cannot do ends the test program.
#ifndef WHISTLE_TESTS_DEADLINES_TOWN_H_
#define WHISTLE_TESTS_DEADLINES_TOWN_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/base/clock.h"
#include "libs/domain/validate.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/embedded/test_folder.h"
#include "services/coordination/model.h"
#include "services/escalation/model.h"
#include "services/intake/model.h"
#include "services/response/model.h"
#include "tests/deadlines/instance.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::deadlines {

inline constexpr char kCase[] = "case-1";

class Town {
 public:
  Town();

  // --- The story: commands of each service, on kCase. Nothing fires meanwhile.

  void At(absl::string_view time);
  template <typename Request>
  void Intake(const common::v1::Actor& actor, Request request) {
    Tell<intake::State>("intake", actor, std::move(request), [](const auto&... a) { return intake::Decide(a...); });
  }
  template <typename Request>
  void Response(const common::v1::Actor& actor, Request request) {
    Tell<response::State>("response", actor, std::move(request),
                          [](const auto&... a) { return response::Decide(a...); });
  }
  template <typename Request>
  void Coordination(const common::v1::Actor& actor, Request request) {
    Tell<coordination::State>("coordination", actor, std::move(request),
                              [](const auto&... a) { return coordination::Decide(a...); });
  }
  template <typename Request>
  void Escalation(const common::v1::Actor& actor, Request request) {
    Tell<escalation::State>("escalation", actor, std::move(request),
                            [](const auto&... a) { return escalation::Decide(a...); });
  }

  // --- What comes over it

  // Ends the story's instances and closes the journal.
  void Stop();
  // Opens the journal again.
  void Restart();
  void AdvanceTo(absl::Time time) { clock_.AdvanceTo(time); }

  // An instance of the service on a folder of this name, of this journal or of `journal`.
  std::unique_ptr<Instance> Start(const std::string& service, const std::string& folder,
                                  journal::Journal* journal = nullptr);
  // Deletes the projection in the folder of this name.
  void DeleteProjection(const std::string& folder);

  journal::Journal* journal() { return journal_.get(); }
  // The decisions in the journal about kCase, whether they count or not.
  std::vector<journal::v1::Decision> Attempts();

 private:
  Instance& InStory(const std::string& service);

  template <typename State, typename Request, typename DecideFn>
  void Tell(const std::string& service, const common::v1::Actor& actor, Request request, DecideFn decide) {
    common::v1::CommandContext& context = *request.mutable_context();
    context.set_case_id(kCase);
    context.set_request_id(absl::StrCat("request-", ++requests_));
    *context.mutable_actor() = actor;
    InStory(service).Command(kCase, context.request_id(),
                             [request = std::move(request), decide](const google::protobuf::Message& state,
                                                                    domain::Context& decided_in) -> domain::Outcome {
                               if (auto no = domain::CheckCommandContext(request.context(), decided_in))
                                 return *std::move(no);
                               return decide(static_cast<const State&>(state), request, std::as_const(decided_in));
                             });
  }

  journal::TestFolder folder_;
  base::VirtualClock clock_;
  std::unique_ptr<journal::EmbeddedJournal> journal_;
  std::map<std::string, std::unique_ptr<Instance>> story_;
  int requests_ = 0;
  uint64_t instances_ = 0;
};

// True once all are at rest at the same time; false if they do not come to rest.
bool ComeToRest(const std::vector<Instance*>& instances);

}  // namespace whistle::deadlines

#endif  // WHISTLE_TESTS_DEADLINES_TOWN_H_
