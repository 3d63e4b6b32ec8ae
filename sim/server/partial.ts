import grpc from "@grpc/grpc-js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import anys from "google-protobuf/google/protobuf/any_pb.js";
import type { Properties } from "../service.ts";
import { encode } from "./values.ts";

/** The answer for a resource that exists but failed to become ready: the engine keeps it in the state and tries again next time. */
export function initializationFailed(id: string, state: Properties, inputs: Properties, reason: string) {
  const detail = new pb.ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(encode(state));
  detail.setInputs(encode(inputs));
  detail.setReasonsList([reason]);
  const packed = new anys.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statuses.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(reason);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, message: reason, metadata };
}
