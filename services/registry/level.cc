#include "libs/domain/level.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/registry/actors.h"
#include "services/registry/model.h"

namespace whistle::registry_chain {

domain::Outcome DecideRaiseLevel(const State& state, const v1::RaiseLevelRequest& request,
                                 const domain::Context& context, uint32_t level_max) {
  const uint32_t level = state.level() == 0 ? domain::kLevelFirst : state.level();
  if (request.to_level() == level && state.level_version() != 0) {
    return domain::Already("level_raised", "to_level", domain::MakeEventId(base::Version{state.level_version()}, 1));
  }
  if (request.to_level() != level + 1) {
    return domain::Illegal("level_by_one", "to_level", absl::StrCat(level + 1, ", one more than now"),
                           absl::StrCat("the level is ", level, ", asked for was ", request.to_level()));
  }
  if (request.to_level() > level_max) {
    return domain::Illegal("level_unknown", "to_level",
                           absl::StrCat("at most ", level_max, "; upgrade every instance of every service first"),
                           absl::StrCat("this build knows no level ", request.to_level()));
  }
  if (auto no = RequireTop(state, context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  event.mutable_level_raised()->set_from_level(level);
  event.mutable_level_raised()->set_to_level(request.to_level());
  return domain::Events{std::move(event)};
}

domain::Outcome Decide(const State& state, const v1::RaiseLevelRequest& request, const domain::Context& context) {
  return DecideRaiseLevel(state, request, context, domain::kLevelMax);
}

}  // namespace whistle::registry_chain
