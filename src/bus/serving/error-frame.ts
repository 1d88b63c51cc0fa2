// An error as one message: two headers and a body, whatever the server's limit (§9).

import {
  codeHeader,
  encodeErrorBody,
  errorHeaderText,
  ServiceError,
  textHeader,
} from "../../protocol/service-error.ts";

/** One message of a response. */
export interface Frame {
  readonly payload: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reply?: string;
}

/** Bytes that the two headers take beside the error's text. */
const headerFrameBytes = 80;

/** Never more than `limitBytes`: a message that is too long is cut. */
export function errorFrame(error: ServiceError, limitBytes: number): Frame {
  const frame = build(error);
  if (frameBytes(frame) <= limitBytes) return frame;
  const short = build(new ServiceError(error.code, error.error, error.message.slice(0, 100)));
  return frameBytes(short) <= limitBytes ? short : build(new ServiceError(error.code, error.error, error.error));
}

function build(error: ServiceError): Frame {
  return {
    payload: encodeErrorBody(error),
    headers: { [codeHeader]: String(error.code), [textHeader]: errorHeaderText(error) },
  };
}

function frameBytes(frame: Frame): number {
  return Buffer.byteLength(frame.payload) + Buffer.byteLength(frame.headers?.[textHeader] ?? "") + headerFrameBytes;
}

/** The error of a turn whose output could not be delivered. */
export function busLost(): ServiceError {
  return new ServiceError(500, "bus_lost", "The connection to NATS was lost, and a part of the answer with it");
}
