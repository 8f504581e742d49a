#!/usr/bin/env python3
"""A client that knows nothing about Whistle: it learns every message and method by asking the server over gRPC reflection.

    build/python/bin/python tests/end_to_end/stranger.py 127.0.0.1:7100
        lists services and their methods
    build/python/bin/python tests/end_to_end/stranger.py 127.0.0.1:7100 whistle.intake.v1.IntakeService/GetCase '{"caseId": "…"}'
        calls one, prints each reply as JSON

Built from PyPI's grpcio and grpcio-reflection alone; none of our generated code. Exit status: 0, or 1 with the gRPC code and message.
"""

import sys

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

DEADLINE_SECONDS = 30
# Who calls; every call to Whistle says it, until callers are authenticated.
CLIENT = (("whistle-client", "stranger"),)


def list_services(database, pool):
    for name in sorted(database.get_services()):
        print(name)
        # gRPC's own services need not describe themselves.
        if name.startswith("grpc."):
            continue
        for method in pool.FindServiceByName(name).methods:
            print(f"  {method.name}({method.input_type.full_name}) returns ({method.output_type.full_name})")


def call(channel, pool, path, text):
    service_name, _, method_name = path.partition("/")
    method = pool.FindServiceByName(service_name).FindMethodByName(method_name)
    request = json_format.Parse(text, message_factory.GetMessageClass(method.input_type)(), descriptor_pool=pool)
    reply_class = message_factory.GetMessageClass(method.output_type)
    kind = channel.unary_stream if method.server_streaming else channel.unary_unary
    stub = kind(
        f"/{service_name}/{method_name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=reply_class.FromString,
    )
    answer = stub(request, timeout=DEADLINE_SECONDS, metadata=CLIENT)
    for reply in answer if method.server_streaming else [answer]:
        print(json_format.MessageToJson(reply, descriptor_pool=pool))


def main(arguments):
    if len(arguments) not in (1, 2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    with grpc.insecure_channel(arguments[0]) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        pool = descriptor_pool.DescriptorPool(database)
        try:
            if len(arguments) == 1:
                list_services(database, pool)
            else:
                call(channel, pool, arguments[1], arguments[2] if len(arguments) == 3 else "{}")
        except grpc.RpcError as error:
            print(f"{error.code().name}: {error.details()}", file=sys.stderr)
            return 1
        except (KeyError, json_format.ParseError) as error:
            print(f"the server's contracts do not know this: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
