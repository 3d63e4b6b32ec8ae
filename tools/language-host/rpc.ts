import { type handleUnaryCall, status } from "@grpc/grpc-js";

/** What the engine allows for one message. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

export const messageLimits = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
};

/** Turns an async function into a gRPC handler. */
export function unary<Request, Response>(
  answer: (request: Request) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    answer(call.request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(failure(error)),
    );
  };
}

/** What an error is on the wire: its message, which the engine shows to the user. */
export function failure(error: unknown): { code: status; message: string } {
  return { code: status.UNKNOWN, message: error instanceof Error ? error.message : `${error}` };
}
