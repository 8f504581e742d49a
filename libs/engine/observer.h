// What an engine tells of its work; metrics are made of it. Called on engine threads; must not block.
#ifndef WHISTLE_LIBS_ENGINE_OBSERVER_H_
#define WHISTLE_LIBS_ENGINE_OBSERVER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/projection/v1/rows.pb.h"

namespace whistle::engine {

class Observer {
 public:
  virtual ~Observer() = default;

  // `outcome` is "accepted", "replayed", a rejection kind's word or a status code's name. The case id and the request
  // id name the line in a log; nothing of a case's text is ever given.
  virtual void OnCommand(absl::string_view /*method*/, absl::string_view /*outcome*/, absl::Duration /*took*/,
                         absl::string_view /*case_id*/, absl::string_view /*request_id*/) {}
  // An attempt of this instance did not count; `redone` if it is decided again.
  virtual void OnSuperseded(bool /*redone*/) {}
  // A partition was folded further.
  virtual void OnFolded(base::PartitionId /*partition*/, const projection::v1::PartitionRow& /*row*/) {}
  virtual void OnQuarantined(base::PartitionId /*partition*/, base::Offset /*offset*/, absl::string_view /*reason*/) {}
  // The partition does not go on.
  virtual void OnHalted(base::PartitionId /*partition*/, const absl::Status& /*why*/) {}
  virtual void OnAgendaFired(const common::v1::AgendaItem& /*item*/, absl::Duration /*late*/) {}
  // An item was carried out and is still there, or was refused: it is tried again after `wait`.
  virtual void OnAgendaStuck(const common::v1::AgendaItem& /*item*/, absl::string_view /*why*/,
                             absl::Duration /*wait*/) {}
};

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_OBSERVER_H_
