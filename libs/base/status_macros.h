// Early return on an absl::Status that is not OK.
//
//   WHISTLE_RETURN_IF_ERROR(store.Commit(batch));
//   WHISTLE_ASSIGN_OR_RETURN(const Row row, store.Get(id));
#ifndef WHISTLE_LIBS_BASE_STATUS_MACROS_H_
#define WHISTLE_LIBS_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define WHISTLE_CONCAT_INNER(a, b) a##b
#define WHISTLE_CONCAT(a, b) WHISTLE_CONCAT_INNER(a, b)

#define WHISTLE_RETURN_IF_ERROR(expression)                                                      \
  do {                                                                                           \
    if (absl::Status whistle_status = (expression); !whistle_status.ok()) return whistle_status; \
  } while (false)

#define WHISTLE_ASSIGN_OR_RETURN(declaration, expression) \
  WHISTLE_ASSIGN_OR_RETURN_IMPL(WHISTLE_CONCAT(status_or_, __LINE__), declaration, expression)

#define WHISTLE_ASSIGN_OR_RETURN_IMPL(status_or, declaration, expression) \
  auto status_or = (expression);                                          \
  if (!status_or.ok()) return std::move(status_or).status();              \
  declaration = *std::move(status_or)

#endif  // WHISTLE_LIBS_BASE_STATUS_MACROS_H_
