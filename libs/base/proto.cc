#include "libs/base/proto.h"

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "libs/base/check.h"

namespace whistle::base {

std::string SerializeDeterministically(const google::protobuf::MessageLite& message) {
  std::string out;
  {
    google::protobuf::io::StringOutputStream stream(&out);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    WHISTLE_CHECK(message.SerializeToCodedStream(&coded), "a message could not be serialized");
  }
  return out;
}

}  // namespace whistle::base
