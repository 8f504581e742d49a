// What is owed by a date in the cases that a service keeps: the answer to OperationsService.ListDue.
#ifndef WHISTLE_LIBS_HOST_DUE_LIST_H_
#define WHISTLE_LIBS_HOST_DUE_LIST_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/domain/model.h"
#include "libs/projection/store.h"
#include "libs/registry/registry.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::host {

// One page, from one moment of the projection, in order of date. Days of `within` count by the registry's calendar.
// INVALID_ARGUMENT names the field; DATA_LOSS if the store contradicts itself. Any thread.
absl::Status ListDue(const projection::Reader& reader, const domain::Model& model, const registry::Registry& registry,
                     absl::Time now, const operations::v1::ListDueRequest& request,
                     operations::v1::ListDueResponse& response);

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_DUE_LIST_H_
