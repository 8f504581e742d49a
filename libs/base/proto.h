// Deterministic protobuf serialization: the only kind that is hashed or stored.
#ifndef WHISTLE_LIBS_BASE_PROTO_H_
#define WHISTLE_LIBS_BASE_PROTO_H_

#include <string>

#include "google/protobuf/message_lite.h"

namespace whistle::base {

// Equal messages give equal bytes, within one protobuf release and one schema.
std::string SerializeDeterministically(const google::protobuf::MessageLite& message);

}  // namespace whistle::base

#endif  // WHISTLE_LIBS_BASE_PROTO_H_
