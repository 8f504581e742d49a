# The one place that knows our dependencies and how a library, a test and a program of Whistle are built.
#
#   whistle_library(NAME base SOURCES hash.cc HEADERS hash.h DEPS absl::status)
#   whistle_test(NAME base_test SOURCES hash_test.cc DEPS whistle::base)
#   whistle_program(NAME whistled SOURCES main.cc DEPS whistle::host)
#
# Everything is named, nothing globbed. A library NAME is linked as whistle::NAME. A program lands in build/bin;
# those outside tests/ are what the target "programs" builds.
# Most of compiling a file of ours is reading the messages' headers, so those are read once for all (whistle_precompile);
# what must not even see the messages says NO_MESSAGES.

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(yaml-cpp CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(GTest CONFIG REQUIRED)
find_package(rapidcheck CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(rdkafka REQUIRED IMPORTED_TARGET rdkafka>=2.0.2)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET libzstd)
include(GoogleTest)

# Our own code is compiled with these; generated code is not ours to warn about.
add_library(whistle_warnings INTERFACE)
target_compile_options(whistle_warnings INTERFACE -Wall -Wextra -Werror)
if(WHISTLE_SANITIZE)
  # What a sanitizer puts in between makes the compiler see uses that there are not.
  target_compile_options(whistle_warnings INTERFACE -Wno-maybe-uninitialized)
endif()

# Headers of others that nearly every file of ours reads, in two flavours: as what ships is compiled, and as tests are.
# Called once, when the messages' library is there. Never a header of our own: what a file needs it still includes.
function(whistle_precompile)
  set(headers <algorithm> <functional> <map> <memory> <optional> <set> <string> <utility> <variant> <vector>
              <absl/container/flat_hash_map.h> <absl/functional/any_invocable.h> <absl/status/status.h>
              <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_format.h> <absl/synchronization/mutex.h>
              <absl/time/time.h> <whistle/journal/v1/journal.pb.h>)
  set(empty ${CMAKE_BINARY_DIR}/precompiled.cc)
  file(CONFIGURE OUTPUT ${empty} CONTENT "")
  set(deps whistle_proto whistle_warnings absl::flat_hash_map absl::any_invocable absl::statusor absl::str_format
           absl::synchronization absl::time)
  add_library(whistle_precompiled OBJECT ${empty})
  target_link_libraries(whistle_precompiled PRIVATE ${deps})
  target_precompile_headers(whistle_precompiled PRIVATE ${headers})
  add_library(whistle_precompiled_for_tests OBJECT ${empty})
  target_link_libraries(whistle_precompiled_for_tests PRIVATE ${deps} GTest::gmock)
  target_compile_options(whistle_precompiled_for_tests PRIVATE -O0)
  target_precompile_headers(whistle_precompiled_for_tests PRIVATE ${headers} <gmock/gmock.h> <gtest/gtest.h>)
endfunction()

function(whistle_library)
  cmake_parse_arguments(ARG "NO_MESSAGES" "NAME" "SOURCES;HEADERS;DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(whistle_${ARG_NAME} STATIC ${ARG_SOURCES} ${ARG_HEADERS})
    if(NOT ARG_NO_MESSAGES)
      target_precompile_headers(whistle_${ARG_NAME} REUSE_FROM whistle_precompiled)
    endif()
    target_include_directories(whistle_${ARG_NAME} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(whistle_${ARG_NAME} PUBLIC ${ARG_DEPS} PRIVATE whistle_warnings)
  else()
    add_library(whistle_${ARG_NAME} INTERFACE ${ARG_HEADERS})
    target_include_directories(whistle_${ARG_NAME} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(whistle_${ARG_NAME} INTERFACE ${ARG_DEPS})
  endif()
  add_library(whistle::${ARG_NAME} ALIAS whistle_${ARG_NAME})
endfunction()

# One ctest entry for each GoogleTest case, so that the count ctest prints is the real one.
function(whistle_test)
  cmake_parse_arguments(ARG "OPTIMIZED" "NAME;TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(${ARG_NAME} PRIVATE ${CMAKE_SOURCE_DIR})
  if(ARG_OPTIMIZED)
    target_precompile_headers(${ARG_NAME} REUSE_FROM whistle_precompiled)
  else()
    # A test's own code runs once; what it tests is compiled as it ships. This halves the time that tests take to build.
    target_compile_options(${ARG_NAME} PRIVATE -O0)
    target_precompile_headers(${ARG_NAME} REUSE_FROM whistle_precompiled_for_tests)
  endif()
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} whistle_warnings GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${ARG_NAME} TEST_PREFIX "${ARG_NAME}." DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()

# A test that needs a real Kafka: it is there for ctest, with the label kafka, while WHISTLE_KAFKA=HOST:PORT names one.
function(whistle_broker_test)
  cmake_parse_arguments(ARG "" "NAME" "" ${ARGN})
  get_property(before DIRECTORY PROPERTY TEST_INCLUDE_FILES)
  whistle_test(${ARGN} LABELS kafka)
  get_property(after DIRECTORY PROPERTY TEST_INCLUDE_FILES)
  # Whoever lists tests asks at that moment whether there is a broker, not when this was configured.
  list(REMOVE_ITEM after ${before})
  set(guarded ${CMAKE_CURRENT_BINARY_DIR}/${ARG_NAME}_with_broker.cmake)
  file(WRITE ${guarded} "if(DEFINED ENV{WHISTLE_KAFKA})\n  include([==[${after}]==])\nendif()\n")
  set_property(DIRECTORY PROPERTY TEST_INCLUDE_FILES ${before} ${guarded})
endfunction()

function(whistle_program)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_precompile_headers(${ARG_NAME} REUSE_FROM whistle_precompiled)
  target_include_directories(${ARG_NAME} PRIVATE ${CMAKE_SOURCE_DIR})
  # Folding is made of many small messages; jemalloc takes a fifth of a service's CPU off and keeps its memory from fragmenting.
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} whistle_warnings)
  if(NOT WHISTLE_SANITIZE)
    target_link_libraries(${ARG_NAME} PRIVATE PkgConfig::jemalloc)
  endif()
  if(NOT CMAKE_CURRENT_SOURCE_DIR MATCHES "^${CMAKE_SOURCE_DIR}/tests")
    add_dependencies(programs ${ARG_NAME})
  endif()
endfunction()

# Messages and gRPC stubs are two libraries: domain code links the messages only, and gRPC's headers are slow to compile.
#   whistle_protos(MESSAGES a/v1/events.proto … SERVICES a/v1/service.proto …)
function(whistle_protos)
  cmake_parse_arguments(ARG "" "" "MESSAGES;SERVICES" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/proto)
  file(MAKE_DIRECTORY ${out})
  set(all ${ARG_MESSAGES} ${ARG_SERVICES})
  foreach(proto ${all})
    string(REPLACE ".proto" "" stem ${proto})
    add_custom_command(
      OUTPUT ${out}/${stem}.pb.cc ${out}/${stem}.pb.h
      COMMAND protobuf::protoc --cpp_out=${out} -I ${CMAKE_CURRENT_SOURCE_DIR} ${proto}
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${proto}
      WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} VERBATIM)
    list(APPEND messages ${out}/${stem}.pb.cc ${out}/${stem}.pb.h)
  endforeach()
  foreach(proto ${ARG_SERVICES})
    string(REPLACE ".proto" "" stem ${proto})
    add_custom_command(
      OUTPUT ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h
      COMMAND protobuf::protoc --grpc_out=${out} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>
              -I ${CMAKE_CURRENT_SOURCE_DIR} ${proto}
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${proto}
      WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} VERBATIM)
    list(APPEND stubs ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
  endforeach()
  # The contracts with their comments, for tests and tools that read them as data.
  list(TRANSFORM all PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE sources)
  add_custom_command(
    OUTPUT ${out}/contracts.binpb
    COMMAND protobuf::protoc --descriptor_set_out=${out}/contracts.binpb --include_imports --include_source_info
            -I ${CMAKE_CURRENT_SOURCE_DIR} ${all}
    DEPENDS ${sources}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} VERBATIM)
  add_custom_target(whistle_contracts ALL DEPENDS ${out}/contracts.binpb)
  add_library(whistle_proto STATIC ${messages})
  target_include_directories(whistle_proto SYSTEM PUBLIC ${out})
  target_link_libraries(whistle_proto PUBLIC protobuf::libprotobuf)
  # Generated once, compiled by everybody: optimising it for size of build time is the better trade.
  target_compile_options(whistle_proto PRIVATE -O1 -g0)
  add_library(whistle::proto ALIAS whistle_proto)
  if(NOT stubs)
    return()
  endif()
  add_library(whistle_stubs STATIC ${stubs})
  target_link_libraries(whistle_stubs PUBLIC whistle_proto gRPC::grpc++)
  target_compile_options(whistle_stubs PRIVATE -O1 -g0)
  add_library(whistle::stubs ALIAS whistle_stubs)
endfunction()
