#include "services/escalation/model.h"

#include <memory>

#include "libs/domain/obligation.h"
#include "services/escalation/looking.h"

namespace whistle::escalation {
namespace {

const State& AsState(const google::protobuf::Message& state) { return static_cast<const State&>(state); }

domain::Outcome DecideItem(const State& state, const common::v1::AgendaItem& item, const domain::Context& context) {
  switch (item.kind()) {
    case common::v1::AGENDA_KIND_FINDING:
      return DecideFinding(state, item, context);
    case common::v1::AGENDA_KIND_FINDING_DISPROVED:
      return DecideDisproof(state, item, context);
    case common::v1::AGENDA_KIND_ESCALATION_REASON:
      return DecideReasons(state, item, context);
    case common::v1::AGENDA_KIND_OWNER_AWAITED:
      return DecideOwnerAwaited(state, item, context);
    default:
      return DecideDate(state, item, context);
  }
}

}  // namespace

std::vector<common::v1::AgendaItem> Agenda(const State& state, const std::string& case_id) {
  std::vector<common::v1::AgendaItem> items;
  domain::AddDates(Obligations(state, case_id), &items);
  AddOwnerAwaited(state, case_id, &items);
  AddFindings(state, case_id, &items);
  AddReasons(state, case_id, &items);
  return items;
}

domain::Model MakeModel() {
  domain::Model model;
  model.service = common::v1::SERVICE_ESCALATION;
  model.name = "escalation";
  model.fold_fingerprint = "escalation-4";
  model.new_state = [] { return std::make_unique<State>(); };
  model.evolve = [](google::protobuf::Message& state, const journal::v1::Event& event, const domain::EventRef& ref) {
    Evolve(static_cast<State&>(state), event, ref);
  };
  model.indexes = [](const google::protobuf::Message& state, const std::string& case_id) {
    return Indexes(AsState(state), case_id);
  };
  model.footprints = [](const google::protobuf::Message& state, const journal::v1::Event& event,
                        const domain::EventRef& ref) { return Footprints(AsState(state), event, ref); };
  model.dated_indexes = {"event", "correction", "finding", "finding.lifted"};
  model.obligations = [](const google::protobuf::Message& state, const std::string& case_id) {
    return Obligations(AsState(state), case_id);
  };
  model.agenda = [](const google::protobuf::Message& state, const std::string& case_id) {
    return Agenda(AsState(state), case_id);
  };
  model.next_step = [](const common::v1::AgendaItem& item, int step,
                       const google::protobuf::Message*) -> std::optional<domain::AgendaStep> {
    if (step > 0) return std::nullopt;
    return domain::AgendaStep{item.case_id(),
                              [item](const google::protobuf::Message& state, const domain::Context& context) {
                                return DecideItem(AsState(state), item, context);
                              }};
  };
  return model;
}

}  // namespace whistle::escalation
